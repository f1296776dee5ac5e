"""Every flow is carried out by both drivers, over both HTTP libraries, on a clock that skips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest

from vidiom.testing import Driving, http_library_chosen, no_waiting
from vidiom.testing.waiting import SkippingClock


@pytest.fixture(params=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Iterator[Literal["httpx", "httpx2"]]:
    name: Literal["httpx", "httpx2"] = request.param
    with http_library_chosen(name):
        yield name


@pytest.fixture(params=["sync", "async"])
def drive(request: pytest.FixtureRequest, library: str) -> Driving:
    return Driving(request.param)


@pytest.fixture
def skipping() -> Iterator[SkippingClock]:
    with no_waiting() as clock:
        yield clock
