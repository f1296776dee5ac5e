"""Payloads of the vendor's documentation, and a provider with an account to ask with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidiom.errors import VidiomError
from vidiom.flow.effects import Answer, Flow, Send
from vidiom.schema.media import UrlMedia
from vidiom.schema.orders import Order
from vidiom.schema.raw import RawResult
from vidiom.schema.result import Result
from vidiom.testing.scripted import Step, in_turn, play, recorded
from vidiom_valossa.provider import ValossaProvider
from vidiom_valossa.settings import ValossaSettings

PAYLOADS = Path(__file__).with_name("payloads")
CANARY = "EXAMPLEKEY0000000000"


@pytest.fixture(scope="session")
def payload() -> Callable[[str], bytes]:
    return lambda name: (PAYLOADS / name).read_bytes()


@pytest.fixture(scope="session")
def document() -> Callable[[str], Any]:
    return lambda name: json.loads((PAYLOADS / name).read_bytes())


@pytest.fixture(scope="session")
def provider() -> ValossaProvider:
    return ValossaProvider(ValossaSettings.model_validate({"api_key": CANARY}))


@pytest.fixture(scope="session")
def normalized(provider: ValossaProvider) -> Callable[..., Result]:
    """The result of parts, each given as a payload's name, as bytes, or as a JSON value."""

    def content(given: object) -> bytes:
        if isinstance(given, bytes):
            return given
        if isinstance(given, str):
            return (PAYLOADS / given).read_bytes()
        return json.dumps(given).encode()

    def read(**parts: object) -> Result:
        contents = {name: content(given) for name, given in parts.items()}
        return provider.normalize(RawResult.of("valossa", contents))

    return read


@pytest.fixture(scope="session")
def whole(normalized: Callable[..., Result]) -> Result:
    """The documentation's job with all its parts."""
    return normalized(
        core="job_results.core.json",
        frames_faces="job_results.frames_faces.json",
        seconds_objects="job_results.seconds_objects.json",
        frames_objects="job_results.frames_objects.json",
        visual_captions="job_results.visual_captions.json",
        speech_to_text_srt="job_results.srt",
        speech_to_text_vtt="job_results.vtt",
    )


@pytest.fixture(scope="session")
def sent() -> Callable[..., tuple[Any, list[Send]]]:
    """Plays a flow with the answers given: its value, and the requests that it sent."""

    def value_and_requests(
        flow: Flow[Any], *answers: Answer | VidiomError
    ) -> tuple[Any, list[Send]]:
        steps: list[Step] = []
        value = play(recorded(flow, steps), in_turn(*answers))
        return value, [step.effect for step in steps if isinstance(step.effect, Send)]

    return value_and_requests


@pytest.fixture
def order() -> Order:
    return Order(
        correlation="harbour-s01e01",
        media=UrlMedia(url="https://media.example.com/harbour-stories-ep1.mp4"),
    )
