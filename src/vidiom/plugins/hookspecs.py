"""The hooks that a plugin may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pluggy

if TYPE_CHECKING:
    from vidiom.provider.contract import Provider

__all__ = ["GROUP", "hookimpl", "vidiom_provider"]

GROUP: Final = "vidiom"
"""Both the entry point group and the hooks' project name."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a function of a plugin module as the implementation of a hook."""


@hookspec(firstresult=True)
def vidiom_provider() -> type[Provider] | None:
    """The provider class of this plugin.

    The plugin's module is an entry point of the group ``vidiom``; the entry point's name is the
    provider's name.
    """
