"""The sync client: one line an operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar, Unpack

from vidiom.client.diagnosis import Diagnosis
from vidiom.client.galleries import Galleries
from vidiom.client.many import ManyJobs
from vidiom.client.opening import OnProgress, open_operations, run_settings
from vidiom.client.operations import JobLike
from vidiom.client.ordering import OrderOptions
from vidiom.client.provider_info import ProviderInfo
from vidiom.client.receiving import DeliveryRules
from vidiom.flow.drivers import SyncDriver
from vidiom.flow.effects import Flow
from vidiom.flow.on_demand import ClientOnDemand
from vidiom.flow.retry import RetryPolicy
from vidiom.jobs.store import JobStore
from vidiom.plugins.registry import Registry
from vidiom.provider.contract import Provider
from vidiom.schema.jobs import Job, JobState
from vidiom.schema.latency import Latency, MediaType
from vidiom.schema.media import ImageBatch, MediaInput
from vidiom.schema.raw import RawResult
from vidiom.schema.received import Received
from vidiom.schema.result import BatchResult, Result
from vidiom.webhooks.delivery import Delivery

if TYPE_CHECKING:
    import httpx

__all__ = ["Client"]

T = TypeVar("T")
P = TypeVar("P", bound=Provider)


class Client(ManyJobs):
    """Submit media to any installed provider, follow the jobs, read the results.

    Every method blocks until it is done; :class:`vidiom.AsyncClient` has the same ones.
    Settings come from ``VIDIOM_<PROVIDER>_…`` variables or ``vidiom.toml``; jobs and raw answers
    are kept under ``VIDIOM_HOME``. One client may be shared by threads.
    """

    def __init__(
        self,
        *,
        store: JobStore | None = None,
        environment: Mapping[str, str] | None = None,
        config: Path | None = None,
        registry: Registry | None = None,
        retry: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Open a client; nothing is read or loaded before it is needed.

        Args:
            store: Where jobs are kept instead of ``VIDIOM_HOME``; the caller closes it.
            environment: Variables to read instead of the process's own.
            config: Configuration file instead of ``VIDIOM_CONFIG`` or ``./vidiom.toml``.
            registry: Plugins to use instead of those that are installed.
            retry: How lost requests that may be repeated are repeated.
            transport: HTTP transport of the library in use, for proxies, certificates and tests.

        Raises:
            ConfigurationError: The configuration file cannot be read.
        """
        self._operations = open_operations(
            store=store, environment=environment, config=config, registry=registry
        )
        self._http = ClientOnDemand(transport)
        self._driver = SyncDriver(self._http, retry)

    def _run(
        self,
        flow: Flow[T],
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> T:
        return self._driver.run(flow, run_settings(self._operations, on_progress, timeout))

    # --- submitting --------------------------------------------------------------------------

    def analyze(
        self,
        provider: str,
        media: MediaInput,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
        **options: Unpack[OrderOptions],
    ) -> Result:
        """Submit media, wait for the end of the job, and return what was found.

        Args:
            provider: Name of an installed provider, or ``provider/account``.
            media: A URL, a path, or bytes.
            timeout: Seconds to wait at most; the job goes on when they are over.
            on_progress: Called with news while it uploads and runs.
            **options: ``features``, ``language``, ``title``, ``options``, ``callback``, ``fetch``,
                ``fetch_limit``.

        Raises:
            UsageError: The request cannot be made; nothing was sent.
            ApiError, TransportError: The vendor refused, or gave no usable answer.
            SubmissionUnanswered: Whether the job exists is unknown; it is not sent again.
            JobError: The job ended without a result.
            WaitTimeout: The time is over.
        """
        flow = self._operations.analyze(provider, media, timeout, options)
        return self._run(flow, on_progress, timeout)

    def analyze_batch(
        self,
        provider: str,
        images: ImageBatch | Sequence[MediaInput],
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
        **options: Unpack[OrderOptions],
    ) -> BatchResult:
        """Submit several images as one job, and return a result or an error for each."""
        flow = self._operations.analyze_batch(provider, images, timeout, options)
        return self._run(flow, on_progress, timeout)

    def submit(
        self,
        provider: str,
        media: MediaInput,
        *,
        on_progress: OnProgress | None = None,
        **options: Unpack[OrderOptions],
    ) -> Job:
        """Submit media; the job is in the store before the request that costs money is sent.

        Raises:
            UsageError, ApiError, TransportError, SubmissionUnanswered: As for :meth:`analyze`.
        """
        return self._run(self._operations.submit(provider, media, options), on_progress)

    def submit_batch(
        self,
        provider: str,
        images: ImageBatch | Sequence[MediaInput],
        *,
        on_progress: OnProgress | None = None,
        **options: Unpack[OrderOptions],
    ) -> Job:
        """Submit several images as one job."""
        return self._run(self._operations.submit_batch(provider, images, options), on_progress)

    # --- following ---------------------------------------------------------------------------

    def get(self, job_id: str) -> Job:
        """A job as the store has it; the vendor is not asked.

        Raises:
            UnknownJob: The store has no such job.
        """
        return self._run(self._operations.get(job_id))

    def check(self, job: JobLike) -> Job:
        """Ask the vendor once how the job is, and keep the answer."""
        return self._run(self._operations.check(job))

    def wait(
        self,
        job: JobLike,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """Wait for the end of a job, and return what was found.

        Raises:
            JobError: The job ended without a result.
            WaitTimeout: The time is over; the job goes on.
        """
        return self._run(self._operations.wait(job, timeout), on_progress, timeout)

    def wait_batch(
        self,
        job: JobLike,
        *,
        timeout: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> BatchResult:
        """:meth:`wait` for a batch of images."""
        return self._run(self._operations.wait_batch(job, timeout), on_progress, timeout)

    # --- webhooks ----------------------------------------------------------------------------

    def receive(self, delivery: Delivery) -> Received:
        """Verify a webhook, keep what it says, and wake whoever waits for the job.

        Nothing is asked of a vendor, so that the answer to the request can go out at once;
        :meth:`follow_up` does what is left. Duplicates are successes.

        Raises:
            WebhookError: It is refused; ``suggested_status`` is what to answer.
            StoreError: It could not be kept: answer with 503, so that the vendor sends it again.
        """
        return self._run(self._operations.receive(delivery))

    def delivery_rules(self, provider: str) -> DeliveryRules:
        """What a receiver must know before it reads a body: its limit, and what to answer.

        Raises:
            UnknownDelivery: No provider of this name sends webhooks.
        """
        return self._run(self._operations.delivery_rules(provider))

    def follow_up(self) -> tuple[Job, ...]:
        """Ask vendors about the jobs that webhooks gave a reason to ask about; those jobs.

        For unsigned webhooks, at most once for each job and interval, and for those that told
        another end than the one before. To be called after :meth:`receive`, or from time to time;
        whoever waits for a job, and ``vidiom serve``, do it by themselves.
        """
        return self._run(self._operations.follow_up())

    # --- reading -----------------------------------------------------------------------------

    def result(self, job: JobLike) -> Result:
        """What was found; fetched from the vendor once, then read from the archive.

        A failed or canceled job gives what it left, if it left anything.

        Raises:
            JobNotFinished: The job still runs.
            JobError: It ended, and left nothing.
            MalformedAnswer: The answer cannot be read; it stays in the archive (:meth:`raw`).
        """
        return self._run(self._operations.result(job))

    def result_batch(self, job: JobLike) -> BatchResult:
        """:meth:`result` for a batch of images."""
        return self._run(self._operations.result_batch(job))

    def raw(self, job: JobLike) -> RawResult:
        """The vendor's answer exactly as received."""
        return self._run(self._operations.raw(job))

    # --- ending ------------------------------------------------------------------------------

    def cancel(self, job: JobLike) -> Job:
        """Stop a job; one that has already ended stays as it is.

        Raises:
            UnsupportedOperation: This vendor cannot stop a job.
        """
        return self._run(self._operations.cancel(job))

    def delete(self, job: JobLike, *, keep_result: bool = False) -> None:
        """Delete the job and its data at the vendor and here.

        Args:
            job: A job or its id.
            keep_result: Keep the job and its archived answer here; fetched first if need be.

        Raises:
            UnsupportedOperation: This vendor cannot delete a job; nothing was deleted.
        """
        self._run(self._operations.delete(job, keep_result=keep_result))

    # --- looking around ----------------------------------------------------------------------

    def list(
        self,
        *,
        provider: str | None = None,
        states: Iterable[JobState | str] = (),
        limit: int | None = None,
    ) -> tuple[Job, ...]:
        """Jobs of the store, the newest first; no vendor is asked."""
        return self._run(self._operations.list(provider, states, limit))

    def providers(self) -> tuple[ProviderInfo, ...]:
        """The installed providers, the broken ones with the reason."""
        return self._run(self._operations.providers())

    def latency(self, provider: str, media_type: MediaType = "video") -> Latency:
        """What a vendor says of its speed at present: a hint, never a promise.

        Raises:
            UnsupportedOperation: This vendor does not say.
        """
        return self._run(self._operations.latency(provider, media_type))

    def diagnose(
        self, provider: str, *, job: JobLike | None = None, openapi: Path | None = None
    ) -> Diagnosis:
        """What is configured, reachable, and other than the adapter assumes.

        Nothing is changed or bought. The report holds no secrets, answers or personal data.

        Args:
            provider: Name of an installed provider, or ``provider/account``.
            job: A finished job of it, whose real answer the assumptions are held against.
            openapi: The vendor's own OpenAPI file, which the settings are held against.
        """
        return self._run(self._operations.diagnose(provider, job, openapi))

    def galleries(self, provider: str) -> Galleries:
        """The galleries of a vendor: whom and what it shall recognise.

        Raises (its methods):
            UnsupportedOperation: This vendor has no galleries.
        """
        return Galleries(lambda: self._operations.galleries(provider), self._run)

    def call(
        self,
        provider: type[P],
        operation: Callable[[P], Flow[T]],
        *,
        account: str | None = None,
    ) -> T:
        """Carry out what only one vendor offers: a flow of its adapter.

        ``client.call(DeepvaProvider, lambda deepva: deepva.transcripts().list())``

        Args:
            provider: The class of an installed provider.
            operation: Makes the flow of the adapter with the account's settings.
            account: A named account instead of the default one.
        """
        return self._run(self._operations.call(provider, account, operation))

    # --- closing -----------------------------------------------------------------------------

    def close(self) -> None:
        """Close connections and files."""
        self._http.close()
        self._operations.close()

    def __enter__(self) -> Self:
        """Use the client for a while."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
