"""Headers of a request as pairs of text, whatever a framework hands over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from vidiom.errors import UsageError

__all__ = ["HeaderPairs", "HeadersInput", "header_pairs"]

HeaderPairs: TypeAlias = tuple[tuple[str, str], ...]

HeadersInput: TypeAlias = (
    Mapping[str, object] | Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]
)
"""A mapping, pairs, the ``headers`` of an ASGI scope, or a WSGI ``environ``."""

_UNPREFIXED = ("CONTENT_TYPE", "CONTENT_LENGTH")


def header_pairs(headers: HeadersInput) -> HeaderPairs:
    """The headers as they were received; names keep their case.

    Raises:
        UsageError: These are no headers.
    """
    if isinstance(headers, Mapping):
        if any(key in headers for key in ("wsgi.version", "REQUEST_METHOD")):
            return _of_environ(headers)
        return _of_mapping(headers)
    try:
        return tuple((_text(name), _text(value)) for name, value in headers)
    except (TypeError, ValueError):
        raise _no_headers() from None


def _of_mapping(headers: Mapping[str, object]) -> HeaderPairs:
    # The mapping of a framework may show one value of a name that came twice, and tell them all
    # when it is asked the right way.
    several = getattr(headers, "multi_items", None)
    items: Iterable[tuple[object, object]] = several() if callable(several) else headers.items()
    pairs: list[tuple[str, str]] = []
    for name, value in items:
        values = value if isinstance(value, (list, tuple)) else [value]
        pairs += [(_text(name), _text(one)) for one in values]
    return tuple(pairs)


def _of_environ(environ: Mapping[str, object]) -> HeaderPairs:
    """WSGI has names in upper case, and bytes as Latin-1."""
    return tuple(
        (name.removeprefix("HTTP_").replace("_", "-").title(), _text(value))
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in _UNPREFIXED and value)
    )


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("latin-1")  # every byte is some character: nothing can fail
    raise _no_headers()


def _no_headers() -> UsageError:
    return UsageError(
        "headers are a mapping, pairs of names and values, ASGI headers or a WSGI environ, "
        "of text or bytes."
    )
