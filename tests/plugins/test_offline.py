"""Answers are read without a client by what is installed, which is looked through once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points

import pytest

import vidiom
from vidiom import offline
from vidiom.errors import UnknownProvider
from vidiom.plugins import registry
from vidiom.plugins.hookspecs import GROUP


class Installed:
    """What is installed, and how often it was looked through."""

    def __init__(self) -> None:
        self.looks = 0
        self.now: Iterable[EntryPoint] = entry_points(group=GROUP)

    def __call__(self, *, group: str) -> Iterable[EntryPoint]:
        self.looks += 1
        return [one for one in self.now if one.group == group]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:
    found = Installed()
    monkeypatch.setattr(registry, "entry_points", found)
    offline._installed.cache_clear()
    yield found
    offline._installed.cache_clear()


def test_many_answers_take_one_look(installed: Installed) -> None:
    for _ in range(5):
        vidiom.normalize("valossa", {"core": b"{}"})
        vidiom.audit("valossa", {"core": b"{}"})
    assert installed.looks == 1


def test_what_is_installed_meanwhile_is_found(installed: Installed) -> None:
    everything, installed.now = installed.now, []
    with pytest.raises(UnknownProvider, match="no provider 'valossa' is installed"):
        vidiom.normalize("valossa", {"core": b"{}"})
    installed.now = everything
    assert vidiom.normalize("valossa", {"core": b"{}"}).detections == ()
