"""A provider without a network, whose jobs end as their options say."""
# ruff: noqa: ARG002, D102 - what they are and get, the contract says

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from vidiom.errors import MalformedAnswer, NotFound
from vidiom.flow.effects import Flow, run_blocking
from vidiom.plugins import hookimpl
from vidiom.provider import Provider
from vidiom.provider.contract import ProviderOptions
from vidiom.schema.detections import Face, Shot, Text
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobFailure, JobRef, JobState, JobStatus
from vidiom.schema.media import ImageBatch, MediaFacts
from vidiom.schema.orders import Order
from vidiom.schema.provenance import Provenance
from vidiom.schema.raw import RawPart, RawResult
from vidiom.schema.result import BatchItem, BatchResult, ItemFailure, Result
from vidiom.schema.segments import Segment
from vidiom.webhooks.scheme import Unsigned

FEATURES = {Feature.SHOTS: "cuts", Feature.TEXT: "ocr"}
ASKED: dict[str, int] = {}
CORE = {"seconds": 4.0, "cuts": [2.5], "text": "CAFÉ \x1b[31m日本", "age": 33}


class FakeOptions(ProviderOptions):
    """What becomes of the job."""

    ending: Literal[
        "good", "failed", "never", "interrupt", "late", "crash", "malformed", "twice"
    ] = "good"
    zones: tuple[str, ...] = ()
    level: float = 0.5


class FakeProvider(Provider):
    """Runs for one check, then ends."""

    name = "fake"
    title = "Fake"
    version = "1.0"
    standing = "documented"
    options_type = FakeOptions
    media = frozenset({"url", "file", "batch"})
    features = FEATURES
    signature = Unsigned(reason="it sends nothing")

    def submit(self, order: Order) -> Flow[JobRef]:
        ending = str(order.options.get("ending", "good"))
        if ending == "interrupt":
            yield from run_blocking(_interrupt)
        batch = isinstance(order.media, ImageBatch)
        names = [one.external_id for one in order.media.images] if batch else []  # type: ignore[union-attr]
        yield from ()
        return JobRef(
            provider=self.name,
            vendor_id=f"v-{order.correlation[:6]}",
            data={"ending": ending, "names": list(names)},
        )

    def find_many(self, orders: Sequence[Order]) -> Flow[Mapping[str, Sequence[JobRef]]]:
        yield from ()
        return {
            order.correlation: (
                JobRef(provider=self.name, vendor_id=f"v-{order.correlation[:6]}"),
                JobRef(provider=self.name, vendor_id="v-again"),
            )
            for order in orders
            if order.options.get("ending") == "twice"
        }

    def check(self, job: JobRef) -> Flow[JobStatus]:
        ending = job.data["ending"]
        if ending == "late":
            yield from run_blocking(_interrupt)
        if ending == "crash":
            raise RuntimeError("with a secret: " + "canary" + "-key")
        yield from ()
        ASKED[job.vendor_id] = ASKED.get(job.vendor_id, 0) + 1
        if ending == "never" or ASKED[job.vendor_id] == 1:
            return JobStatus(
                state=JobState.RUNNING,
                stage="looking",
                progress=0.5,
                eta_seconds=7,
                poll_after=0.01,
            )
        if ending == "failed":
            failure = JobFailure(code="E7", message="the codec is not known; convert the media.")
            return JobStatus(state=JobState.FAILED, failure=failure)
        return JobStatus(state=JobState.SUCCEEDED)

    def cancel(self, job: JobRef) -> Flow[None]:
        yield from ()

    def delete(self, job: JobRef) -> Flow[None]:
        yield from ()

    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        yield from ()
        if job.data["ending"] == "failed":
            raise NotFound("there is no result", status=404, provider=self.name, operation="fetch")
        core = json.dumps(CORE | {"names": job.data["names"]}).encode()
        if job.data["ending"] == "malformed":
            core = b"<html>"
        parts = (RawPart("core", core, "application/json"), RawPart("pictures/0", b"\xff\xd8x"))
        return RawResult(self.name, {part.name: part for part in parts})

    def normalize(self, raw: RawResult) -> Result:
        core = self._core(raw)
        first, last = Segment(0.0, core["cuts"][0]), Segment(core["cuts"][0], core["seconds"])
        return Result(
            media=MediaFacts(type="video", duration=core["seconds"]),
            detections=(
                Shot(id="a", segments=(first,)),
                Text(id="t", label=core["text"], text=core["text"], segments=(first,)),
                Face(id="f", gender="canary-gender", segments=(first,)),
                Shot(id="b", segments=(last,), transition="cut"),
            ),
            provenance=Provenance(provider=self.name, adapter_version=self.version),
        )

    def normalize_batch(self, raw: RawResult) -> BatchResult:
        names = self._core(raw).get("names", ["one.png"])
        items = [
            BatchItem(external_id=name, error=ItemFailure(code="dark", message="it is too dark"))
            if number
            else BatchItem(external_id=name, result=self.normalize(raw))
            for number, name in enumerate(names)
        ]
        origin = Provenance(provider=self.name, adapter_version=self.version)
        return BatchResult(items=tuple(items), provenance=origin)

    def _core(self, raw: RawResult) -> dict:  # type: ignore[type-arg]
        if "core" not in raw:
            parts = ", ".join(raw)
            raise MalformedAnswer(f"there is no part 'core' among: {parts}.", provider=self.name)
        try:
            core: dict = json.loads(bytes(raw["core"].content))  # type: ignore[type-arg]
        except ValueError as error:
            raise MalformedAnswer(
                "the part 'core' is not JSON.", provider=self.name, operation="normalize"
            ) from error
        return core


def _interrupt() -> None:
    raise KeyboardInterrupt


@hookimpl
def vidiom_provider() -> type[Provider]:
    """The provider."""
    return FakeProvider
