"""The emulator as the command line and other callers of the contract ask for it."""

from __future__ import annotations

from vidiom.emulation.faults import faults_of_options
from vidiom.provider.emulation import AsgiApp, EmulatorOptions
from vidiom_generic.emulation.behaviour import Behaviour
from vidiom_generic.emulation.repertoire import REPERTOIRE
from vidiom_generic.settings import GenericSettings

__all__ = ["app_for"]


def app_for(options: EmulatorOptions, settings: GenericSettings) -> AsgiApp:
    """The app of these options, which is as the adapter's settings say.

    Raises:
        UsageError: There is no such fault; the message lists all.
        MissingExtra: starlette is not installed.
    """
    from vidiom_generic.emulator import create_app

    behaviour = Behaviour(
        analyze=options.analyze,
        seed=options.seed,
        settings=settings,
        faults=tuple(faults_of_options(REPERTOIRE, options.faults, "generic")),
    )
    return create_app(options.api_key, behaviour)
