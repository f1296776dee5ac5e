"""From order to result through both clients, while the vendor and the network do their worst."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr
from tests.providers.deepva_emulator.customer import KEY, URL
from tests.providers.deepva_emulator.shop import ALL, BOTH, Shop, Way, facts, opened

import vidiom
from vidiom import Client, MemoryStore, Result
from vidiom.errors import (
    AuthenticationFailed,
    JobCanceled,
    JobExpired,
    JobFailed,
    MalformedAnswer,
    RequestRejected,
    SubmissionUnanswered,
    VidiomError,
)
from vidiom.testing import no_waiting, serve
from vidiom_deepva.emulator import Behaviour, Fault, create_app

FILM = b"a film of some bytes"
Found = list[tuple[str, str, float | None, float | None]]

ON_THE_WAY = ("rate_limited", "server_error", "html", "slow", "cut_body", "lost_answer")
ASKED = (
    "create_storage",
    "read_storage",
    "read_job",
    "detailed_results",
    "summarized_results",
    "list_artifacts",
)


@pytest.fixture(scope="module")
def undisturbed() -> Found:
    """What is found when nothing goes wrong."""
    with opened() as shop:
        return facts(shop.analyze("sync", FILM))


@pytest.fixture
def shop() -> Iterator[Shop]:
    with opened() as one:
        yield one


def codes(result: Result) -> list[str]:
    """What a reader must know, besides what the vendor does not document."""
    return [one.code.value for one in result.notices if one.code != "assumed"]


@pytest.mark.parametrize("way", BOTH)
def test_a_file_goes_the_whole_way(shop: Shop, way: Way, undisturbed: Found) -> None:
    result = shop.analyze(way, FILM)
    assert facts(result) == undisturbed
    assert len(undisturbed) == 33
    assert (result.media.duration, result.media.frame_rate) == (60.0, Fraction(25))
    assert [(one.start, one.end) for one in result.shots][:2] == [(0.0, 4.4), (4.4, 9.6)]
    assert [one.identities[0].name for one in result.faces if one.identities] == [
        "Mara Lindqvist",
        "Mara Lindqvist",
        "Tomás Ferreira",
    ]
    assert codes(result) == []
    assert shop.functions()[:2] == ["create_storage", "read_storage"]


def test_an_address_needs_no_upload_and_one_job_is_bought(shop: Shop) -> None:
    shop.analyze("sync", URL)
    asked = shop.functions()
    assert "create_storage" not in asked
    assert asked.count("create_job") == shop.bought == 1


@pytest.mark.parametrize("way", BOTH)
@pytest.mark.parametrize("function", ASKED)
@pytest.mark.parametrize("kind", ON_THE_WAY)
def test_what_passes_by_itself_changes_nothing(
    kind: str, function: str, way: Way, undisturbed: Found
) -> None:
    fault = Fault(kind=kind, function=function, retry_after="2", seconds=0.01)
    with opened(fault) as shop:
        assert facts(shop.analyze(way, FILM)) == undisturbed
        assert shop.bought == 1
        assert shop.vendor.ledger.faults.coming == ()


@pytest.mark.parametrize("retry_after", [None, "3", "Wed, 25 Nov 2026 07:28:00 GMT"])
def test_a_limit_is_waited_out_with_and_without_being_told_how_long(
    retry_after: str | None, undisturbed: Found
) -> None:
    fault = Fault(kind="rate_limited", function="read_job", retry_after=retry_after, times=2)
    with opened(fault) as shop:
        assert facts(shop.analyze("sync", FILM)) == undisturbed


@pytest.mark.parametrize("way", BOTH)
@pytest.mark.parametrize(
    "kind",
    [
        "lying_next",
        "shrinking_total",
        "duplicate_rows",
        "short_page",
        "bare_list",
        "string_times",
        "missing_keys",
    ],
)
def test_pages_that_lie_lose_no_row_and_give_none_twice(
    kind: str, way: Way, undisturbed: Found
) -> None:
    with opened(Fault(kind=kind, times=1000)) as shop:
        result = shop.analyze(way, FILM)
        assert facts(result) == undisturbed
        assert codes(result) == (["repaired"] if kind == "duplicate_rows" else [])


def test_links_in_answers_are_never_followed(undisturbed: Found) -> None:
    with opened(Fault(kind="lying_next", times=1000)) as shop:
        assert facts(shop.analyze("sync", FILM)) == undisturbed
        assert set(shop.functions()) <= {*ASKED, "create_job", "artifact_file"}


def test_damaged_rows_cost_what_is_damaged_and_are_told(undisturbed: Found) -> None:
    with opened(Fault(kind="damaged_row", times=1000)) as shop:
        result = shop.analyze("sync", FILM)
    assert len(result.detections) == 31
    assert set(codes(result)) == {"repaired"}
    assert len(set(facts(result)) & set(undisturbed)) > 20


@pytest.mark.parametrize("page", [1, 2, 7])
def test_the_size_of_pages_is_the_vendors(page: int, undisturbed: Found) -> None:
    with opened(behaviour=Behaviour(largest_page=page)) as shop:
        assert facts(shop.analyze("async", FILM)) == undisturbed


# --- a job is never bought twice ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["lost_answer", "cut_body", "truncated_json"])
def test_a_sold_job_whose_answer_was_lost_is_found_by_its_tag(
    kind: str, undisturbed: Found
) -> None:
    with opened(Fault(kind=kind, function="create_job")) as shop, shop.client() as client:
        with pytest.raises(SubmissionUnanswered) as caught:
            client.analyze("deepva", URL, features=ALL)
        assert caught.value.job_id is not None
        result = client.wait(caught.value.job_id)
        assert facts(result) == undisturbed
        assert shop.bought == 1
        (job,) = client.list()
        assert job.vendor_id == next(iter(shop.vendor.jobs))


def test_a_job_that_was_not_sold_is_bought_after_all_and_once(undisturbed: Found) -> None:
    fault = Fault(kind="server_error", status=503, function="create_job")
    with opened(fault) as shop, shop.client() as client:
        with pytest.raises(SubmissionUnanswered) as caught:
            client.analyze("deepva", URL, features=ALL)
        assert caught.value.job_id is not None
        assert facts(client.wait(caught.value.job_id)) == undisturbed
        assert shop.bought == 1


def test_an_answer_that_cannot_be_read_loses_no_job(undisturbed: Found) -> None:
    fault = Fault(kind="truncated_json", function="read_job")
    with opened(fault) as shop, shop.client() as client:
        job = client.submit("deepva", URL, features=ALL)
        with pytest.raises(MalformedAnswer):
            client.wait(job)
        assert facts(client.wait(job)) == undisturbed
        assert shop.bought == 1


# --- ends -----------------------------------------------------------------------------------------


def test_a_module_that_failed_leaves_a_partial_result_with_a_notice() -> None:
    with opened(Fault(kind="module_failed")) as shop, shop.client() as client:
        job = client.submit("deepva", URL, features=ALL)
        result = client.wait(job)
        assert client.get(job.id).state == "partial"
    assert set(codes(result)) == {"failed_in_part"}
    assert any("text_recognition" in one.message for one in result.notices)
    assert result.texts == ()
    assert result.faces


@pytest.mark.parametrize(
    ("kind", "error", "state"),
    [
        ("job_failed", JobFailed, "failed"),
        ("job_stopped", JobCanceled, "canceled"),
        ("job_deleted", JobExpired, "expired"),
    ],
)
def test_an_end_without_a_result_is_an_error_of_its_own(
    kind: str, error: type[VidiomError], state: str
) -> None:
    with opened(Fault(kind=kind)) as shop, shop.client() as client:
        job = client.submit("deepva", URL, features=ALL)
        with pytest.raises(error):
            client.wait(job)
        assert client.get(job.id).state == state


def test_a_result_that_is_gone_when_it_is_fetched_says_to_submit_again() -> None:
    with (
        opened(Fault(kind="expired_result")) as shop,
        pytest.raises(JobExpired, match="submit the media again"),
    ):
        shop.analyze("sync", URL)


def test_a_job_that_its_ttl_deletes_while_we_wait_is_expired() -> None:
    now = [0.0]
    behaviour = Behaviour(clock=lambda: now[0], stages=(("processing", 1000),))
    with opened(behaviour=behaviour) as shop, shop.client() as client:
        job = client.submit("deepva", URL, features=ALL, options={"ttl": 60})
        assert client.check(job).state == "running"
        now[0] = 61.0
        with pytest.raises(JobExpired):
            client.wait(job)


def test_an_unknown_state_is_waited_through(undisturbed: Found) -> None:
    with opened(Fault(kind="unknown_state")) as shop:
        assert facts(shop.analyze("sync", URL)) == undisturbed


def test_media_that_cannot_be_had_fails_with_the_vendors_words(shop: Shop) -> None:
    with pytest.raises(JobFailed, match="Source could not be downloaded"):
        shop.analyze("sync", "https://nowhere.invalid/film.mp4")


def test_an_upload_that_comes_to_nothing_buys_nothing() -> None:
    with opened(Fault(kind="upload_failed")) as shop:
        with pytest.raises(RequestRejected, match="could not store"):
            shop.analyze("sync", FILM)
        assert shop.bought == 0


# --- refusals -------------------------------------------------------------------------------------

FORMS = ("detail", "message", "error", "errors", "fields", "list", "html")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("status", "error"), [(400, RequestRejected), (401, AuthenticationFailed)])
def test_a_refusal_in_any_form_is_the_error_of_its_status_and_says_what_the_vendor_said(
    status: int, error: type[VidiomError], form: str
) -> None:
    fault = Fault(kind="server_error", function="create_job", status=status, form=form)
    with opened(fault) as shop, pytest.raises(error, match="Unexpected server error") as caught:
        shop.analyze("sync", URL)
    assert KEY not in str(caught.value)
    assert shop.bought == 0


def test_a_wrong_key_is_refused_before_anything_is_bought() -> None:
    with opened(api_key="wrong-canary-key") as shop:
        with pytest.raises(AuthenticationFailed) as caught:
            shop.analyze("sync", FILM)
        assert "canary" not in f"{caught.value!r} {caught.value}"
        assert shop.bought == 0


def test_the_key_turns_up_in_no_log_and_no_part_of_the_result(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fault = Fault(kind="rate_limited", function="read_job", times=2)
    with caplog.at_level(logging.DEBUG), opened(fault) as shop, shop.client() as client:
        job = client.submit("deepva", URL, features=ALL)
        result = client.wait(job)
        raw = client.raw(job)
    assert KEY not in caplog.text
    assert KEY not in result.to_json()
    assert all(KEY.encode() not in bytes(part.content) for part in raw.values())


# --- sizes ----------------------------------------------------------------------------------------


def test_pictures_of_megabytes_stay_out_of_the_result() -> None:
    behaviour = Behaviour(thumbnail_bytes=2_000_000)
    with opened(behaviour=behaviour) as shop:
        result = shop.analyze("sync", URL, features={"faces"})
    assert len(result.faces) == 5
    assert len(result.to_json()) < 20_000
    assert all(face.thumbnail is None for face in result.faces)


@pytest.mark.parametrize("way", BOTH)
def test_thousands_of_rows_in_tiny_pages_are_all_there(way: Way) -> None:
    behaviour = Behaviour(rows=3000, largest_page=100, thumbnails=False)
    with opened(behaviour=behaviour, page_limit="500") as shop:
        result = shop.analyze(way, URL, features={"text"})
        assert len(result.texts) == 3000
        assert shop.functions().count("detailed_results") <= 32


def test_a_batch_of_images_has_what_is_in_each(shop: Shop, tmp_path: Path) -> None:
    for name, color in (("one", "teal"), ("two", "orange")):
        Image.new("RGB", (64, 36), color).save(tmp_path / f"{name}.png")
    images: list[str | Path] = [
        tmp_path / "one.png",
        "https://media.example.org/b.jpg",
        tmp_path / "two.png",
    ]
    with shop.client() as client:
        batch = client.analyze_batch("deepva", images, features={"faces"})
    assert [one.external_id for one in batch.items] == ["one.png", "b.jpg", "two.png"]
    for item in batch.items:
        assert item.result is not None
        assert [face.box is not None for face in item.result.faces] == [True]
    assert shop.functions().count("create_storage") == 2


# --- webhooks -------------------------------------------------------------------------------------


def test_a_delivery_of_the_emulator_is_verified_and_a_forged_one_is_not() -> None:
    secret = "made-up-secret"
    received: list[tuple[list[tuple[str, str]], bytes]] = []

    async def hook(scope, receive, send) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - ASGI
        if scope["type"] != "http":
            return
        message = await receive()
        headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
        received.append((headers, message["body"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    for fault in ("callback_duplicate", "callback_forged"):
        behaviour = Behaviour(webhook_secret=SecretStr(secret), faults=(Fault(kind=fault),), seed=1)
        with no_waiting(), serve(hook) as hooks, serve(create_app(KEY, behaviour)) as url:
            environment = {"VIDIOM_DEEPVA_API_KEY": KEY, "VIDIOM_DEEPVA_BASE_URL": url}
            with Client(store=MemoryStore(), environment=environment) as client:
                client.analyze("deepva", URL, features={"text"}, callback=f"{hooks}/")
    genuine, forged = received[:2], received[2:]
    assert len(genuine) == 2
    for headers, body in genuine:
        update = vidiom.verify("deepva", headers=headers, body=body, secrets=[secret])
        assert (update.event, update.verified) == ("on_completed", True)
    (headers, body), *_ = forged
    with pytest.raises(VidiomError) as caught:
        vidiom.verify("deepva", headers=headers, body=body, secrets=[secret])
    assert secret not in str(caught.value)
