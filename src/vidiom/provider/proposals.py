"""What a vendor's own description of its API says of the settings of an adapter."""

from __future__ import annotations

from vidiom.schema.model import JsonValue, Model

__all__ = ["Proposal"]


class Proposal(Model):
    """One setting that should be another one than it is."""

    setting: str
    """Name of the setting's field."""
    value: JsonValue
    """What it should be; as in the configuration file."""
    present: JsonValue
    """What it is."""
    reason: str
    """Where the description says so, for a person."""
