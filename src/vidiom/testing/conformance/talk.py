"""Checks of the conversation: submitted, followed, fetched and read, through both drivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vidiom.provider.capabilities import supports
from vidiom.schema.galleries import Gallery, Identity, IdentityImage
from vidiom.schema.jobs import JobRef, JobStatus
from vidiom.schema.latency import Latency
from vidiom.schema.orders import UploadedMedia
from vidiom.schema.provenance import Provenance
from vidiom.schema.raw import RawResult
from vidiom.schema.result import Result
from vidiom.testing.conformance.conversation import Conversation, conversation_of
from vidiom.testing.conformance.subject import Subject

__all__ = ["VALUES", "TalkChecks", "results_of"]

VALUES: Final[Mapping[str, tuple[type, ...]]] = {
    "upload": (UploadedMedia, type(None)),
    "upload_batch": (UploadedMedia, type(None)),
    "submit": (JobRef,),
    "find": (JobRef, type(None)),
    "find_many": (Mapping,),
    "check": (JobStatus,),
    "check_many": (Mapping,),
    "fetch": (RawResult,),
    "cancel": (type(None),),
    "delete": (type(None),),
    "latency": (Latency,),
    "probe": (str,),
    "create_gallery": (Gallery,),
    "list_galleries": (tuple,),
    "create_identity": (Identity,),
    "list_identities": (tuple,),
    "add_image": (IdentityImage,),
    "list_images": (tuple,),
    "update_identity": (type(None),),
    "delete_image": (type(None),),
    "delete_identity": (type(None),),
    "rename_gallery": (type(None),),
    "delete_gallery": (type(None),),
}
"""What each operation's flow ends in."""


def results_of(talk: Conversation) -> list[Result]:
    """The answers of the conversation in neutral words."""
    adapter = talk.adapter()
    found: list[Result] = []
    for reading in talk.readings:
        if reading.batch:
            found += adapter.normalize_batch(reading.raw).results.values()
        else:
            found.append(adapter.normalize(reading.raw))
    return found


class TalkChecks(Subject):
    """The conversation."""

    def test_every_sort_of_media_leads_to_a_result(self) -> None:
        """For each sort that the provider declares: submit, check until the end, fetch, read."""
        talk = conversation_of(type(self), "sync")
        assert len(talk.readings) == len(self.provider.media)
        ends = [act.value for act in talk.of("check")]
        last = ends[-1]
        assert isinstance(last, JobStatus)
        assert last.state.has_result, f"the job ended as {last.state}"
        assert all(isinstance(result, Result) for result in results_of(talk))

    def test_both_drivers_find_the_same(self) -> None:
        """The sync and the async driver carry out the same operations, with equal results.

        Troubleshooting: the vendor must be new each time ``vendor`` is called, and give the same
        answers in the same order.
        """
        sync, concurrent = (conversation_of(type(self), driver) for driver in ("sync", "async"))
        assert sync.operations() == concurrent.operations()
        assert _compared(sync) == _compared(concurrent)

    def test_every_operation_ends_in_what_the_contract_says(self) -> None:
        """Troubleshooting: a generator in the place of a value is a forgotten ``yield from``."""
        faults = [
            f"{act.operation} ends in a {type(act.value).__name__}"
            for act in conversation_of(type(self), "sync").acts
            if not isinstance(act.value, VALUES[act.operation])
        ]
        assert not faults, faults

    def test_a_job_carries_the_name_of_its_provider(self) -> None:
        """A ``JobRef`` is plain JSON, and leads back to this provider."""
        for act in conversation_of(type(self), "sync").of("submit"):
            job = act.value
            assert isinstance(job, JobRef)
            assert job.provider == self.provider.name
            assert JobRef.model_validate_json(job.model_dump_json()) == job

    def test_what_was_taught_is_listed(self) -> None:
        """Galleries, identities and images are in their lists."""
        talk = conversation_of(type(self), "sync")
        for made, listed in (
            ("create_gallery", "list_galleries"),
            ("create_identity", "list_identities"),
            ("add_image", "list_images"),
        ):
            for one, act in zip(talk.of(made), talk.of(listed), strict=True):
                assert isinstance(one.value, (Gallery, Identity, IdentityImage))
                assert isinstance(act.value, tuple)
                assert one.value.id in [item.id for item in act.value]

    def test_a_submitted_job_is_found_by_our_own_id(self) -> None:
        """``find`` gives the job that ``submit`` created."""
        talk = conversation_of(type(self), "sync")
        if supports(self.provider, "find"):
            submitted = [act.value for act in talk.of("submit")]
            assert [act.value for act in talk.of("find")] == submitted
        if supports(self.provider, "find_many"):
            submitted = [act.value for act in talk.of("submit")]
            found = [next(iter(act.value.values())) for act in talk.of("find_many")]  # type: ignore[attr-defined]
            assert [next(iter(refs), None) for refs in found] == submitted

    def test_asking_for_many_jobs_says_the_same_as_asking_for_one(self) -> None:
        """``check_many`` gives the status of each job by vendor id."""
        talk = conversation_of(type(self), "sync")
        for number, act in enumerate(talk.acts):
            if act.operation == "check_many":
                alone = talk.acts[number - 1].value
                assert isinstance(alone, JobStatus)
                assert isinstance(act.value, Mapping)
                assert [status.state for status in act.value.values()] == [alone.state]


def _compared(talk: Conversation) -> list[Result]:
    """The results without what names a run: ids and digests."""
    bare = Provenance(provider="", adapter_version="")
    return [result.model_copy(update={"provenance": bare}) for result in results_of(talk)]
