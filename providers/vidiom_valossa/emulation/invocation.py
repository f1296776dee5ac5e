"""The emulator as the command line and other callers of the contract ask for it."""

from __future__ import annotations

from vidiom.errors import UsageError
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom_valossa.emulation.behaviour import Behaviour
from vidiom_valossa.emulation.faults import Fault, fault_of_header
from vidiom_valossa.emulation.refusal import Refusal

__all__ = ["app_for"]


def app_for(options: EmulatorOptions) -> AsgiApp:
    """The app of these options; media is fetched from this machine only.

    Raises:
        UsageError: There is no such fault; the message lists all.
        MissingExtra: starlette is not installed.
    """
    from vidiom_valossa.emulator import create_app

    behaviour = Behaviour(
        analyze=options.analyze,
        allow_loopback=True,
        seed=options.seed,
        faults=tuple(_fault(words) for words in options.faults),
    )
    return create_app(options.api_key, behaviour)


def _fault(words: str) -> Fault:
    try:
        return fault_of_header(words)
    except Refusal as refusal:
        raise UsageError(f"{refusal}.", provider="valossa", operation="emulate") from None
