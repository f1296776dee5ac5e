"""The body of ``POST /jobs/``: modules and arguments of an order's features and options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vidiom.errors import UsageError
from vidiom.schema.features import Feature
from vidiom.schema.model import JsonObject, JsonValue
from vidiom.schema.orders import Order
from vidiom_deepva.modules import BY_FEATURE, DEFAULT, PROMPTED
from vidiom_deepva.options import MODULE_OPTIONS, DeepvaOptions, SubtitleDetection

__all__ = ["modules_of", "new_job"]

_SPEECH: Final = "speech_recognition"
_UNDERSTANDING: Final = "visual_understanding"


# https://docs.deepva.com/core-resources/job
def new_job(order: Order, sources: Sequence[str], events: Sequence[str]) -> dict[str, object]:
    """The job to create; its ``tag`` is our correlation id."""
    said = DeepvaOptions.model_validate(order.options)
    body: dict[str, object] = {
        "tag": order.correlation,
        "sources": list(sources),
        "modules": modules_of(order),
    }
    if said.ttl is not None:
        body["ttl"] = said.ttl
    if order.callback is not None:
        wanted = list(events if said.webhook_events is None else said.webhook_events)
        body["webhook"] = {"events": wanted, "callback": order.callback.url}
    return body


def modules_of(order: Order) -> dict[str, JsonObject]:
    """The modules with their arguments: of features, then typed options, then free ones.

    Raises:
        UsageError: Nothing is left to be done.
    """
    said = DeepvaOptions.model_validate(order.options)
    named = {name: getattr(said, name) for name in MODULE_OPTIONS if getattr(said, name)}
    features = order.features
    if not features and not named and not said.modules:
        features = frozenset(DEFAULT)
    chosen: dict[str, JsonObject] = {}
    for feature in sorted(features & BY_FEATURE.keys()):
        for module, arguments in BY_FEATURE[feature].items():
            chosen.setdefault(module, {}).update(arguments)
    for module, typed in named.items():
        chosen.setdefault(module, {}).update(typed.model_dump(mode="json", exclude_none=True))
    for module, free in said.modules.items():
        chosen.setdefault(module, {}).update(free)
    if not chosen:
        raise UsageError(
            "there is nothing to analyse: name a feature besides thumbnails, or a module.",
            provider="deepva",
            operation="submit",
        )
    _complete(chosen, order, said, features)
    return chosen


def _complete(
    chosen: dict[str, JsonObject],
    order: Order,
    said: DeepvaOptions,
    features: frozenset[Feature],
) -> None:
    """What depends on more than one of them."""
    if _UNDERSTANDING in chosen:
        _prompt(chosen[_UNDERSTANDING], features)
    if "subtitle_detection" in chosen:
        both: JsonObject = SubtitleDetection().model_dump(mode="json", exclude_none=True)
        chosen["subtitle_detection"] = both | chosen["subtitle_detection"]
    if _SPEECH in chosen and order.language is not None:
        # samples name a language without its region
        chosen[_SPEECH].setdefault("language", order.language.partition("-")[0].lower())
    common: JsonObject = said.model_dump(
        mode="json", include={"range", "dictionaries"}, exclude_none=True
    )
    for arguments in chosen.values():
        for name, value in common.items():
            arguments.setdefault(name, value)


def _prompt(arguments: JsonObject, features: frozenset[Feature]) -> None:
    """One prompt and schema for all that is asked for, unless the caller has one."""
    if "prompt" in arguments or "structured_output_schema" in arguments:
        return
    asked = sorted(features & PROMPTED.keys())
    if not asked:
        return
    arguments["prompt"] = " ".join(PROMPTED[one][0] for one in asked)
    if asked != [Feature.CAPTIONS]:
        schema: dict[str, JsonValue] = {}
        for one in asked:
            schema |= PROMPTED[one][1]
        arguments["structured_output_schema"] = schema
