"""The DeepVA adapter: the hook through which vidiom finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidiom.plugins import hookimpl

if TYPE_CHECKING:
    from vidiom.provider import Provider


@hookimpl
def vidiom_provider() -> type[Provider]:
    """The provider; imported only when it is asked for."""
    from vidiom_deepva.provider import DeepvaProvider

    return DeepvaProvider
