"""Submit, signed webhook over loopback, receiver, stored result: with each vendor's emulator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

import vidiom
import vidiom_deepva.emulator as deepva
import vidiom_generic.emulator as generic
import vidiom_valossa.emulator as valossa
from vidiom.emulation.faults import Fault
from vidiom.receiver import Receiver
from vidiom.testing import serve

KEY: Final = "a-key-of-the-tests"
SECRET: Final = "a-secret-of-the-tests-0123456789"
SHORT: Final = 0.05
"""Seconds that a job takes, by the vendor's clock."""
LONG: Final = 3600.0

QUESTIONS: Final = {"valossa": "job_status", "deepva": "read_job", "generic": "result"}
VENDORS: Final = tuple(QUESTIONS)


def emulator_of(provider: str, faults: tuple[Fault, ...], hint: int) -> Starlette:
    """A vendor whose jobs end by themselves, whether somebody asks or not."""
    said: dict[str, Any] = {"advance": "clock", "faults": faults, "seed": 7}
    if provider == "valossa":
        stages = (("processing", SHORT),)
        return valossa.create_app(KEY, valossa.Behaviour(stages=stages, hint=hint, **said))
    if provider == "deepva":
        secret = SecretStr(SECRET)
        stages = (("processing", SHORT),)
        return deepva.create_app(
            KEY, deepva.Behaviour(stages=stages, webhook_secret=secret, **said)
        )
    return generic.create_app(KEY, generic.Behaviour(stages=(("processing", SHORT),), **said))


@dataclass
class Scene:
    """A vendor and a receiver, both on loopback, and what a client is configured with."""

    provider: str
    app: Starlette
    environment: dict[str, str]
    media: str | Path
    received: list[Any] = field(default_factory=list)

    def client(self) -> vidiom.Client:
        """Of another process, as far as it can tell: it shares nothing but the store's files."""
        return vidiom.Client(environment=self.environment)

    @property
    def questions(self) -> int:
        """How often the vendor was asked how the job is."""
        asked = [one.function for one in self.app.state.vendor.ledger.requests]
        return sum(one.startswith(QUESTIONS[self.provider]) for one in asked)


class Watched(Receiver):
    """A receiver that is looked at."""

    scene: Scene

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's
        async def noted(message: Any) -> None:  # noqa: ANN401
            if message["type"] == "http.response.body":
                self.scene.received.append(message["body"])
            await send(message)

        await super().__call__(scope, receive, noted)


@contextmanager
def scene_of(provider: str, tmp_path: Path, *faults: Fault, relaxed: float) -> Iterator[Scene]:
    name = f"VIDIOM_{provider.upper()}"
    film = tmp_path / "film.mp4"
    film.write_bytes(b"a film of some bytes")
    environment = {
        "VIDIOM_HOME": str(tmp_path / "home"),
        f"{name}_API_KEY": KEY,
        f"{name}_POLL_SECONDS": str(relaxed),
        f"{name}_RELAXED_POLL_SECONDS": str(relaxed),
        f"{name}_HINT_SECONDS": "0",
        f"{name}_WEBHOOK_SECRET": SECRET,
    }
    if provider == "generic":
        # its own guess of the first look must not help a lost webhook
        environment[f"{name}_FIRST_POLL"] = "false"
        environment.pop(f"{name}_WEBHOOK_SECRET")
    media: str | Path = film if provider == "generic" else "https://media.example.org/clip.mp4"
    app = emulator_of(provider, faults, hint=max(1, int(relaxed)))
    scene = Scene(provider, app, environment, media)
    with ExitStack() as stack:
        environment[f"{name}_BASE_URL"] = stack.enter_context(serve(app))
        receiver = Watched(vidiom.AsyncClient(environment=environment), owns_client=True)
        receiver.scene = scene
        environment["VIDIOM_CALLBACK_URL"] = stack.enter_context(serve(receiver))
        yield scene


@pytest.mark.parametrize("provider", VENDORS)
def test_a_webhook_ends_the_waiting(provider: str, tmp_path: Path) -> None:
    with scene_of(provider, tmp_path, relaxed=LONG) as scene, scene.client() as client:
        job = client.submit(provider, scene.media)
        result = client.wait(job, timeout=30)
        assert result.detections
        assert client.get(job.id).state == "succeeded"
        # the first look of who waits, and for a hint one more: no time-out of an hour
        assert scene.questions <= 3
    # Who waits is woken before the vendor is answered: only now has every answer been sent.
    assert scene.received
    assert all(b"processed" in one or b"hint" in one for one in scene.received)


@pytest.mark.parametrize("provider", VENDORS)
def test_the_async_client_is_woken_as_well(provider: str, tmp_path: Path) -> None:
    async def main(scene: Scene) -> vidiom.Result:
        async with vidiom.AsyncClient(environment=scene.environment) as client:
            return await client.analyze(provider, scene.media, timeout=30)

    with scene_of(provider, tmp_path, relaxed=LONG) as scene:
        assert asyncio.run(main(scene)).detections


@pytest.mark.parametrize("provider", VENDORS)
def test_a_lost_webhook_costs_time_only(provider: str, tmp_path: Path) -> None:
    lost = Fault(kind="callback_lost")
    with scene_of(provider, tmp_path, lost, relaxed=0.05) as scene, scene.client() as client:
        result = client.analyze(provider, scene.media, timeout=30)
        assert result.detections
        assert scene.received == []


@pytest.mark.parametrize("provider", VENDORS)
@pytest.mark.parametrize("kind", ["callback_early", "callback_duplicate"])
def test_early_and_repeated_webhooks_change_nothing(
    kind: str, provider: str, tmp_path: Path
) -> None:
    odd = Fault(kind=kind)
    with scene_of(provider, tmp_path, odd, relaxed=0.2) as scene, scene.client() as client:
        job = client.submit(provider, scene.media)
        assert client.wait(job, timeout=30).detections
        assert [one.id for one in client.list()] == [job.id]


@pytest.mark.parametrize("provider", ["deepva", "generic"])
@pytest.mark.parametrize("kind", ["callback_forged", "callback_truncated"])
def test_what_is_not_the_vendors_is_refused_and_polling_ends_it(
    kind: str, provider: str, tmp_path: Path
) -> None:
    bad = Fault(kind=kind)
    with scene_of(provider, tmp_path, bad, relaxed=0.2) as scene, scene.client() as client:
        assert client.analyze(provider, scene.media, timeout=30).detections
    assert scene.received
    assert all(b"SignatureMismatch" in one for one in scene.received)


def test_the_answer_is_in_the_archive_although_nobody_waited(tmp_path: Path) -> None:
    with scene_of("valossa", tmp_path, relaxed=LONG) as scene, scene.client() as client:
        job = client.submit("valossa", scene.media)
        while not client.history(job.id) or client.get(job.id).state != "succeeded":
            pass  # the receiver is told, asks, and keeps
        before = scene.questions
        assert client.result(job).detections
        assert scene.questions == before
