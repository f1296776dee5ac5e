"""A provider's settings: typed, from the environment or vidiom.toml, with secrets hidden."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from vidiom.errors import ConfigurationError

__all__ = ["ProviderSettings", "environment_name", "load_settings"]

S = TypeVar("S", bound="ProviderSettings")


class ProviderSettings(BaseModel):
    """What every provider can be configured with; adapters add their own fields.

    Field ``base_url`` of provider ``valossa`` is read from ``VIDIOM_VALOSSA_BASE_URL``, or from
    the table ``[valossa]`` of ``vidiom.toml``.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )

    api_key: SecretStr | None = None
    """The secret of the account."""
    webhook_secrets: tuple[SecretStr, ...] = ()
    """Secrets that deliveries may be signed with, the newest first
    (``VIDIOM_<PROVIDER>_WEBHOOK_SECRET``; several are separated by spaces)."""
    settle_seconds: Annotated[float, Field(ge=0)] = 120.0
    """After a crash during a submission: seconds until the vendor's listing can be trusted to show
    the job if it was created. More than ``submit_timeout_seconds``, plus what the vendor takes for
    a request whose sender has gone, plus how far its listing lags, plus what clocks differ."""
    submit_timeout_seconds: Annotated[float, Field(gt=0)] = 60.0
    """Seconds that the request which creates a job may take as a whole."""
    when_unanswered: Literal["review", "send_again"] = "review"
    """What becomes of a submission that was never answered where the vendor cannot be asked for
    it: a person decides (``review``: bought at most once), or it is sent again (``send_again``: at
    least once, perhaps twice)."""
    jobs_in_flight: Annotated[int, Field(ge=1)] | None = None
    """How many jobs of a list or a worker may be at the vendor at once."""
    submissions_per_period: Annotated[int, Field(ge=1)] | None = None
    """How many of them may be submitted within ``period_seconds``."""
    period_seconds: Annotated[float, Field(gt=0)] = 60.0
    """The period of ``submissions_per_period``."""
    requests_per_second: Annotated[float, Field(gt=0)] | None = None
    """How many requests each process that follows many jobs sends a second at most."""
    submissions_at_once: Annotated[int, Field(ge=1, le=64)] = 4
    """How many jobs each such process uploads and submits at the same time."""
    collections_at_once: Annotated[int, Field(ge=1, le=64)] = 4
    """How many answers each such process downloads at the same time."""
    poll_seconds: Annotated[float, Field(gt=0)] = 15.0
    """Seconds between two questions for a job's state, where the vendor gives no hint."""

    relaxed_poll_seconds: Annotated[float, Field(gt=0)] = 60.0
    """The same while a webhook is expected: what it costs when the webhook gets lost."""
    hint_seconds: Annotated[float, Field(ge=0)] = 30.0
    """Seconds between two questions about one job that unsigned webhooks may cause."""
    allow_unsigned_deliveries: bool = False
    """Whether a webhook without a signature counts as a hint to ask the vendor, instead of being
    refused, where the vendor signs."""
    confirm_deliveries: bool = False
    """Whether even a signed webhook is only a reason to ask the vendor."""
    max_delivery_bytes: Annotated[int, Field(gt=0)] = 32 * 1024 * 1024
    """Bytes of a webhook's body that are read at most."""
    delivery_types: tuple[str, ...] = ("application/json",)
    """Content types of webhooks that are taken."""
    delivery_statuses: Mapping[str, int] = Field(default_factory=dict)
    """HTTP statuses to answer webhooks with in the place of the usual ones, by outcome
    (``duplicate``) or class of error, such as ``{"SignatureMismatch": 403}``."""

    def required_key(self, provider: str) -> str:
        """The secret of the account, for a vendor that cannot be asked without one.

        Raises:
            ConfigurationError: There is none; the message names the variable.
        """
        key = self.api_key.get_secret_value() if self.api_key is not None else ""
        if not key:
            variable = environment_name(provider, "api_key")
            raise ConfigurationError(f"no API key is set; set {variable}.", provider=provider)
        return key


@cache
def environment_name(provider: str, field: str) -> str:
    """The environment variable of a field."""
    word = "webhook_secret" if field == "webhook_secrets" else field
    return f"VIDIOM_{provider}_{word}".upper().replace("-", "_")


def load_settings(
    settings: type[S],
    provider: str,
    *,
    environment: Mapping[str, str],
    table: Mapping[str, object] | None = None,
) -> S:
    """The settings of a provider: the environment wins over the table of the configuration file.

    A variable that is set to nothing counts as not set.

    Raises:
        ConfigurationError: A value is wrong or unknown; the message names the variable or key and
            never the value.
    """
    values = _named_by_users(table or {})
    for field, info in settings.model_fields.items():
        text = environment.get(environment_name(provider, field), "").strip()
        if text:
            values[field] = _parsed(text, info.annotation, field)
    try:
        return settings.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = str(fault["loc"][0]) if fault["loc"] else "?"
        where = f"{field!r} of [{provider}] in vidiom.toml"
        if field in settings.model_fields:
            where = f"{environment_name(provider, field)} (or {where})"
        raise ConfigurationError(f"{where}: {fault['msg']}.", provider=provider) from None


def _named_by_users(table: Mapping[str, object]) -> dict[str, object]:
    """A table's values by field: one webhook secret may be written as text."""
    values = dict(table)
    secret = values.pop("webhook_secret", None)
    if secret is not None and "webhook_secrets" not in values:
        values["webhook_secrets"] = secret
    if isinstance(values.get("webhook_secrets"), str):
        values["webhook_secrets"] = tuple(str(values["webhook_secrets"]).split())
    return values


def _parsed(text: str, annotation: object, field: str) -> object:
    """An environment variable's text as what pydantic can turn into the field."""
    if field == "webhook_secrets":
        return tuple(text.split())
    if _is_container(annotation):
        try:
            value: object = json.loads(text)
        except ValueError:
            return text
        return value
    return text


def _is_container(annotation: object) -> bool:
    origins = {get_origin(annotation), *(get_origin(one) for one in get_args(annotation))}
    return bool(origins & {dict, list, tuple, set, frozenset, Mapping})
