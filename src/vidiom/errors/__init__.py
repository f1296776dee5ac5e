"""Every error that vidiom raises, typed by what happened and never by words in a message.

::

    VidiomError
    ├── UsageError                  the caller can put it right before anything is sent
    │   ├── ConfigurationError      a setting or secret is missing or wrong
    │   │   └── MissingExtra        an optional dependency is not installed
    │   ├── UnknownProvider         no such provider is installed
    │   ├── UnknownFeature          no such feature, or not with this provider
    │   ├── UnsupportedOperation    the vendor has no such operation
    │   ├── InvalidMedia            the media is missing, empty or of the wrong sort
    │   ├── InvalidDocument         a stored document is not what it should be
    │   │   └── UnsupportedVersion  ... because a newer vidiom wrote it
    │   └── UnknownJob              the job store holds no such job
    ├── PluginError                 an installed provider plugin is broken
    ├── TransportError              no usable answer arrived (the request may have been carried out)
    ├── ApiError                    the vendor answered with a refusal
    │   ├── AuthenticationFailed    401, 403
    │   ├── NotFound                404
    │   │   └── Expired             410
    │   ├── RequestRejected         400, 422 and every 4xx without a class of its own
    │   ├── Conflict                409
    │   ├── TooLarge                413
    │   ├── UnsupportedMediaType    415
    │   ├── RateLimited             429
    │   └── ServerError             5xx
    ├── MalformedAnswer             the vendor answered 2xx with something unreadable
    ├── JobError                    the job itself came to an end without a result
    │   ├── JobFailed
    │   ├── JobCanceled
    │   ├── JobExpired
    │   ├── JobNeedsReview
    │   ├── SubmissionUnanswered    whether the vendor created the job is not known (yet)
    │   └── JobNotFinished          a result was asked for too early
    ├── WaitTimeout                 the caller's patience ended; the job goes on
    ├── StoreError                  the job store or the archive cannot be read or written
    └── WebhookError                a delivery was refused
        ├── WebhookNotConfigured    no secret, or an empty one
        ├── DeliveryTooLarge        the body is over the limit
        ├── DeliveryUnsupported     of a content type or encoding that is not taken
        ├── DeliveryIncomplete      the body was cut short, or came too slowly
        ├── SignatureMissing        the signature header is absent
        ├── SignatureMismatch       forged, truncated, malformed or signed with another secret
        ├── DeliveryStale           signed, but too old or too new
        ├── UnknownDelivery         its address belongs to no provider or job
        └── UnreadableDelivery      authentic, but not what the vendor documents
"""

from __future__ import annotations

from vidiom.errors.deliveries import (
    DeliveryIncomplete,
    DeliveryStale,
    DeliveryTooLarge,
    DeliveryUnsupported,
    SignatureMismatch,
    SignatureMissing,
    UnknownDelivery,
    UnreadableDelivery,
    WebhookError,
    WebhookNotConfigured,
)
from vidiom.errors.root import VidiomError

__all__ = [
    "ApiError",
    "AuthenticationFailed",
    "ConfigurationError",
    "Conflict",
    "DeliveryIncomplete",
    "DeliveryStale",
    "DeliveryTooLarge",
    "DeliveryUnsupported",
    "Expired",
    "InvalidDocument",
    "InvalidMedia",
    "JobCanceled",
    "JobError",
    "JobExpired",
    "JobFailed",
    "JobNeedsReview",
    "JobNotFinished",
    "MalformedAnswer",
    "MissingExtra",
    "NotFound",
    "PluginError",
    "RateLimited",
    "RequestRejected",
    "ServerError",
    "SignatureMismatch",
    "SignatureMissing",
    "StoreError",
    "SubmissionUnanswered",
    "TooLarge",
    "TransportError",
    "UnknownDelivery",
    "UnknownFeature",
    "UnknownJob",
    "UnknownProvider",
    "UnreadableDelivery",
    "UnsupportedMediaType",
    "UnsupportedOperation",
    "UnsupportedVersion",
    "UsageError",
    "VidiomError",
    "WaitTimeout",
    "WebhookError",
    "WebhookNotConfigured",
]


class UsageError(VidiomError, ValueError):
    """The call cannot be carried out as it is; nothing was sent."""

    exit_code = 2


class ConfigurationError(UsageError):
    """A setting or a secret is missing or malformed."""


