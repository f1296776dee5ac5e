"""Cassettes: recorded without secrets, played without network, whatever the client and library."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vidiom.errors import VidiomError
from vidiom.flow.body import Body, FilePart, FileSlice, form_body, json_body, multipart_body
from vidiom.flow.effects import Flow, Send, send, sleep
from vidiom.testing import Driving, cassette, http_library_chosen, no_waiting, serve
from vidiom.testing.cassettes import RECORD, UnrecordedRequest, secrets_in
from vidiom.testing.emulators import Fault, FaultInjector

KEY = "canary-key-9d41"
TOKEN = "canary-token-77ab"
PASSWORD = "canary-password-0c"
CANARIES = (KEY, TOKEN, PASSWORD)
NOWHERE = "http://127.0.0.1:9"
FILM = bytes(range(256)) * 64


@pytest.fixture(params=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Iterator[str]:
    with http_library_chosen(request.param):
        yield request.param


@pytest.fixture(params=["sync", "async"])
def drive(request: pytest.FixtureRequest, library: str) -> Driving:
    return Driving(request.param)


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "vendor" / "scenario.yaml"


def vendor() -> Starlette:
    """Gives tokens away, and echoes what it is sent."""
    asked = 0

    async def state(request: Request) -> Response:
        nonlocal asked
        asked += 1
        return JSONResponse({"asked": asked, "access_token": TOKEN})

    async def take(request: Request) -> Response:
        size = len(await request.body())
        url = f"https://cdn.example/x?X-Amz-Signature={TOKEN}&part=1"
        headers = {"Set-Cookie": f"session={TOKEN}", "Location": url}
        return JSONResponse({"size": size, "url": url, "echo": [KEY]}, headers=headers)

    return Starlette(
        routes=[
            Route("/state", state),
            Route("/take", take, methods=["POST", "PUT"]),
            Route("/image", lambda _: Response(b"\x89PNG\xff", media_type="image/png")),
        ]
    )


def conversation(base: str, film: Path) -> Flow[list[bytes]]:
    """Every way in which a secret or an upload can go out."""
    head = (("Authorization", f"Bearer {KEY}"), ("X-Api-Key", KEY))
    query = (("api_key", KEY), ("page", "1"))
    size = film.stat().st_size
    part = FilePart("video", "a.mp4", FileSlice(str(film), 0, size))
    bodies = [
        json_body({"login": {"password": PASSWORD}, "keywords": ["a"], "apiKey": KEY}),
        form_body({"client_secret": PASSWORD, "name": "x"}),
        multipart_body({"api_key": KEY, "title": "t"}, [part], boundary="f00"),
        Body((FileSlice(str(film), 0, size),), "video/mp4"),
        json_body({"image": base64.b64encode(FILM).decode(), "name": "x"}),
    ]
    seen: list[bytes] = []
    for _ in range(2):
        answer = yield from send(Send("GET", f"{base}/state", query, head, repeatable=True))
        seen.append(answer.body)
        yield from sleep(3600)
    for body in bodies:
        answer = yield from send(Send("POST", f"{base}/take", query, head, body))
        seen.append(answer.body)
    answer = yield from send(Send("GET", f"{base}/image"))
    return [*seen, answer.body]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(FILM)
    return path


_made: dict[Driving, tuple[bytes, list[bytes]]] = {}


def record(drive: Driving, tape: Path, film: Path) -> list[bytes]:
    """The answers; recorded once with each driver, and then copied."""
    if drive not in _made:
        with serve(vendor()) as url, no_waiting(), cassette(tape, secrets=[KEY], record=True):
            answers = drive.run(conversation(url, film))
        _made[drive] = (tape.read_bytes(), answers)
    content, answers = _made[drive]
    tape.parent.mkdir(exist_ok=True)
    tape.write_bytes(content)
    return answers


def test_what_was_recorded_is_played_without_the_vendor(
    drive: Driving, tape: Path, film: Path
) -> None:
    recorded = record(drive, tape, film)
    with cassette(tape) as played:
        again = drive.run(conversation(NOWHERE, film))
    assert played.play_count == len(played) == 8
    assert again[0] == b'{"asked":1,"access_token":"REMOVED"}'
    assert again[1] == b'{"asked":2,"access_token":"REMOVED"}'
    assert b'"size":' in again[2]
    assert again[-1] == recorded[-1] == b"\x89PNG\xff"


def test_no_secret_is_in_the_file(drive: Driving, tape: Path, film: Path) -> None:
    record(drive, tape, film)
    assert secrets_in(tape, CANARIES) == []
    text = tape.read_text()
    assert "REMOVED" in text
    assert "keywords" in text
    assert "part=1" in text


def test_uploads_are_shrunk_to_their_length_and_digest(
    drive: Driving, tape: Path, film: Path
) -> None:
    record(drive, tape, film)
    assert tape.stat().st_size < len(FILM)
    bodies = [
        str(one["request"]["body"]) for one in yaml.safe_load(tape.read_text())["interactions"]
    ]
    assert sum('"length":16384' in body for body in bodies) == 2
    assert sum("sha256" in body for body in bodies) == 3


def test_an_upload_of_other_content_is_another_request(
    drive: Driving, tape: Path, film: Path
) -> None:
    record(drive, tape, film)
    film.write_bytes(FILM[::-1])
    with pytest.raises(UnrecordedRequest, match=r"POST http://127\.0\.0\.1:9/take"), cassette(tape):
        drive.run(conversation(NOWHERE, film))


def test_an_unrecorded_request_is_an_error_that_shows_no_key(
    drive: Driving, tape: Path, film: Path
) -> None:
    record(drive, tape, film)
    with pytest.raises(UnrecordedRequest) as raised, cassette(tape):
        drive.run(send(Send("GET", f"{NOWHERE}/other", (("api_key", KEY),))))
    assert "scenario.yaml holds no (further) answer to GET http://127.0.0.1:9/other…" in str(
        raised.value
    )
    assert KEY not in str(raised.value)


def test_an_answer_is_played_once(drive: Driving, tape: Path, film: Path) -> None:
    record(drive, tape, film)

    def thrice() -> Flow[None]:
        for _ in range(3):
            yield from send(Send("GET", f"{NOWHERE}/state", (("api_key", KEY), ("page", "1"))))

    with pytest.raises(UnrecordedRequest), cassette(tape):
        drive.run(thrice())


def test_an_unrecorded_request_is_not_taken_for_a_lost_one(
    drive: Driving, tape: Path, film: Path
) -> None:
    record(drive, tape, film)

    def careful() -> Flow[str]:
        try:
            yield from send(Send("GET", f"{NOWHERE}/other", repeatable=True))
        except VidiomError:
            return "taken for an error of ours"
        return "answered"

    with pytest.raises(UnrecordedRequest), cassette(tape):
        drive.run(careful())


def test_a_cassette_that_was_played_in_part_fails_the_test(
    drive: Driving, tape: Path, film: Path
) -> None:
    record(drive, tape, film)
    request = Send("GET", f"{NOWHERE}/state", (("api_key", KEY), ("page", "1")))
    in_part = pytest.raises(AssertionError, match="holds 8 answers, and 1 were asked for")
    with in_part, cassette(tape):
        drive.run(send(request))


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_a_secret_within_base64_is_found(tmp_path: Path, before: str) -> None:
    tape = tmp_path / "a.yaml"
    tape.write_text(f"body: {base64.b64encode(f'{before}{KEY}:more'.encode()).decode()}\n")
    assert secrets_in(tape, [KEY, TOKEN]) == [KEY]


def test_a_missing_cassette_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(UnrecordedRequest, match=r"no cassette nothing\.yaml"),
        cassette(tmp_path / "nothing.yaml"),
    ):
        pass


def test_a_recorded_refusal_is_retried_without_waiting(
    drive: Driving, tape: Path, film: Path
) -> None:
    app = FaultInjector(vendor())
    app.add(Fault.rate_limited("600"))

    def ask(base: str) -> Flow[int]:
        answer = yield from send(Send("GET", f"{base}/state", repeatable=True))
        return answer.status

    with serve(app) as url, no_waiting(), cassette(tape, record=True):
        assert drive.run(ask(url)) == 200
    with cassette(tape) as played:
        assert drive.run(ask(NOWHERE)) == 200
    assert played.play_count == 2


def test_recording_is_asked_for_by_the_environment(
    drive: Driving, tape: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RECORD, "1")
    with serve(vendor()) as url, cassette(tape):
        drive.run(send(Send("GET", f"{url}/state")))
    monkeypatch.delenv(RECORD)
    with cassette(tape):
        drive.run(send(Send("GET", f"{NOWHERE}/state")))


def test_a_secret_that_gets_into_the_file_all_the_same_destroys_it(
    drive: Driving, tape: Path
) -> None:
    leaky = base64.b64encode(KEY.encode()).decode()
    with (
        pytest.raises(AssertionError, match="a secret got into"),
        serve(vendor()) as url,
        cassette(tape, secrets=[KEY], record=True),
    ):
        drive.run(send(Send("GET", f"{url}/state", (("page", leaky),))))
    assert not tape.exists()
