"""How a client finds its configuration, its store and its plugins."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path
from typing import TypeAlias

from vidiom.client.configuration import Configuration
from vidiom.client.operations import Operations
from vidiom.flow.effects import Progress
from vidiom.flow.exchange import RunSettings
from vidiom.jobs.store import JobStore
from vidiom.plugins.registry import Registry

__all__ = ["OnProgress", "open_operations", "run_settings"]

OnProgress: TypeAlias = Callable[[Progress], None]
"""Called with news of how far things are; it must return quickly."""


def open_operations(
    *,
    store: JobStore | None,
    environment: Mapping[str, str] | None,
    config: Path | None,
    registry: Registry | None,
) -> Operations:
    """The operations of a client with these settings."""
    variables = os.environ if environment is None else environment
    return Operations(
        configuration=Configuration.load(variables, config),
        registry=registry or Registry(),
        open_store=(lambda: store) if store is not None else lambda: _home_store(variables),
        owns_store=store is None,
    )


def _home_store(environment: Mapping[str, str]) -> JobStore:
    # Opening a client must not cost the import of the database library.
    from vidiom.jobs.home import open_store  # noqa: PLC0415

    return open_store(environment)


def run_settings(
    operations: Operations, on_progress: OnProgress | None, timeout: float | None
) -> RunSettings:
    """The settings of one operation."""
    return RunSettings(
        deadline=inf if timeout is None else time.monotonic() + timeout,
        on_progress=on_progress,
        sink=operations,
    )
