"""What an account at DeepVA is configured with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from vidiom.provider import ProviderSettings
from vidiom_deepva.candidates import KEYS

__all__ = ["DeepvaSettings"]


class DeepvaSettings(ProviderSettings):
    """``VIDIOM_DEEPVA_API_KEY`` is needed; the rest has defaults.

    Much of the vendor's API is not documented. What the adapter assumes in its place stands here,
    so that it can be put right without a new version.
    """

    base_url: str = "https://api.deepva.com/api/v1"
    """The API's address with its version; an own installation has another host."""
    poll_seconds: Annotated[float, Field(gt=0)] = 5.0
    """Seconds between two questions for the state of a job that is new; the pauses grow with the
    time that the job has run."""
    longest_poll_seconds: Annotated[float, Field(gt=0)] = 60.0
    """The pauses grow no longer than this."""
    page_limit: Annotated[int, Field(ge=1)] = 500
    """Rows to ask for at once. No maximum is documented; the vendor may give fewer."""
    pages_in_flight: Annotated[int, Field(ge=1, le=32)] = 4
    """How many pages of a result are fetched at once."""
    artifacts: Literal["srt", "all", "none"] = "srt"
    """Files of a job to fetch with its result: those with the words of speech, all, or none."""
    storage_folder: str = "/vidiom"
    """Folder of the vendor's storage that uploads are put into; made when it is missing."""
    storage_folder_part: str = "folder"
    """Name of the form field that holds the folder (assumed)."""
    storage_file_part: str = "file"
    """Name of the form field that holds the file (assumed)."""
    dictionary_file_part: str = "file"
    """Name of the form field that holds a dictionary's text (assumed)."""
    upload_wait_seconds: Annotated[float, Field(gt=0)] = 900.0
    """How long an upload may take to be ready at the vendor after it was sent."""
    upload_poll_seconds: Annotated[float, Field(gt=0)] = 2.0
    """Seconds before the first question whether an upload is ready; doubled after each."""
    uploads_in_flight: Annotated[int, Field(ge=1, le=32)] = 4
    """How many images of a batch are uploaded at once."""
    delete_uploads: bool = True
    """Whether deleting a job also deletes what was uploaded for it."""
    webhook_events: tuple[str, ...] = ("on_completed", "on_failed")
    """Events that an order with a callback subscribes to; newer documentation writes
    ``job.<module>.on_completed``."""
    signature_header: str = "X-DeepVA-Signature"
    """Name of the header with the signature (not documented: look at a delivery)."""
    nonce_header: str = "X-DeepVA-Nonce"
    """Name of the header with the nonce (not documented); where it is missing, the delivery's own
    ``timestamp`` stands in."""
    nonce_order: Literal["window", "strict"] = "window"
    """``strict`` is the vendor's rule that each nonce is larger than all before; deliveries of
    several jobs in one second then shut each other out, so a time window is the default."""
    nonce_window_seconds: Annotated[float, Field(gt=0)] = 600.0
    """How far a nonce may lie from the moment of arrival."""
    signature_encoding: Literal["hex", "base64", "either"] = "either"
    """How the signature is written (not documented)."""
    signed_message: str = "{body}"
    """What is signed; ``{nonce}{body}`` and ``{nonce}.{body}`` are other readings of the
    documentation."""
    result_keys: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Where a value stands in the vendor's ``meta``, in the place of the adapter's own table, such
    as ``{"text": ["ocr_text"]}``; paths have dots. The names are those of the table on this
    provider's page."""
    keep_thumbnails: bool = False
    """Whether the pictures that come with faces become part of the result. They make results heavy
    and are personal data; the raw answer has them in any case."""

    @field_validator("result_keys")
    @classmethod
    def _known(cls, tables: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        for name, keys in tables.items():
            if name not in KEYS or not all(keys):
                msg = f"{name!r} is no table of keys; there are: {', '.join(KEYS)}"
                raise ValueError(msg)
        return tables
