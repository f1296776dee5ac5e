"""Trainings, and the models with versions that they make of datasets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from vidiom.flow.effects import Flow
from vidiom.schema.jobs import JobFailure, JobState, JobStatus
from vidiom_deepva.library.datasets import Dataset
from vidiom_deepva.library.resources import Discreet, Resource
from vidiom_deepva.paging import Pages
from vidiom_deepva.states import STATES

__all__ = ["Model", "ModelVersion", "Training", "Trainings"]


# https://docs.deepva.com/data-objects/model-version
class ModelVersion(Struct, gc=False):
    """One version, selected in jobs as ``name==2``."""

    version_number: int | None = None
    time_created: str | None = None
    changelog: str | None = None
    source_dataset: Dataset | None = None


# The page of models was not available when this was written: what is here, others mention.
class Model(Struct, gc=False):
    """A model that jobs can name."""

    id: str | None = None
    name: str | None = None
    description: str | None = None
    type: str | None = None
    versions: list[ModelVersion] | None = None

    @property
    def pinned(self) -> str | None:
        """The name with its latest version: what to name in a job for the same result again."""
        numbers = [one.version_number for one in self.versions or () if one.version_number]
        return f"{self.name}=={max(numbers)}" if self.name and numbers else self.name


# https://docs.deepva.com/core-resources/training
class Training(Discreet, gc=False):
    """A dataset on its way to be a version of a model."""

    id: str | None = None
    type: str | None = None
    state: str | None = None
    error: str | None = None
    """One text, where a job has a list."""
    progress: float | None = None
    duration: float | None = None
    time_created: str | None = None
    time_started: str | None = None
    time_completed: str | None = None
    source_dataset: Dataset | None = None
    output_model: Model | None = None
    source_dataset_id: str | None = None
    output_model_name: str | None = None
    output_model_description: str | None = None
    output_model_changelog: str | None = None
    config: dict[str, Any] | None = None

    @property
    def status(self) -> JobStatus:
        """The state in neutral words; an unknown one is no end."""
        state = STATES.get(self.state or "", JobState.RUNNING)
        failure = None
        if state is JobState.FAILED:
            failure = JobFailure(code="failed", message=self.error or "the vendor gives no reason")
        progress = None if self.progress is None else min(1.0, max(0.0, self.progress))
        return JobStatus(state=state, vendor_state=self.state, progress=progress, failure=failure)


@dataclass(frozen=True)
class Trainings:
    """The trainings of an account."""

    pages: Pages

    def list(self) -> Flow[tuple[Training, ...]]:
        """All trainings."""
        return (yield from self._all.list())

    def get(self, training_id: str) -> Flow[Training]:
        """One training."""
        return (yield from self._all.get(training_id))

    def start(
        self,
        dataset_id: str,
        model: str,
        *,
        description: str = "",
        changelog: str = "",
        config: dict[str, object] | None = None,
    ) -> Flow[Training]:
        """Train a dataset into a model; of one that exists, a new version is made.

        Args:
            dataset_id: What to train.
            model: Name of the model.
            description: Of the model.
            changelog: Of this version.
            config: In the vendor's words; for faces ``min_face_size`` (80).
        """
        values: dict[str, object] = {
            "source_dataset_id": dataset_id,
            "output_model_name": model,
            "output_model_description": description,
            "output_model_changelog": changelog,
        }
        if config is not None:
            values["config"] = config
        return (yield from self._all.create(values))

    def delete(self, training_id: str) -> Flow[None]:
        """Delete one; the vendor's page prints the path without its id, which is needed."""
        yield from self._all.delete(training_id)

    @property
    def _all(self) -> Resource[Training]:
        return Resource(self.pages, ("trainings",), Training)
