"""Analysis on the user's own machine, as a provider like any other: the hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidiom.plugins import hookimpl

if TYPE_CHECKING:
    from vidiom.provider import Provider


@hookimpl
def vidiom_provider() -> type[Provider]:
    """The provider; imported only when it is asked for."""
    from vidiom_local.provider import LocalProvider

    return LocalProvider
