"""The contract: what an adapter is.

An adapter describes one vendor's API as pure data transformation. Its operations are flows (see
``vidiom.flow.effects``): they yield what is to be done and are sent the outcome; they perform no
I/O. ``normalize`` and ``read_delivery`` are plain functions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from vidiom.flow.effects import Flow
from vidiom.provider.assumptions import Assumption
from vidiom.provider.capabilities import optional, supports
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom.provider.galleries import GalleryProvider
from vidiom.provider.proposals import Proposal
from vidiom.provider.settings import ProviderSettings
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobRef, JobStatus, JobUpdate
from vidiom.schema.latency import Latency, MediaType
from vidiom.schema.media import BytesMedia, FileMedia, ImageBatch
from vidiom.schema.orders import Order, UploadedMedia
from vidiom.schema.raw import RawResult
from vidiom.schema.result import BatchResult, Result
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme, Unsigned

__all__ = ["CallbackForm", "MediaSort", "NoOptions", "Provider", "ProviderOptions", "Standing"]

MediaSort: TypeAlias = Literal["url", "file", "bytes", "batch"]
"""How media may be handed over; the same words as ``Media.type``."""

CallbackForm: TypeAlias = Literal["none", "url", "url_and_secret"]
"""What an order can say about webhooks: nothing, where to call, or also what to sign with."""

Standing: TypeAlias = Literal["documented", "recorded", "verified", "native"]
"""How far an adapter is tried: against the vendor's documentation only, against recorded answers,
against the live service, or ``native`` when there is no vendor and it runs right here."""


class ProviderOptions(BaseModel):
    """Options of one vendor's jobs, typed; each adapter subclasses it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class NoOptions(ProviderOptions):
    """For a provider without options of its own."""