class MissingExtra(ConfigurationError, ImportError):
    """An optional dependency is not installed; the message names the extra."""

    def __init__(self, message: str, *, extra: str, provider: str | None = None) -> None:
        super().__init__(message, provider=provider)
        self.extra = extra


class UnknownProvider(UsageError):
    """No installed plugin provides this name; the message lists what is installed or broken."""


class UnknownFeature(UsageError):
    """A feature that does not exist, or that this provider cannot be asked for."""


class UnsupportedOperation(UsageError):
    """The vendor offers nothing that this operation could be expressed with."""


class InvalidMedia(UsageError):
    """The media is missing, empty, or not of a sort that the provider takes."""


class InvalidDocument(UsageError):
    """A document is broken JSON, or does not follow its schema."""


class UnsupportedVersion(InvalidDocument):
    """A document was written by a newer vidiom than the one reading it."""


class UnknownJob(UsageError):
    """The job store holds no job of this id."""


class PluginError(VidiomError):
    """An installed plugin cannot be loaded or breaks the provider contract."""

    exit_code = 2


class TransportError(VidiomError):
    """No usable answer arrived: connection, time-out, or a body cut short.

    The vendor may have carried the request out all the same, so a request that creates a paid
    job must not simply be sent again.

    Attributes:
        sent: Whether any byte of the request may have reached the vendor.
    """

    def __init__(
        self,
        message: str,
        *,
        sent: bool = True,
        provider: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, provider=provider, operation=operation)
        self.sent = sent


class ApiError(VidiomError):
    """The vendor answered, and refused.

    Attributes:
        status: HTTP status of the answer.
        retry_after: Seconds the vendor asked to wait, if it said so.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        retry_after: float | None = None,
        provider: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, provider=provider, operation=operation)
        self.status = status
        self.retry_after = retry_after

    @property
    def definite(self) -> bool:
        """Whether the refusal proves that the vendor did nothing (any 4xx but 408)."""
        return 400 <= self.status < 500 and self.status != 408  # noqa: PLR2004


class AuthenticationFailed(ApiError):
    """The key is missing, wrong, or not allowed to do this."""

    exit_code = 2


class NotFound(ApiError):
    """The vendor does not know this job, file or path."""


class Expired(NotFound):
    """The vendor once had it and has deleted it."""


class RequestRejected(ApiError):
    """The vendor found the request itself wrong."""


class Conflict(ApiError):
    """The request collides with the present state at the vendor."""


class TooLarge(ApiError):
    """The media or the request is over the vendor's limit."""


class UnsupportedMediaType(ApiError):
    """The vendor does not take this format."""


class RateLimited(ApiError):
    """Too many requests; ``retry_after`` says how long to wait, if the vendor said so."""


class ServerError(ApiError):
    """The vendor's own fault; it may have carried the request out."""


class MalformedAnswer(VidiomError):
    """A successful answer that cannot be read; the bytes are kept in the archive where possible."""


class JobError(VidiomError):
    """A job came to an end without a result.

    Attributes:
        job_id: Our id of the job.
    """

    def __init__(
        self,
        message: str,
        *,
        job_id: str,
        provider: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, provider=provider, operation=operation)
        self.job_id = job_id

    def to_json_object(self) -> dict[str, str | None]:
        """The same, and which job it was."""
        return {**super().to_json_object(), "job_id": self.job_id}


class JobFailed(JobError):
    """The vendor could not analyse the media."""


class JobCanceled(JobError):
    """The job was canceled."""


class JobExpired(JobError):
    """The vendor deleted the job or its result before it was fetched."""


class JobNeedsReview(JobError):
    """Whether the vendor has this job is unknown and cannot be found out without a person."""


class SubmissionUnanswered(JobError):
    """The request that creates the job was sent and never answered; it is not sent again."""


class JobNotFinished(JobError):
    """The result was asked for while the job still runs."""


class WaitTimeout(JobError, TimeoutError):
    """The time given to ``wait`` is over; the job itself goes on."""


class StoreError(VidiomError):
    """The job store or the archive is read-only, full, locked or damaged.

    Attributes:
        passing: Whether the same call may well succeed later: a lock, a server that restarts.
    """

    def __init__(
        self,
        message: str,
        *,
        passing: bool = False,
        provider: str | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message, provider=provider, operation=operation)
        self.passing = passing
