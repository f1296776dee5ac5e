"""Lists and leftovers with either client: each item once, whatever the rest of the list is like."""

from __future__ import annotations

import pytest
from tests.client.fake_vendor import Either, Fake, FakeRegistry, Vendor

import vidiom
from vidiom.client.campaigns import Tally
from vidiom.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    RateLimited,
    RequestRejected,
    ServerError,
    TransportError,
    UnknownFeature,
    UsageError,
    VidiomError,
)
from vidiom.flow.effects import Flow, Progress
from vidiom.jobs.tracking.plan import Pace
from vidiom.schema.jobs import JobRef, JobState
from vidiom.schema.orders import Order
from vidiom.testing import no_waiting

URLS = [f"https://media.example/{number}.mp4" for number in range(5)]


@pytest.fixture(autouse=True)
def _restless(either: Either) -> None:
    either.client._operations.pace = Pace(tick=0.002, idle=0.01, lease=1.0)


def test_each_item_of_a_list_is_bought_and_collected_once(either: Either, vendor: Vendor) -> None:
    seen: list[Progress] = []
    done = either.submit_many("fake", URLS, campaign="spring", on_progress=seen.append)
    assert (done.name, done.added, done.known) == ("spring", 5, 0)
    assert done.tally == Tally(states={JobState.SUCCEEDED: 5})
    assert len(vendor.jobs) == vendor.fetched == 5
    assert seen[-1].stage.startswith("5 succeeded")
    assert seen[-1].fraction == 1.0
    again = either.submit_many("fake", reversed(URLS), campaign="spring")
    assert (again.added, again.known) == (0, 5)
    assert len(vendor.jobs) == vendor.fetched == 5
    assert len(either.submit_many("fake", URLS[:1], campaign="autumn").tally.states) == 1
    assert len(vendor.jobs) == 6


def test_what_is_asked_for_makes_an_item_another_one_and_its_key_the_same(
    either: Either, vendor: Vendor
) -> None:
    item = vidiom.ListedMedia
    done = either.submit_many(
        "fake",
        [
            item(media=URLS[0]),
            item(media=URLS[0], features=("shots",)),
            item(media=URLS[0], options={"depth": 2}),
            item(media=URLS[0], title="a title is no other item"),
            item(media=f"{URLS[1]}?signature=1", key="one"),
            item(media=f"{URLS[1]}?signature=2", key="one"),
        ],
        campaign="spring",
        options={"depth": 1},
    )
    assert done.added == len(vendor.jobs) == 4
    assert [text.split(":")[0] for text in done.duplicates] == ["4", "6"]
    assert sorted(str(order.options["depth"]) for order in vendor.jobs.values()) == [*"1112"]
    assert "signature" not in str(done.duplicates)


def test_an_item_that_is_no_job_keeps_no_other_from_being_one(
    either: Either, vendor: Vendor
) -> None:
    items = ["/nowhere.mp4", URLS[0], vidiom.ListedMedia(media=URLS[1], options={"colour": 1})]
    done = either.submit_many("fake", items, campaign="spring")
    assert done.added == len(vendor.jobs) == 1
    assert [text.split(":")[0] for text in done.refused] == ["1", "3"]


def test_items_that_the_vendor_refuses_fail_and_the_others_go_on(
    either: Either, vendor: Vendor
) -> None:
    submit = vendor.submit

    def picky(order: Order) -> str:
        if "3.mp4" in str(order.media):
            raise RequestRejected("no film.", status=422, provider="fake")
        return submit(order)

    vendor.submit = picky  # type: ignore[method-assign]
    tally = either.submit_many("fake", URLS, campaign="spring").tally
    assert tally.states == {JobState.FAILED: 1, JobState.SUCCEEDED: 4}


def test_a_wrong_key_ends_the_work_and_leaves_every_job_to_be_sent(
    either: Either, vendor: Vendor
) -> None:
    vendor.before_submit = AuthenticationFailed("who are you?", status=401, provider="fake")
    with pytest.raises(AuthenticationFailed):
        either.submit_many("fake", URLS, campaign="spring")
    assert not [job for job in either.list() if job.done]
    vendor.before_submit = None
    assert either.resume().states == {JobState.SUCCEEDED: 5}
    assert len(vendor.jobs) == 5


