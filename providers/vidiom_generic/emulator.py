"""An API of this pattern as an ASGI app over loopback, for people without an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vidiom.emulation.behaviour import Analysis
from vidiom.emulation.faults import Fault
from vidiom.emulation.refusal import Json, starlette_needed
from vidiom_generic.emulation.behaviour import Behaviour
from vidiom_generic.emulation.expression import LOST, expressed_image, expressed_video

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from vidiom.schema.result import Result

__all__ = ["LOST", "Analysis", "Behaviour", "Fault", "create_app", "expressed_answer"]


def create_app(
    api_key: str | Sequence[str] = "emulated", behaviour: Behaviour | None = None
) -> Starlette:
    """The five operations; ``app.state.vendor`` is what is behind them.

    Args:
        api_key: The key that is valid; several are several customers, who see their own jobs only.
        behaviour: What the documentation leaves open, and what is to go wrong.

    Raises:
        MissingExtra: starlette is not installed.
    """
    with starlette_needed("generic"):
        from vidiom_generic.emulation.service import service
    from vidiom_generic.emulation.vendor import Vendor

    keys = [api_key] if isinstance(api_key, str) else api_key
    return service(Vendor(keys, behaviour or Behaviour()))


def expressed_answer(result: Result, kind: str = "video") -> Json:
    """A neutral result as the ``result`` of a video or image, less what is :data:`LOST`."""
    return expressed_video(result) if kind == "video" else expressed_image(result)
