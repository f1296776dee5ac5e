"""The adapter for asynchronous image and video APIs of one pattern: the hook, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidiom.plugins import hookimpl

if TYPE_CHECKING:
    from vidiom.provider import Provider


@hookimpl
def vidiom_provider() -> type[Provider]:
    """The provider; imported only when it is asked for."""
    from vidiom_generic.provider import GenericProvider

    return GenericProvider
