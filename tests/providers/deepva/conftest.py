"""Payloads made from the vendor's documentation, and a provider with an account to ask with."""

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
from vidiom.schema.raw import RawContext, RawResult
from vidiom.schema.result import Result
from vidiom.testing.scripted import Step, in_turn, play, recorded
from vidiom_deepva.provider import DeepvaProvider
from vidiom_deepva.settings import DeepvaSettings

PAYLOADS = Path(__file__).with_name("payloads")
CANARY = "EXAMPLEKEY0000000000"


@pytest.fixture(scope="session")
def payload() -> Callable[[str], bytes]:
    return lambda name: (PAYLOADS / name).read_bytes()


@pytest.fixture(scope="session")
def document() -> Callable[[str], Any]:
    return lambda name: json.loads((PAYLOADS / name).read_bytes())


@pytest.fixture(scope="session")
def provider() -> DeepvaProvider:
    return DeepvaProvider(DeepvaSettings.model_validate({"api_key": CANARY}))


@pytest.fixture(scope="session")
def normalized() -> Callable[..., Result]:
    """The result of parts, each given as a payload's name, as bytes, or as a JSON value."""

    def content(given: object) -> bytes:
        if isinstance(given, bytes):
            return given
        if isinstance(given, str):
            return (PAYLOADS / given).read_bytes()
        return json.dumps(given).encode()

    def read(
        parts: dict[str, object],
        context: RawContext | None = None,
        **settings: object,
    ) -> Result:
        contents = {name: content(given) for name, given in parts.items()}
        provider = DeepvaProvider(DeepvaSettings.model_validate(settings))
        return provider.normalize(RawResult.of("deepva", contents, context))

    return read


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
        correlation="asset-000417",
        media=UrlMedia(url="https://media.example.org/clips/harbour.mp4"),
    )


@pytest.fixture
def rows(normalized: Callable[..., Result]) -> Callable[..., Result]:
    """The result of a payload of rows, with the job of the documentation."""

    def read(*names: str, **settings: object) -> Result:
        parts: dict[str, object] = {"job": "job.completed.json"}
        for number, name in enumerate(names):
            parts[f"detailed_results/{number}"] = f"detailed_results.{name}.json"
        return normalized(parts, **settings)

    return read
