"""How providers are found: hook specifications and the registry of installed plugins."""

from vidiom.plugins.hookspecs import hookimpl

__all__ = ["hookimpl"]
