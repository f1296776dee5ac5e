"""What to ask DeepVA for, in which order."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Never

from vidiom.errors import MalformedAnswer
from vidiom.flow.effects import Flow
from vidiom.provider import JsonApi, Provider, submitted_url
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom.schema.features import Feature
from vidiom.schema.jobs import JobRef, JobStatus
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult
from vidiom.schema.result import Result
from vidiom_deepva import normalize, webhook, wire
from vidiom_deepva.settings import DeepvaSettings

__all__ = ["DeepvaProvider"]


class DeepvaProvider(Provider):
    """DeepVA (https://docs.deepva.com)."""

    name = "deepva"
    title = "DeepVA"
    version = "1.0"
    standing = "documented"
    settings_type = DeepvaSettings
    media = frozenset({"url"})
    features: ClassVar = {Feature.FACES: "face_recognition"}
    signature = webhook.SIGNATURE

    def __init__(self, settings: DeepvaSettings) -> None:
        super().__init__(settings)
        self._own = settings

    @cached_property
    def _api(self) -> JsonApi:
        key = self.settings.required_key(self.name)
        return JsonApi(self.name, self._own.base_url, headers=(("Authorization", f"Key {key}"),))

    def submit(self, order: Order) -> Flow[JobRef]:
        body = {
            "sources": [submitted_url(order, provider=self.name)],
            "modules": {"face_recognition": {}},
            "tag": order.correlation,
        }
        said = yield from self._api.post("jobs/", wire.Job, json=body, operation="submit")
        if not said.id:
            self._incomplete("id", "submit")
        return JobRef(provider=self.name, vendor_id=said.id)

    def check(self, job: JobRef) -> Flow[JobStatus]:
        path = f"jobs/{JsonApi.segment(job.vendor_id)}/"
        said = yield from self._api.get(path, wire.Job, operation="check")
        if not said.state:
            self._incomplete("state", "check")
        return normalize.status(said, said.state)

    def fetch(self, job: JobRef, order: Order) -> Flow[RawResult]:
        path = f"jobs/{JsonApi.segment(job.vendor_id)}/detailed-results/"
        part = yield from self._api.save(path, "detailed_results/0", operation="fetch")
        return RawResult(self.name, {part.name: part})

    def normalize(self, raw: RawResult) -> Result:
        return normalize.result(raw, adapter_version=self.version)

    def emulator(self, options: EmulatorOptions) -> AsgiApp:
        from vidiom_deepva.emulation.invocation import app_for

        return app_for(options)

    def _incomplete(self, member: str, operation: str) -> Never:
        raise MalformedAnswer(
            f"the answer has no {member!r}.", provider=self.name, operation=operation
        )
