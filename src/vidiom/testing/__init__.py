"""Tools for the authors of providers: a conformance suite, scripts, cassettes and emulators.

They need the extra ``testing``. Nothing is loaded before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vidiom.testing.cassettes import cassette
    from vidiom.testing.conformance import ProviderConformance
    from vidiom.testing.deliveries import delivery, sign, webhook_vectors
    from vidiom.testing.driving import CannedVendor, Driving, MemorySink
    from vidiom.testing.emulators import Fault, FaultInjector, serve
    from vidiom.testing.http_choice import http_library_chosen
    from vidiom.testing.scripted import Asked, answer, canned_transport, play, recorded
    from vidiom.testing.waiting import no_waiting

_MODULES = {
    "cassettes": "cassette",
    "conformance": "ProviderConformance",
    "deliveries": "delivery sign webhook_vectors",
    "driving": "CannedVendor Driving MemorySink",
    "emulators": "Fault FaultInjector serve",
    "http_choice": "http_library_chosen",
    "scripted": "Asked answer canned_transport play recorded",
    "waiting": "no_waiting",
}

_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = [
    "Asked",
    "CannedVendor",
    "Driving",
    "Fault",
    "FaultInjector",
    "MemorySink",
    "ProviderConformance",
    "answer",
    "canned_transport",
    "cassette",
    "delivery",
    "http_library_chosen",
    "no_waiting",
    "play",
    "recorded",
    "serve",
    "sign",
    "webhook_vectors",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used."""
    if name not in _HOME:
        msg = f"module 'vidiom.testing' has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(import_module(f"vidiom.testing.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All public names."""
    return sorted(__all__)
