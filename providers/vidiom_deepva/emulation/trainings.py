"""Trainings of datasets, and the models that come of them (…/core-resources/training)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from vidiom.emulation.identifiers import Identifiers
from vidiom.emulation.refusal import Json
from vidiom_deepva.emulation.call import Answer, Call
from vidiom_deepva.emulation.datasets import Datasets
from vidiom_deepva.emulation.moments import stamp
from vidiom_deepva.emulation.refusal import wrong
from vidiom_deepva.emulation.shelf import Shelf

__all__ = ["Trainings"]

_STAGES: Final = ("waiting", "processing", "processing")
_NO_IMAGES: Final = "Dataset has no active images"
_ENDED: Final = frozenset({"completed", "failed"})


@dataclass
class Model:
    """What jobs may name; each training adds a version."""

    id: str
    owner: int
    name: str
    description: str
    type: str
    versions: list[Json] = field(default_factory=list)

    def written(self) -> Json:
        """As it stands in an answer; most of it is assumed."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "type": self.type,
            "versions": [*self.versions],
        }


@dataclass
class Training:
    """One training, which moves on when it is asked after."""

    id: str
    owner: int
    dataset: Json
    """The dataset as it was."""
    told: Json
    created: datetime
    active_images: int
    started: datetime | None = None
    completed: datetime | None = None
    polls: int = 0
    model: Model | None = None

    @property
    def state(self) -> str:
        """Which has no ``stopped``."""
        if self.polls < len(_STAGES):
            return _STAGES[self.polls]
        return "completed" if self.active_images else "failed"

    def written(self) -> Json:
        """As it stands in an answer."""
        state = self.state
        end = self.completed or self.started
        failed = state == "failed"
        return {
            "id": self.id,
            "type": self.dataset["type"],
            "state": state,
            "error": _NO_IMAGES if failed else None,
            "progress": 1.0 if state in _ENDED else round(self.polls / len(_STAGES), 2),
            "duration": (
                0.0
                if self.started is None or end is None
                else round((end - self.started).total_seconds(), 3)
            ),
            "time_created": stamp(self.created),
            "time_started": None if self.started is None else stamp(self.started),
            "time_completed": None if self.completed is None else stamp(self.completed),
            "source_dataset": self.dataset,
            "output_model": None if self.model is None else self.model.written(),
            **self.told,
        }


class Trainings:
    """All trainings and models of all customers."""

    def __init__(
        self, datasets: Datasets, identifiers: Identifiers, now: Callable[[], datetime]
    ) -> None:
        """None yet."""
        self._datasets = datasets
        self._ids = identifiers
        self._now = now
        self._trainings: Shelf[Training] = Shelf()
        self.models: Shelf[Model] = Shelf()

    def create(self, call: Call) -> Answer:
        """Begin one."""
        name = call.text("source_dataset_id")
        known = {one.id: one for one in self._datasets.shelf.of(call.owner)}
        if name not in known:
            raise wrong("source_dataset_id", "There is no such dataset.")
        config = call.body.get("config", {})
        if not isinstance(config, Mapping):
            raise wrong("config", "Expected a dictionary.")
        told: Json = {
            "source_dataset_id": name,
            "output_model_name": call.text("output_model_name"),
            "output_model_description": call.text("output_model_description", ""),
            "output_model_changelog": call.text("output_model_changelog", ""),
            "config": {"min_face_size": 80, **config},
        }
        dataset = known[name]
        training = Training(
            self._ids.uuid(),
            call.owner,
            dataset.written(),
            told,
            self._now(),
            dataset.active_images,
        )
        self._trainings.add(training)
        return Answer(training.written(), 201)

    def _poll(self, training: Training) -> Json:
        """What is said when somebody asks, which is what moves it on."""
        state = training.state
        if state != "waiting" and training.started is None:
            training.started = self._now()
        if state in _ENDED and training.completed is None:
            training.completed = self._now()
            if state == "completed":
                training.model = self._versioned(training)
        written = training.written()
        training.polls += 1
        return written

    def _versioned(self, training: Training) -> Model:
        """The model of this name with one more version."""
        name, told = training.told["output_model_name"], training.told
        models = {one.name: one for one in self.models.of(training.owner)}
        model = models.get(str(name))
        if model is None:
            model = Model(
                self._ids.uuid(),
                training.owner,
                str(name),
                str(told["output_model_description"]),
                str(training.dataset["type"]),
            )
            self.models.add(model)
        model.versions.append(
            {
                "version_number": len(model.versions) + 1,
                "time_created": stamp(self._now()),
                "changelog": told["output_model_changelog"],
                "source_dataset": training.dataset,
            }
        )
        return model

    def listed(self, call: Call) -> list[Json]:
        """All; asking is asking after each."""
        return [self._poll(one) for one in self._trainings.of(call.owner)]

    def read(self, call: Call) -> Json:
        """One."""
        return self._poll(self._trainings.find(call.owner, call.names["training"]))

    def delete(self, call: Call) -> Answer:
        """The model stays."""
        self._trainings.remove(call.owner, call.names["training"])
        return Answer(None, 204)

    def list_models(self, call: Call) -> list[Json]:
        """All that were trained."""
        return [one.written() for one in self.models.of(call.owner)]

    def read_model(self, call: Call) -> Json:
        """One."""
        return self.models.find(call.owner, call.names["model"]).written()
