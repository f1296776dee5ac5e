"""What a provider can do, derived from its code: what is not offered says so, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Never, TypeVar, cast

from vidiom.errors import UnsupportedOperation

__all__ = ["OPERATIONS", "Capability", "capabilities", "optional", "supports", "unsupported"]

F = TypeVar("F", bound=Callable[..., Any])

#: The operations that an adapter may declare unsupported.
OPERATIONS = (
    "upload",
    "submit",
    "find",
    "find_many",
    "check",
    "check_many",
    "fetch",
    "normalize",
    "normalize_batch",
    "cancel",
    "delete",
    "read_delivery",
    "latency",
    "probe",
    "proposals",
    "galleries",
    "emulator",
)


class _Unsupported:
    """Stands in the place of a method that the vendor offers nothing for."""

    def __init__(self, reason: str) -> None:
        self.refused_because = reason
        self._operation = "?"

    def __set_name__(self, owner: type, name: str) -> None:
        self._operation = name

    def __get__(self, instance: object, owner: type) -> _Unsupported | _Refusal:
        if instance is None:
            return self
        return _Refusal(getattr(owner, "name", "?"), self._operation, self.refused_because)


@dataclass(frozen=True)
class _Refusal:
    provider: str
    operation: str
    reason: str

    def __call__(self, *_arguments: object, **_options: object) -> Never:
        raise UnsupportedOperation(
            f"not offered: {self.reason}.", provider=self.provider, operation=self.operation
        )


def unsupported(reason: str) -> Any:  # noqa: ANN401 - it takes the place of any method
    """Declare, in the class body, that the vendor offers nothing for an operation.

    Calling it raises ``UnsupportedOperation`` with the reason; tools can see it::

        class Example(Provider):
            cancel = unsupported("a job cannot be stopped once it is accepted")
    """
    return _Unsupported(reason)


def optional(reason: str) -> Callable[[F], F]:
    """Mark a method of the contract that an adapter may leave out, with the reason given then."""

    def mark(method: F) -> F:
        @wraps(method)
        def refuse(self: object, *_arguments: object, **_options: object) -> Never:
            _Refusal(getattr(self, "name", "?"), method.__name__, reason)()

        refuse.refused_because = reason  # type: ignore[attr-defined]  # read by `capabilities`
        return cast("F", refuse)  # the signature stays that of the method

    return mark


@dataclass(frozen=True)
class Capability:
    """Whether an operation is offered, and if not, why."""

    operation: str
    supported: bool
    reason: str | None = None


def capabilities(provider: type) -> Mapping[str, Capability]:
    """What a provider offers, by operation, in the order of :data:`OPERATIONS`."""
    found: dict[str, Capability] = {}
    for operation in OPERATIONS:
        reason = _refusal(provider, operation)
        found[operation] = Capability(operation, reason is None, reason)
    return found


def _refusal(provider: type, operation: str) -> str | None:
    reason: str | None = getattr(getattr(provider, operation, None), "refused_because", None)
    return reason


def supports(provider: object, operation: str) -> bool:
    """Whether a provider (its class or an instance) offers an operation."""
    kind = provider if isinstance(provider, type) else type(provider)
    if operation not in OPERATIONS:
        raise KeyError(operation)
    return _refusal(kind, operation) is None
