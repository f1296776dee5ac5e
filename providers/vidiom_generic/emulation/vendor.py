"""The vendor: its customers' keys and jobs, and whom it has to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from vidiom.emulation.analyst import Analyst, Failure, Outcome, analyst_for
from vidiom.emulation.faults import Repertoire
from vidiom.emulation.outbox import Attempts, HeaderPairs, Message, Outbox
from vidiom.emulation.refusal import ErrorBody, Json, Refusal
from vidiom.emulation.vendor import EmulatedVendor
from vidiom.schema.latency import MediaType
from vidiom.webhooks.signing import Stamp, signed_headers
from vidiom_generic.emulation.behaviour import Behaviour
from vidiom_generic.emulation.canned import canned_image, canned_video
from vidiom_generic.emulation.expression import expressed_image, expressed_video
from vidiom_generic.emulation.jobs import Asset, Job
from vidiom_generic.emulation.orders import Image, Video, Webhook
from vidiom_generic.emulation.refusal import error_body
from vidiom_generic.emulation.repertoire import LATENCY, REPERTOIRE, RESULT, SUBMIT
from vidiom_generic.webhook import signature_of

__all__ = ["Vendor"]

_FORGED = "a secret that nobody was told"


@dataclass(frozen=True)
class _Told:
    """The canned findings."""

    content: Json
    fetched: bool = True
    done: bool = True
    failure: Failure | None = None

    def findings(self) -> Json:
        """The story."""
        return self.content


class Vendor(EmulatedVendor):
    """All that is behind the API."""

    name: ClassVar[str] = "generic"
    repertoire: ClassVar[Repertoire] = REPERTOIRE

    def __init__(self, keys: Sequence[str], behaviour: Behaviour) -> None:
        """Nothing bought yet."""
        super().__init__(keys, behaviour)
        self.behaviour = behaviour
        self.jobs: dict[str, Job] = {}
        # no retry policy is documented
        self.callbacks = Outbox(attempts=Attempts(1))
        self._analysts: dict[MediaType, Analyst[Json] | None] = {
            "video": analyst_for(behaviour, expressed_video),
            "image": analyst_for(behaviour, expressed_image),
        }

    def function(self, method: str, path: str) -> str:
        """What is asked for, in our words: the paths are settings."""
        if method == "POST":
            return SUBMIT
        settings = self.behaviour.settings
        first = settings.latency_path.partition("?")[0].partition("{")[0]
        return LATENCY if path.startswith(first) else RESULT

    def error(self, refusal: Refusal) -> ErrorBody:
        """In one of the usual forms."""
        return error_body(refusal, self.behaviour.error_form)

    def malformed(self, *absent: str) -> Refusal:
        """A form without the parts that it must have."""
        details = [f"{name}: required" for name in absent]
        return Refusal(400, "The request body is not valid.", *details)

    def state(self) -> Mapping[str, object]:
        """What was bought and done, in numbers."""
        return {"jobs": len(self.jobs), **super().state()}

    def close(self) -> None:
        """Stop analysing, and remove what was uploaded."""
        for analyst in self._analysts.values():
            if analyst is not None:
                analyst.close()
        super().close()

    def owner(self, key: object) -> int:
        """Number of the customer with this key.

        Raises:
            Refusal: The key is not valid.
        """
        customer = self.customer(key)
        if customer is None:
            raise Refusal(401, "The API key is missing or not valid.")
        return customer

    # --- jobs -----------------------------------------------------------------------------

    def submit_video(self, owner: int, video: Video, bound: int | None, fault: str | None) -> Job:
        """Sell one analysis."""
        asset = Asset("", self._video(video.path))
        return self._sold(owner, "video", [asset], video.webhook, bound, fault)

    def submit_images(
        self,
        owner: int,
        order: tuple[list[Image], Webhook | None],
        bound: int | None,
        fault: str | None,
    ) -> Job:
        """Sell the analysis of a batch."""
        images, webhook = order
        assets = [self._image(number, image) for number, image in enumerate(images)]
        return self._sold(owner, "image", assets, webhook, bound, fault)

    def _sold(
        self,
        owner: int,
        kind: MediaType,
        assets: Sequence[Asset],
        webhook: Webhook | None,
        bound: int | None,
        fault: str | None,
    ) -> Job:
        prefix = "video" if kind == "video" else "image_batch"
        job = Job(
            id=f"{prefix}_{self.identifiers.uuid()[:8]}",
            owner=owner,
            kind=kind,
            assets=assets,
            webhook=webhook,
            created=self.behaviour.clock(),
            bound=bound,
            fault=fault,
        )
        self.jobs[job.id] = job
        self.ledger.counters[f"request_{kind}"] += 1
        return job

    def asked(self, owner: int, kind: MediaType, job_id: str) -> Job:
        """The job that is asked after.

        Raises:
            Refusal: The customer has no such job, or nobody knows of it yet.
        """
        job = self.jobs.get(job_id)
        if job is None or job.owner != owner or job.kind != kind:
            raise Refusal(404, "No job with this id.")
        if job.polls < self.behaviour.unseen_polls:
            job.polls += 1
            raise Refusal(404, "No job with this id.")
        return job

    def _video(self, path: Path) -> Outcome[Json]:
        analyst = self._analysts["video"]
        if analyst is None:
            path.unlink()
            return _Told(canned_video(self.behaviour.minutes))
        return analyst.outcome(lambda: path)

    def _image(self, number: int, image: Image) -> Asset:
        if image.failure is not None:
            return Asset(image.external_id, None, image.failure)
        analyst = self._analysts["image"]
        if analyst is None:
            return Asset(image.external_id, _Told(canned_image(number)))
        path = self.folder / f"image-{self.identifiers.uuid()}"
        path.write_bytes(image.content)
        return Asset(image.external_id, analyst.outcome(lambda: path))

    # --- webhooks -------------------------------------------------------------------------

    async def tell_early(self, job: Job) -> None:
        """The end is told before the answer to the submission."""
        if job.fault == "callback_early":
            job.over = all(one.outcome is None or one.outcome.done for one in job.assets)
            await self.tell_the_end(job)

    async def tell_the_end(self, job: Job) -> None:
        """What is due now that the job has ended."""
        state = job.state(self.behaviour)
        if state not in ("finished", "failed") or job.called_back or job.webhook is None:
            return
        job.called_back = True
        body = job.document(self.behaviour)
        message = Message.of(job.webhook.url, job.id, state, body)
        signing = partial(self._signed, job.webhook.secret)
        told = Message(
            message.job, message.event, message.url, message.content, message.last, signing
        )
        await self.callbacks.tell(told, job.fault)

    async def tell_after_results(self, job: Job) -> None:
        """A late callback comes when the results have been fetched already."""
        await self.tell_the_end(job)
        await self.callbacks.release(job.id)

    def _signed(self, secret: str | None, content: bytes, forged: bool) -> HeaderPairs:  # noqa: FBT001 - as `Signing` has it
        if not secret:
            return ()
        stamp = Stamp(datetime.now(UTC), identifier=self.identifiers.uuid())
        scheme = signature_of(self.behaviour.settings)
        return signed_headers(scheme, content, _FORGED if forged else secret, stamp)
