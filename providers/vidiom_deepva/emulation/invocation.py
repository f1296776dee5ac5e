"""The emulator as the command line and other callers of the contract ask for it."""

from __future__ import annotations

from pydantic import SecretStr

from vidiom.emulation.faults import faults_of_options
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom_deepva.emulation.behaviour import Behaviour
from vidiom_deepva.emulation.repertoire import REPERTOIRE

__all__ = ["app_for"]


def app_for(options: EmulatorOptions) -> AsgiApp:
    """The app of these options; media is fetched from this machine only.

    Raises:
        UsageError: There is no such fault; the message lists all.
        MissingExtra: starlette is not installed.
    """
    from vidiom_deepva.emulator import create_app

    secret = options.webhook_secret
    behaviour = Behaviour(
        analyze=options.analyze,
        allow_loopback=True,
        seed=options.seed,
        webhook_secret=None if secret is None else SecretStr(secret),
        faults=tuple(faults_of_options(REPERTOIRE, options.faults, "deepva")),
    )
    return create_app(options.api_key, behaviour)