def test_submissions_without_an_answer_are_looked_up_and_not_repeated(
    either: Either, vendor: Vendor
) -> None:
    submit, lost = vendor.submit, [2]

    def deaf(order: Order) -> str:
        vendor_id = submit(order)
        if lost[0]:
            lost[0] -= 1
            raise TransportError("cut off.")
        return vendor_id

    vendor.submit = deaf  # type: ignore[method-assign]
    done = either.submit_many("fake", URLS, campaign="spring")
    assert done.tally.states == {JobState.SUCCEEDED: 5}
    assert len(vendor.jobs) == 5


@pytest.mark.parametrize(
    "error",
    [
        TransportError("gone."),
        ServerError("down.", status=503, retry_after=0.01),
        RateLimited("slow down.", status=429, retry_after=0.01),
        MalformedAnswer("a page for people."),
    ],
)
def test_a_look_up_that_fails_for_a_while_does_not_end_the_work(
    either: Either, vendor: Vendor, kind: type[Fake], error: VidiomError
) -> None:
    submit, find, lost, failing = vendor.submit, kind.find, [1], [2]

    def deaf(order: Order) -> str:
        vendor_id = submit(order)
        if lost[0]:
            lost[0] -= 1
            raise TransportError("cut off.")
        return vendor_id

    def late(self: Fake, order: Order) -> Flow[JobRef | None]:
        if failing[0]:
            failing[0] -= 1
            raise error
        return (yield from find(self, order))

    vendor.submit = deaf  # type: ignore[method-assign]
    kind.find = late  # type: ignore[method-assign]
    either.client._operations.pace = Pace(tick=1.0, idle=2.0, lease=60.0)  # of skipped time
    with no_waiting():
        done = either.submit_many("fake", URLS, campaign="spring")
    assert done.tally.states == {JobState.SUCCEEDED: 5}
    assert (len(vendor.jobs), failing) == (5, [0])


def test_stored_jobs_are_brought_to_their_end_by_whoever_resumes(
    either: Either, vendor: Vendor
) -> None:
    done = either.submit_many("fake", URLS, campaign="spring", wait=False)
    assert done.tally.states == {JobState.CREATED: 5}
    assert vendor.jobs == {}
    assert either.resume(campaign="autumn").states == {}
    assert either.resume(provider="other").states == {}
    assert either.resume(timeout=0).states == {JobState.CREATED: 5}
    assert either.resume(provider="fake", campaign="spring").states == {JobState.SUCCEEDED: 5}
    assert either.resume() == Tally(states={JobState.SUCCEEDED: 5})


def test_a_job_that_is_enqueued_is_sent_by_whoever_advances_it(
    either: Either, vendor: Vendor
) -> None:
    job = either.enqueue("fake", URLS[0])
    assert (job.state, vendor.jobs) == (JobState.CREATED, {})
    steps = [either.advance(job) for _ in range(3)]
    assert [step.job.state for step in steps] == [
        JobState.QUEUED,
        JobState.SUCCEEDED,
        JobState.SUCCEEDED,
    ]
    assert [step.done for step in steps] == [False, False, True]
    assert vendor.fetched == 1


def test_a_job_that_was_only_stored_is_sent_by_whoever_waits_for_it(
    store: vidiom.MemoryStore, registry: FakeRegistry, vendor: Vendor
) -> None:
    environment = {"VIDIOM_FAKE_POLL_SECONDS": "0.01"}
    with vidiom.Client(store=store, registry=registry, environment=environment) as client:
        assert client.wait(client.enqueue("fake", URLS[0]), timeout=30).shots
    assert len(vendor.jobs) == 1


def test_a_list_without_a_name_is_refused_whole(either: Either) -> None:
    with pytest.raises(UsageError, match="needs a name"):
        either.submit_many("fake", URLS, campaign=" ")
    assert either.list() == ()


def test_a_feature_that_nobody_has_refuses_each_item(either: Either) -> None:
    done = either.submit_many("fake", URLS, campaign="x", features={"faces"})
    assert len(done.refused) == 5
    assert UnknownFeature.__name__ not in done.refused[0]
    assert either.list() == ()
