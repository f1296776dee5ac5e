"""The version of result documents, and how older ones are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from vidiom.errors import InvalidDocument, UnsupportedVersion
from vidiom.schema.model import JsonObject, JsonValue

__all__ = ["SCHEMA_VERSION", "UPGRADES", "Upgrade", "upgraded"]

SCHEMA_VERSION: Final = "1.1"
"""Written into every document. The first number changes when a reader of the older must be told."""

Upgrade: TypeAlias = Callable[[JsonObject], JsonObject]
"""Turns a document of one version into one of the next; a batch comes with its items done."""


def _from_1_0(document: JsonObject) -> JsonObject:
    """1.0 (before the first release) had no signals."""
    if "items" in document:
        return {**document, "schema_version": "1.1"}
    return {**document, "schema_version": "1.1", "signals": document.get("signals", [])}


UPGRADES: Final[Mapping[str, Upgrade]] = MappingProxyType({"1.0": _from_1_0})
"""By the version that it upgrades from."""


def upgraded(document: JsonObject) -> JsonObject:
    """The document in the present version.

    Raises:
        InvalidDocument: It does not say its version.
        UnsupportedVersion: It was written by a newer vidiom, or by an unknown one.
    """
    while True:
        version = document.get("schema_version")
        if version == SCHEMA_VERSION:
            return document
        if not isinstance(version, str):
            msg = "the document has no 'schema_version' in words; is it a vidiom result?"
            raise InvalidDocument(msg)
        if version not in UPGRADES:
            msg = (
                f"the document is of schema version {version[:20]!r}, this vidiom reads up to "
                f"{SCHEMA_VERSION}; upgrade vidiom to read it."
            )
            raise UnsupportedVersion(msg)
        document = UPGRADES[version](_with_items(document))


def _with_items(document: JsonObject) -> JsonObject:
    """A batch whose items hold results of the present version; other documents as they are."""
    items = document.get("items")
    if not isinstance(items, list):
        return document
    return {**document, "items": [_with_result(item) for item in items]}


def _with_result(item: JsonValue) -> JsonValue:
    if isinstance(item, dict) and isinstance(result := item.get("result"), dict):
        return {**item, "result": upgraded(result)}
    return item
