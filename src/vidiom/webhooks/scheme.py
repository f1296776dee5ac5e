"""How vendors sign their webhooks, as data: vendors document it badly and change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Formatter
from typing import Final, Literal, TypeAlias

from vidiom.errors import ConfigurationError

__all__ = ["DigestName", "Encoding", "KeyEncoding", "NonceRule", "SignatureScheme", "Unsigned"]

DigestName: TypeAlias = Literal["sha256", "sha512"]
Encoding: TypeAlias = Literal["hex", "base64", "either"]
KeyEncoding: TypeAlias = Literal["text", "hex", "base64"]

_FIELDS: Final = frozenset({"body", "timestamp", "id", "nonce"})


@dataclass(frozen=True, slots=True)
class NonceRule:
    """A number in each delivery that grows: Unix time, in seconds or milliseconds."""

    header: str | None = None
    """The header that carries it."""
    member: str | None = None
    """Member of the JSON body that stands in where the header is missing."""
    past_seconds: float = 600.0
    """How old it may be when the delivery arrives."""
    future_seconds: float = 600.0
    order: Literal["window", "strict"] = "window"
    """``strict`` wants each number larger than all accepted before; ``window`` takes any within the
    time allowed, because the deliveries of several jobs share a second or overtake each other."""


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """An HMAC over a message made of the body and signed metadata.

    Raises:
        ConfigurationError: The parts do not fit together.
    """

    header: str
    """Name of the header that carries the signature."""
    digest: DigestName = "sha256"
    message: str = "{body}"
    """What is signed, as a template of ``{body}``, ``{timestamp}``, ``{id}`` and ``{nonce}``. The
    body is what was received, byte for byte."""
    encoding: Encoding = "hex"
    """How the digest is written; hex in any case, base64 in the standard alphabet, padded."""
    prefixes: tuple[str, ...] = ("",)
    """What may stand before the digest, such as ``sha256=``; anything else is another scheme's."""
    key_encoding: KeyEncoding = "text"
    """What the text of the secret is to the key: the key itself in UTF-8, or the key written in hex
    or base64. Never guessed from the look of the text."""
    key_prefix: str = ""
    """Stands before the key in the text of the secret and is no part of it, such as ``whsec_``."""
    separator: str = ""
    """What stands between several signatures in the header; empty: there is one."""
    timestamp_header: str | None = None
    """The header that holds ``{timestamp}``."""
    timestamp_label: str | None = None
    """The label of ``{timestamp}`` where it stands in the signature header itself: ``t=``."""
    timestamp_unit: Literal["s", "ms"] = "s"
    id_header: str | None = None
    """The header that holds ``{id}``."""
    past_seconds: float = 300.0
    """How old a signed timestamp may be when the delivery arrives."""
    future_seconds: float = 300.0
    nonce: NonceRule | None = None
    before_body: bytes = field(init=False, repr=False, compare=False)
    """What of ``message`` stands before the body, as a format of the other fields."""
    after_body: bytes = field(init=False, repr=False, compare=False)
    """The same of what follows it."""
    literals: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The literal texts of ``message``."""
    body_abuts: bool = field(init=False, repr=False, compare=False)
    """Whether nothing stands between the body and the field before it."""
    sources: tuple[tuple[str, str | None], ...] = field(init=False, repr=False, compare=False)
    """The signed fields besides the body, and the header of each; ``None``: the signature's own."""
    ordered_prefixes: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """``prefixes``, the longest first."""
    signed_fields: frozenset[str] = field(init=False, repr=False, compare=False)
    """What the signature covers: nothing else of a delivery is proven."""

    def __post_init__(self) -> None:
        """Take the message apart, and refuse what could never verify or would prove nothing."""
        try:
            parsed = [(text, name) for text, name, _, _ in Formatter().parse(self.message)]
        except ValueError:
            raise _wrong(f"the signed message {self.message!r} is no template") from None
        fields = [name for _, name in parsed if name is not None]
        unknown = sorted(set(fields) - _FIELDS)
        if unknown or len(fields) != len(set(fields)):
            raise _wrong(f"the signed message {self.message!r} names unknown fields, or one twice")
        if "body" not in fields:
            raise _wrong(f"the signed message {self.message!r} leaves the body out")
        self._check_sources(frozenset(fields))
        if not self.header.strip() or not self.prefixes:
            raise _wrong("a scheme names its header and at least one prefix, which may be empty")
        self._take_apart(parsed)
        object.__setattr__(self, "signed_fields", frozenset(fields))
        ordered = tuple(sorted(set(self.prefixes), key=len, reverse=True))
        object.__setattr__(self, "ordered_prefixes", ordered)

    def _take_apart(self, parsed: list[tuple[str, str | None]]) -> None:
        """Do once what each delivery would cost again."""
        formats = [
            (text.replace("%", "%%") + f"%({name})b" * (name not in (None, "body"))).encode()
            for text, name in parsed
        ]
        place = [name for _, name in parsed].index("body")
        object.__setattr__(self, "before_body", b"".join(formats[: place + 1]))
        object.__setattr__(self, "after_body", b"".join(formats[place + 1 :]))
        object.__setattr__(self, "literals", tuple(text for text, _ in parsed if text))
        object.__setattr__(self, "body_abuts", place > 0 and not parsed[place][0])
        headers = {
            "timestamp": self.timestamp_header,
            "id": self.id_header,
            "nonce": self.nonce.header if self.nonce is not None else None,
        }
        sources = tuple((name, headers[name]) for _, name in parsed if name in headers)
        object.__setattr__(self, "sources", sources)

    def _check_sources(self, fields: frozenset[str]) -> None:
        named = [self.timestamp_header, self.timestamp_label]
        if ("timestamp" in fields) != any(named) or all(named):
            raise _wrong("{timestamp} needs a header or a label, one of them, and they need it")
        if ("id" in fields) != (self.id_header is not None):
            raise _wrong("{id} needs a header, and the header needs it")
        if "nonce" in fields and (self.nonce is None or self.nonce.header is None):
            raise _wrong("{nonce} needs a rule that names its header")
        if self.timestamp_label is not None and not self.separator:
            raise _wrong("a label in the signature header needs a separator")


@dataclass(frozen=True, slots=True)
class Unsigned:
    """The vendor does not sign: a delivery is a hint that may only cause a poll."""

    reason: str


def _wrong(what: str) -> ConfigurationError:
    return ConfigurationError(f"this is no signature scheme: {what}.")
