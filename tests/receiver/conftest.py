"""A stored job of a made-up vendor, who says that it is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.client.fake_vendor import Vendor
from tests.client.signing_vendor import stored_job
from tests.receiver.receiving import Store

from vidiom.schema.jobs import JobState, JobStatus

DONE = JobStatus(state=JobState.SUCCEEDED, vendor_state="done")


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    stored_job(store)
    yield store
    store.close()


@pytest.fixture
def vendor() -> Vendor:
    return Vendor(states=[DONE], jobs={"v1": Any})  # type: ignore[dict-item]
