"""The characters that pictures are drawn with, and what stands for them where they are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["ASCII", "UNICODE", "Glyphs", "glyphs_for"]


@dataclass(frozen=True)
class Glyphs:
    """One set of characters, each of them one column wide."""

    full: str
    other: str
    """A second fill, to tell neighbours apart without colour."""
    left: str
    """The left half of a column."""
    right: str
    levels: str
    """From low to high."""
    tick: str
    line: str
    dot: str
    """Between facts."""
    dash: str
    """From one moment to another."""
    more: str
    bullet: str
    unknown: str


UNICODE: Final = Glyphs(
    full="█",
    other="▒",
    left="▌",
    right="▐",
    levels="▁▂▃▄▅▆▇█",
    tick="┬",
    line="─",
    dot=" · ",
    dash="–",  # noqa: RUF001 - the sign for ranges
    more="…",
    bullet="•",
    unknown="·",
)
ASCII: Final = Glyphs(
    full="#",
    other="=",
    left="#",
    right="#",
    levels="_.-~=*%#",
    tick="+",
    line="-",
    dot=", ",
    dash="-",
    more="...",
    bullet="*",
    unknown=".",
)


def glyphs_for(encoding: str) -> Glyphs:
    """What a terminal of this encoding can show."""
    return UNICODE if encoding.lower().startswith("utf") else ASCII
