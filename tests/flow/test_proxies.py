"""The proxy that the environment names is used, but never for this machine."""

from __future__ import annotations

import pytest

from vidiom.flow.effects import Send, send
from vidiom.flow.proxies import environment_proxies
from vidiom.testing import Driving, Fault, FaultInjector, serve
from vidiom.testing.emulators import AsgiApp, Message, Receive
from vidiom.testing.emulators import Send as Out

NAMES = [f"{word}_proxy" for word in ("http", "https", "all", "no")]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def nothing(scope: Message, receive: Receive, send: Out) -> None:
    """An app that never gets a request."""


def proxy() -> FaultInjector:
    app: AsgiApp = nothing
    injector = FaultInjector(app)
    injector.add(Fault(200, body=b"through the proxy"))
    return injector


def test_without_variables_there_is_no_proxy() -> None:
    assert environment_proxies() == {}


def test_proxies_and_exceptions_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:8080")
    monkeypatch.setenv("NO_PROXY", "internal.example, 10.0.0.1,::2,http://x.example")
    found = environment_proxies()
    assert found["https://"] == "http://proxy.example:8080"
    direct = {pattern for pattern, proxy in found.items() if proxy is None}
    assert direct == {
        "all://127.0.0.1",
        "all://localhost",
        "all://[::1]",
        "all://*internal.example",
        "all://10.0.0.1",
        "all://[::2]",
        "http://x.example",
    }


def test_no_proxy_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example")
    monkeypatch.setenv("NO_PROXY", "*")
    assert environment_proxies() == {}


def test_requests_go_through_the_proxy(drive: Driving, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(proxy()) as url:
        monkeypatch.setenv("HTTP_PROXY", url)
        got = drive.run(send(Send("GET", "http://vendor.invalid/jobs", query=(("key", "k"),))))
    assert got.body == b"through the proxy"


def test_this_machine_is_reached_directly(drive: Driving, monkeypatch: pytest.MonkeyPatch) -> None:
    direct = proxy()
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serve(direct) as url:
        assert drive.run(send(Send("GET", url))).ok
