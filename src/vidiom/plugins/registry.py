"""The registry of installed providers: lazy, and unimpressed by a broken plugin."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from threading import RLock
from types import ModuleType

import pluggy

from vidiom.errors import PluginError, UnknownProvider
from vidiom.plugins import hookspecs
from vidiom.plugins.hookspecs import GROUP
from vidiom.provider.contract import Provider

__all__ = ["InstalledPlugin", "Registry"]

_REQUIRED = ("name", "title", "version", "standing", "media", "features", "signature")


@dataclass(frozen=True)
class InstalledPlugin:
    """One entry point, and whether it can be used."""

    name: str
    distribution: str | None
    provider: type[Provider] | None = None
    fault: str | None = None
    """Why it cannot be used."""


class Registry:
    """Providers by name. Nothing is imported before it is asked for."""

    def __init__(self, installed: Callable[[], Iterable[EntryPoint]] | None = None) -> None:
        """Of the entry points of the environment, or of those that the function gives."""
        self._installed = installed or (lambda: entry_points(group=GROUP))
        self._loaded: dict[str, InstalledPlugin] = {}
        self._lock = RLock()  # an import may ask for another plugin

    @cached_property
    def _entry_points(self) -> Mapping[str, list[EntryPoint]]:
        found: dict[str, list[EntryPoint]] = {}
        for entry in self._installed():
            same = found.setdefault(entry.name, [])
            # The same distribution may stand on the path twice (an editable install does).
            if all((entry.value, _owner(entry)) != (one.value, _owner(one)) for one in same):
                same.append(entry)
        return found

    def names(self) -> tuple[str, ...]:
        """Names of all installed plugins, usable or not; imports none of them."""
        return tuple(sorted(self._entry_points))

    def plugins(self) -> tuple[InstalledPlugin, ...]:
        """All installed plugins, each imported, in alphabetical order."""
        return tuple(self._plugin(name) for name in self.names())

    def get(self, name: str) -> type[Provider]:
        """The provider of this name; imports this one plugin only.

        Raises:
            UnknownProvider: Nothing of this name is installed; the message lists what is.
            PluginError: It is installed and cannot be used; the message says why.
        """
        if name not in self._entry_points:
            raise UnknownProvider(self._unknown(name))
        plugin = self._plugin(name)
        if plugin.provider is None:
            raise PluginError(f"the installed plugin is broken: {plugin.fault}", provider=name)
        return plugin.provider

    def _unknown(self, name: str) -> str:
        usable = [plugin.name for plugin in self.plugins() if plugin.provider is not None]
        broken = [f"{plugin.name} ({plugin.fault})" for plugin in self.plugins() if plugin.fault]
        return f"no provider {name!r} is installed. Installed: {', '.join(usable) or 'none'}." + (
            f" Broken: {'; '.join(broken)}." if broken else ""
        )

    def _plugin(self, name: str) -> InstalledPlugin:
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = self._load(name, self._entry_points[name])
            return self._loaded[name]

    def _load(self, name: str, entries: list[EntryPoint]) -> InstalledPlugin:
        owners = [_owner(entry) or "an unknown distribution" for entry in entries]
        if len(entries) > 1:
            fault = f"{' and '.join(sorted(owners))} both provide {name!r}; uninstall one"
            return InstalledPlugin(name, None, fault=fault)
        try:
            module = entries[0].load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's import may raise anything
            fault = f"importing {entries[0].value} raised {type(error).__name__}: {error}"
            return InstalledPlugin(name, _owner(entries[0]), fault=fault)
        try:
            provider = _provider_of(name, module)
        except _BrokenError as broken:
            return InstalledPlugin(name, _owner(entries[0]), fault=str(broken))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - and so may its hook
            fault = f"the hook of {entries[0].value} raised {type(error).__name__}: {error}"
            return InstalledPlugin(name, _owner(entries[0]), fault=fault)
        return InstalledPlugin(name, _owner(entries[0]), provider)


class _BrokenError(Exception):
    """What is wrong with a plugin."""


def _owner(entry: EntryPoint) -> str | None:
    return entry.dist.name if entry.dist is not None else None


def _provider_of(name: str, module: object) -> type[Provider]:
    if not isinstance(module, ModuleType):
        msg = f"the entry point names a {type(module).__name__}; it must name a module"
        raise _BrokenError(msg)
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        msg = f"a hook is misspelt or has wrong arguments: {error}"
        raise _BrokenError(msg) from None
    provider = manager.hook.vidiom_provider()
    if provider is None:
        msg = "the module implements no hook 'vidiom_provider' (is it marked with @hookimpl?)"
        raise _BrokenError(msg)
    _check(name, provider)
    found: type[Provider] = provider
    return found


def _check(name: str, provider: object) -> None:
    if not (isinstance(provider, type) and issubclass(provider, Provider)):
        msg = "the hook 'vidiom_provider' returns no subclass of vidiom.provider.Provider"
        raise _BrokenError(msg)
    if inspect.isabstract(provider):
        missing = ", ".join(sorted(provider.__abstractmethods__))
        msg = f"{provider.__name__} does not implement {missing}"
        raise _BrokenError(msg)
    absent = [field for field in _REQUIRED if not hasattr(provider, field)]
    if absent:
        msg = f"{provider.__name__} does not declare {', '.join(absent)}"
        raise _BrokenError(msg)
    if provider.name != name:
        msg = f"the entry point is named {name!r}, the provider {provider.name!r}; make them equal"
        raise _BrokenError(msg)