class Provider(ABC):
    """One vendor's API, as pure data transformation.

    Write a subclass, name it in a hook (``vidiom.plugins.hookspecs``), and declare the hook's
    module as an entry point of the group ``vidiom`` under the provider's name. What the vendor
    does not offer is left out, or declared with ``unsupported("why")``.
    """

    name: ClassVar[str]
    """Lower case; also the name of the entry point."""
    title: ClassVar[str]
    """As the vendor writes it."""
    version: ClassVar[str]
    """Version of the adapter's rules; goes into the provenance of every result."""
    standing: ClassVar[Standing]
    settings_type: ClassVar[type[ProviderSettings]] = ProviderSettings
    options_type: ClassVar[type[ProviderOptions]] = NoOptions
    media: ClassVar[frozenset[MediaSort]]
    """How media may be handed over. A ``url`` is fetched by the vendor."""
    features: ClassVar[Mapping[Feature, str]]
    """What may be asked for, and how it is expressed to the vendor (for the documentation)."""
    default_features: ClassVar[frozenset[Feature]] = frozenset()
    """What is asked for when the caller names nothing; empty: all that the vendor does."""
    signature: ClassVar[SignatureScheme | Unsigned]
    """How deliveries are signed, as the vendor documents it."""
    wire_types: ClassVar[Mapping[str, Any]] = {}
    """What each raw part (by name, ``*`` allowed) is decoded into; ``bytes`` for one that is kept
    as it is. ``vidiom audit`` derives from it what is read and what is not."""
    redundant_paths: ClassVar[Mapping[str, str]] = {}
    """Paths (``part/key/*``) that the adapter leaves out on purpose, each with the reason."""
    assumptions: ClassVar[tuple[Assumption, ...]] = ()
    """What the adapter takes for granted without the vendor's word; ``vidiom doctor`` tries it."""
    correlation_field: ClassVar[str | None] = None
    """Where our own id of a job stands at the vendor, in the vendor's words; ``None`` when the
    vendor has no place for one."""
    listing_complete: ClassVar[bool] = False
    """Whether ``find`` answering ``None`` proves that the vendor has no such job, once
    ``settle_seconds`` have passed."""

    def __init__(self, settings: ProviderSettings) -> None:
        """Of settings that were loaded for ``settings_type``."""
        self.settings = settings

    # Before the job ------------------------------------------------------------------------

    def upload(self, media: FileMedia | BytesMedia, order: Order) -> Flow[UploadedMedia | None]:
        """Bring local media to the vendor; ``None`` when ``submit`` takes it along itself.

        Apart from ``submit``, because the reference is stored in between: a crash never repeats a
        long upload.
        """
        del media, order
        yield from ()
        return None

    def upload_batch(self, batch: ImageBatch, order: Order) -> Flow[UploadedMedia | None]:
        """The same for the images of a batch; the reference's ``data`` says which is which."""
        del batch, order
        yield from ()
        return None

    @abstractmethod
    def submit(self, order: Order) -> Flow[JobRef]:
        """Create the job. Not repeatable, unless the vendor makes it safe."""

    @optional("this adapter cannot look a job up by our own id")
    def find(self, order: Order) -> Flow[JobRef | None]:
        """The job that an earlier ``submit`` of this order created, by its ``correlation``."""
        raise AssertionError  # `optional` refuses before it comes to this

    @optional("this adapter looks one job up at a time")
    def find_many(self, orders: Sequence[Order]) -> Flow[Mapping[str, Sequence[JobRef]]]:
        """What earlier submissions of these orders created, by ``correlation``, in one listing.

        Of several jobs of one order the one to go on with is the first. An order that is absent
        from the answer cannot be told; an empty sequence means that the vendor lists no such job.
        """
        raise AssertionError  # `optional` refuses before it comes to this

    # While it runs ---------------------------------------------------------------------------

    @abstractmethod
    def check(self, job: JobRef) -> Flow[JobStatus]:
        """Ask for the state.

        Raises:
            NotFound: The vendor does not know the job (any more).
        """

    @optional("this adapter asks for one job at a time")
    def check_many(self, jobs: Sequence[JobRef]) -> Flow[Mapping[str, JobStatus]]:
        """The states of many jobs by vendor id, in fewer requests than one each."""
        raise AssertionError  # `optional` refuses before it comes to this

    @optional("this adapter cannot stop a job")
    def cancel(self, job: JobRef) -> Flow[None]:
        """Stop the job."""
        raise AssertionError  # `optional` refuses before it comes to this

    # Afterwards ------------------------------------------------------------------------------

    @abstractmethod
    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        """The answer, exactly as received; the order tells which parts were asked for."""

    @abstractmethod
    def normalize(self, raw: RawResult) -> Result:
        """The answer in neutral words. Pure: the same bytes give the same result."""

    @optional("this adapter takes no batches of images")
    def normalize_batch(self, raw: RawResult) -> BatchResult:
        """The same for the answer to a batch of images."""
        raise AssertionError  # `optional` refuses before it comes to this

    @optional("this adapter cannot delete a job")
    def delete(self, job: JobRef) -> Flow[None]:
        """Remove the job and its data at the vendor."""
        raise AssertionError  # `optional` refuses before it comes to this

    @optional("this adapter receives no webhooks")
    def read_delivery(self, delivery: Delivery) -> JobUpdate:
        """What a webhook delivery says. Pure; called after its signature was verified.

        Raises:
            UnreadableDelivery: It is not what the vendor documents.
        """
        raise AssertionError  # `optional` refuses before it comes to this

    def signature_scheme(self) -> SignatureScheme | Unsigned:
        """How deliveries are signed, as far as it is configured; the vendor's own by default."""
        return self.signature

    def callback_form(self) -> CallbackForm:
        """Whether an order can say where to call, and with a secret of its own."""
        return "url" if supports(self, "read_delivery") else "none"

    def reference(self, order: Order, vendor_id: str) -> JobRef:
        """The handle of a job whose id did not come with the answer to ``submit``.

        It came with a delivery that overtook that answer, or from a person who settles what became
        of the submission.
        """
        return JobRef(provider=self.name, vendor_id=vendor_id)

    # How long it takes -----------------------------------------------------------------------

    @optional("this vendor does not say how long it takes at present")
    def latency(self, media_type: MediaType) -> Flow[Latency]:
        """What the vendor says of its speed with this sort of media."""
        raise AssertionError  # `optional` refuses before it comes to this

    def units(self, order: Order) -> float | None:
        """How many units of ``latency`` an order has, where that can be told; for estimates."""
        return float(len(order.media.images)) if isinstance(order.media, ImageBatch) else None

    # Looking after the account ---------------------------------------------------------------

    @optional("this adapter knows no harmless request to try a key with")
    def probe(self) -> Flow[str]:
        """A request that changes and costs nothing, to try address and key; what was learnt."""
        raise AssertionError  # `optional` refuses before it comes to this

    @optional("this adapter has no settings that a description of the API would tell")
    def proposals(self, openapi: bytes) -> tuple[Proposal, ...]:
        """The settings that the vendor's own OpenAPI file contradicts. Pure.

        Raises:
            UsageError: It is no such file.
        """
        raise AssertionError  # `optional` refuses before it comes to this

    @optional("this vendor has no galleries")
    def galleries(self) -> GalleryProvider:
        """The vendor's galleries of faces and other things to recognise."""
        raise AssertionError  # `optional` refuses before it comes to this

    @optional("this adapter has no emulator")
    def emulator(self, options: EmulatorOptions) -> AsgiApp:
        """The vendor's documented behaviour as an app, for people without an account.

        Raises:
            MissingExtra: What the app is made with is not installed.
        """
        raise AssertionError  # `optional` refuses before it comes to this
