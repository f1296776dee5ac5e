"""What an API of this pattern is configured with: each open point of its documentation, as data."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self, TypeAlias
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, model_validator

from vidiom.errors import ConfigurationError
from vidiom.provider import ProviderSettings
from vidiom.provider.settings import environment_name

__all__ = ["PRESETS", "GenericSettings", "StateWord"]

StateWord: TypeAlias = Literal["queued", "running", "succeeded", "failed", "canceled", "timeout"]
"""What a vendor's word for a state may stand for; ``timeout`` is a failure."""

PRESETS: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {
        # docs.noxo.dev/api/v0.1.0: a bare binary body, and no webhooks at all
        "noxo-0.1": MappingProxyType({"video_form": "never", "webhooks": "none"}),
        # docs.noxo.dev/api/v0.2.0: the defaults below
        "noxo-0.2": MappingProxyType({}),
    }
)
"""What each preset sets; a setting that is given wins over the preset."""

Count: TypeAlias = Annotated[int, Field(ge=1)]
Positive: TypeAlias = Annotated[float, Field(gt=0)]
NotEmpty: TypeAlias = Annotated[str, Field(min_length=1)]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
"""A header's, a cookie's or a form field's name."""


class GenericSettings(ProviderSettings):
    """``VIDIOM_GENERIC_BASE_URL`` and ``VIDIOM_GENERIC_API_KEY`` are needed.

    The rest has the defaults that are assumed for Noxovision 0.2; its documentation shows neither
    the paths nor where the key goes, so look at these first. ``vidiom doctor -p generic --openapi
    FILE`` proposes the values that fit the vendor's own description of its API.
    """

    preset: Literal["noxo-0.1", "noxo-0.2"] = "noxo-0.2"
    """Fills in what differs between versions: ``noxo-0.1`` has no webhooks and takes a video as a
    bare body only, ``noxo-0.2`` is what the defaults are. What is set besides wins."""
    submit_timeout_seconds: Annotated[float, Field(gt=0)] = 3600.0
    """Seconds for the whole request: the media travels with the order, whatever its size."""
    settle_seconds: Annotated[float, Field(ge=0)] = 7200.0
    """Seconds after which nobody can still be sending an order whose answer was lost. The vendor
    cannot be asked for it, so then a person decides (``when_unanswered``)."""
    base_url: str = ""
    """The API's address, https; plain http only for this machine."""
    video_path: NotEmpty = "/request/video"
    """Where a video is submitted (assumed)."""
    image_path: NotEmpty = "/request/image"
    """Where a batch of images is submitted (assumed)."""
    video_result_path: NotEmpty = "/result/video/{job_id}"
    """Where a video's job is asked for (assumed); used where ``Location`` cannot be."""
    image_result_path: NotEmpty = "/result/image/{job_id}"
    """The same for a batch of images."""
    latency_path: NotEmpty = "/latency/{media_type}"
    """Where the latency is asked for (assumed); it may be in the query, as in
    ``/latency?media_type={media_type}``."""
    key_in: Literal["header", "query", "cookie"] = "header"
    """What carries the key (assumed). In the query it may end up in the logs of others."""
    key_name: Name = "X-API-Key"
    """Name of the header, parameter or cookie (assumed)."""
    key_prefix: str = ""
    """A word before the key and a space, such as ``Bearer``."""
    video_content_type: NotEmpty = "application/octet-stream"
    """Of the video, whether it is the whole body or a part of a form."""
    video_form: Literal["never", "with-webhook", "always"] = "with-webhook"
    """When a video is sent as a part of a multipart form (assumed) instead of as the body."""
    file_part: Name = "file"
    """Name of the form's part that is the video (assumed)."""
    webhooks: Literal["json-part", "dotted", "bracketed", "none"] = "json-part"
    """How a form says where to call (assumed): one JSON part ``webhook``, fields ``webhook.url``
    and ``webhook.secret``, or ``webhook[url]`` and ``webhook[secret]``; ``none`` where the vendor
    cannot call. A batch of images says it as a JSON object in any case."""
    webhook_key: Name = "webhook"
    """Name of that part, object or prefix (assumed)."""
    max_processing_time_header: Name = "Max-Processing-Time"
    """Header of the option ``max_processing_time``."""
    poll_address: Literal["location", "template"] = "location"
    """Whether a job is asked for where ``Location`` says, or always at the paths above."""
    trusted_origins: tuple[str, ...] = ()
    """Origins (``https://results.example``) besides that of ``base_url`` to which a ``Location``
    may lead with the key; any other one is not used."""
    not_found_grace_seconds: Annotated[float, Field(ge=0)] = 0.0
    """For how long after the submission 404 counts as not begun; 0 takes it at its word."""
    states: dict[str, StateWord] = Field(default_factory=dict)
    """The vendor's words for states besides those that are known, such as ``{"ready":
    "succeeded"}``; case, spaces and hyphens make no difference."""
    shortest_poll_seconds: Positive = 2.0
    """First gap between two questions for a job's state, where there is no ``Retry-After``."""
    poll_growth: Annotated[float, Field(ge=1)] = 1.5
    """How much later each question is than the one before, counted from the submission."""
    longest_poll_seconds: Positive = 30.0
    """The longest gap."""
    images_per_job: Count = 500
    """A larger batch becomes several jobs, whose answers are joined. The vendor's limit is not
    documented."""
    bytes_per_job: Count = 256 * 1024 * 1024
    """The same, by the size of the images as files."""
    signature_header: Name = "X-Webhook-Signature"
    """Header of a delivery's signature."""
    signature_digest: Literal["sha256", "sha512"] = "sha256"
    """Digest of the HMAC."""
    signature_message: NotEmpty = "{body}"
    """What is signed (assumed); ``{timestamp}.{body}`` and ``{id}.{timestamp}.{body}`` are
    possible, with the headers of the next two settings."""
    signature_timestamp_header: Name | None = None
    """Header of ``{timestamp}``, where that is signed."""
    signature_id_header: Name | None = None
    """Header of ``{id}``, where that is signed."""
    signature_encoding: Literal["hex", "base64", "either"] = "hex"
    """How the digest is written (assumed)."""
    signature_prefixes: tuple[str, ...] = ("", "sha256=")
    """What may stand before the digest (assumed)."""
    signature_key_encoding: Literal["text", "hex", "base64"] = "text"
    """How the secret becomes the key (assumed)."""

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, values: object) -> object:
        """The preset's values, where nothing else is said."""
        if not isinstance(values, dict):
            return values
        named = values.get("preset", cls.model_fields["preset"].default)
        filled = PRESETS.get(named, {}) if isinstance(named, str) else {}
        return {**filled, **values}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.base_url:
            _check_address(self.base_url)
        for origin in self.trusted_origins:
            _check_address(origin)
        for path in (self.video_result_path, self.image_result_path):
            _check_holds(path, "{job_id}")
        _check_holds(self.latency_path, "{media_type}")
        _check_holds(self.signature_message, "{body}")
        if self.shortest_poll_seconds > self.longest_poll_seconds:
            msg = "shortest_poll_seconds is above longest_poll_seconds"
            raise ValueError(msg)
        return self

    def required_base_url(self) -> str:
        """The API's address.

        Raises:
            ConfigurationError: There is none; the message names the variable.
        """
        if not self.base_url:
            variable = environment_name("generic", "base_url")
            raise ConfigurationError(
                f"no address is set; set {variable}, such as https://api.example/v1.",
                provider="generic",
            )
        return self.base_url


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        msg = "an address is https; plain http, which shows the key, is for this machine only"
        raise ValueError(msg)
    plain = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    if not plain or parts.query or parts.fragment:
        msg = "an address is written https://host/path, without user, query and fragment"
        raise ValueError(msg)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_holds(template: str, field: str) -> None:
    if field not in template:
        msg = f"the template {template!r} does not hold {field}"
        raise ValueError(msg)
