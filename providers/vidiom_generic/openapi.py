"""From the vendor's OpenAPI file to settings: which operation is where, and how it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec

from vidiom.errors import UsageError
from vidiom.provider.proposals import Proposal
from vidiom.schema.model import JsonValue
from vidiom_generic.settings import GenericSettings

__all__ = ["proposals"]

Json: TypeAlias = Mapping[str, object]

_BINARY: Final = ("application/octet-stream", "video/", "binary/")
_CARRIERS: Final = frozenset({"header", "query", "cookie"})
_FORM: Final = "multipart/form-data"
_JSON: Final = "application/json"
_FIELD: Final = re.compile(r"\{[^}]*\}")
_DEEPEST: Final = 12


def proposals(content: bytes, settings: GenericSettings) -> tuple[Proposal, ...]:
    """The settings that the description contradicts; what it does not say is left alone.

    Raises:
        UsageError: It is no OpenAPI description in JSON or, where PyYAML is installed, YAML.
    """
    description = _Description(_document(content))
    found: dict[str, tuple[JsonValue, str]] = {}
    for reading in _READINGS:
        for setting, value, reason in reading(description):
            found.setdefault(setting, (value, reason))
    changes: list[Proposal] = []
    for setting, (value, reason) in found.items():
        present = settings.model_dump(mode="json")[setting]
        if value != present:
            changes.append(Proposal(setting=setting, value=value, present=present, reason=reason))
    return tuple(changes)


@dataclass(frozen=True)
class _Operation:
    method: str
    path: str
    content: Json
    parameters: tuple[Json, ...]

    @property
    def where(self) -> str:
        return f"{self.method.upper()} {self.path}"


@dataclass(frozen=True)
class _Description:
    """The document, with its references followed."""

    document: Json

    def operations(self, method: str) -> Iterator[_Operation]:
        for path, item in _object(self.document.get("paths")).items():
            shared = _list(_object(item).get("parameters"))
            content = _object(_object(item).get(method))
            if content:
                own = (*shared, *_list(content.get("parameters")))
                parameters = tuple(self.followed(one) for one in own)
                yield _Operation(method, path, content, parameters)

    def bodies(self, operation: _Operation) -> Json:
        """Schemas of the request's body by content type."""
        body = self.followed(operation.content.get("requestBody"))
        kinds = _object(body.get("content"))
        return {kind: self.followed(_object(one).get("schema")) for kind, one in kinds.items()}

    def answer(self, operation: _Operation) -> Json:
        """Schema of the answer with status 200."""
        answers = _object(operation.content.get("responses"))
        answer = self.followed(answers.get("200", answers.get("default")))
        kinds = _object(answer.get("content"))
        return self.followed(_object(kinds.get(_JSON)).get("schema"))

    def members(self, schema: object, depth: int = _DEEPEST) -> dict[str, Json]:
        """Members of an object's schema, those of its alternatives included."""
        here = self.followed(schema)
        found = {name: self.followed(one) for name, one in _object(here.get("properties")).items()}
        if depth:
            for word in ("allOf", "oneOf", "anyOf"):
                for one in _list(here.get(word)):
                    found |= self.members(one, depth - 1)
        return found

    def followed(self, value: object) -> Json:
        """An object, or what its reference leads to."""
        for _ in range(_DEEPEST):
            here = _object(value)
            reference = here.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return here
            value = self.document
            for step in reference[2:].split("/"):
                value = _object(value).get(step.replace("~1", "/").replace("~0", "~"))
        return {}


_Said: TypeAlias = Iterator[tuple[str, JsonValue, str]]


def _address(description: _Description) -> _Said:
    for server in _list(description.document.get("servers")):
        url = _object(server).get("url")
        if isinstance(url, str) and url.startswith("https://") and "{" not in url:
            yield "base_url", url.rstrip("/"), "servers"
            return


def _key(description: _Description) -> _Said:
    components = _object(description.document.get("components"))
    for name, one in _object(components.get("securitySchemes")).items():
        scheme = description.followed(one)
        where = f"securitySchemes/{name}"
        carrier, key_name = scheme.get("in"), scheme.get("name")
        if scheme.get("type") == "apiKey" and carrier in _CARRIERS and isinstance(key_name, str):
            yield "key_in", str(carrier), where
            yield "key_name", key_name, where
            return
        if scheme.get("type") == "http" and scheme.get("scheme") == "bearer":
            yield "key_in", "header", where
            yield "key_name", "Authorization", where
            yield "key_prefix", "Bearer", where
            return


def _submissions(description: _Description) -> _Said:
    for operation in description.operations("post"):
        bodies = description.bodies(operation)
        images = description.members(bodies.get(_JSON))
        if "images" in images:
            yield "image_path", operation.path, operation.where
            yield from _image_webhook(images, operation)
        elif any(kind.startswith(_BINARY) or kind == _FORM for kind in bodies):
            yield "video_path", operation.path, operation.where
            yield from _video(description, operation, bodies)


def _image_webhook(images: Mapping[str, Json], operation: _Operation) -> _Said:
    for name in images:
        if "webhook" in name.lower() or "callback" in name.lower():
            yield "webhook_key", name, operation.where
            return


def _video(description: _Description, operation: _Operation, bodies: Json) -> _Said:
    for parameter in operation.parameters:
        name = parameter.get("name")
        if parameter.get("in") == "header" and isinstance(name, str) and "time" in name.lower():
            yield "max_processing_time_header", name, operation.where
    plain = [kind for kind in bodies if kind.startswith(_BINARY)]
    if plain and "application/octet-stream" not in plain:
        yield "video_content_type", plain[0], operation.where
    form = description.members(bodies.get(_FORM))
    if not form:
        yield "video_form", "never", f"{operation.where} takes no form"
        yield "webhooks", "none", f"{operation.where} takes no form"
        return
    if not plain:
        yield "video_form", "always", f"{operation.where} takes nothing but a form"
    yield from _form_parts(form, operation)


def _form_parts(form: Mapping[str, Json], operation: _Operation) -> _Said:
    for name, schema in form.items():
        if schema.get("format") == "binary" or "contentMediaType" in schema:
            yield "file_part", name, operation.where
            break
    for name, schema in form.items():
        key, mark, rest = name.partition(".") if "." in name else name.partition("[")
        if rest.rstrip("]") == "url":
            yield "webhooks", "dotted" if mark == "." else "bracketed", operation.where
            yield "webhook_key", key, operation.where
            return
        if "webhook" in name.lower() and (schema.get("type") == "object" or "properties" in schema):
            yield "webhooks", "json-part", operation.where
            yield "webhook_key", name, operation.where
            return
    yield "webhooks", "none", f"{operation.where} has no part for a webhook"


def _questions(description: _Description) -> _Said:
    for operation in description.operations("get"):
        answer = description.members(description.answer(operation))
        if "latency_ms_per_unit" in answer:
            yield "latency_path", _latency_path(operation), operation.where
        elif len(_FIELD.findall(operation.path)) == 1:
            path = _FIELD.sub("{job_id}", operation.path)
            if "items" in answer:
                yield "image_result_path", path, operation.where
            elif "result" in answer:
                yield "video_result_path", path, operation.where


def _latency_path(operation: _Operation) -> str:
    if _FIELD.search(operation.path):
        return _FIELD.sub("{media_type}", operation.path)
    for parameter in operation.parameters:
        if parameter.get("in") == "query" and parameter.get("required"):
            return f"{operation.path}?{parameter.get('name')}={{media_type}}"
    return f"{operation.path}?media_type={{media_type}}"


def _signatures(description: _Description) -> _Said:
    for operation in description.operations("post"):
        for callback in _object(operation.content.get("callbacks")).values():
            for item in _object(description.followed(callback)).values():
                post = _object(_object(item).get("post"))
                for one in _list(post.get("parameters")):
                    name = description.followed(one).get("name")
                    if isinstance(name, str) and "signature" in name.lower():
                        yield "signature_header", name, f"callback of {operation.where}"


_READINGS: Final[tuple[Callable[[_Description], _Said], ...]] = (
    _address,
    _key,
    _submissions,
    _questions,
    _signatures,
)


def _document(content: bytes) -> Json:
    value = _of_json(content)
    if value is None:
        value = _of_yaml(content)
    if not isinstance(value, Mapping) or "paths" not in value:
        raise _wrong("it has no 'paths'")
    return value


def _of_json(content: bytes) -> object:
    try:
        value: object = msgspec.json.decode(content)
    except (ValueError, RecursionError):
        return None
    return value


def _of_yaml(content: bytes) -> object:
    try:
        import yaml
    except ModuleNotFoundError:
        raise _wrong("it is no JSON; YAML can be read where PyYAML is installed") from None
    try:
        value: object = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise _wrong("it is neither JSON nor YAML") from None
    return value


def _wrong(what: str) -> UsageError:
    return UsageError(
        f"the file is no OpenAPI description: {what}.", provider="generic", operation="doctor"
    )


def _object(value: object) -> Json:
    if not isinstance(value, Mapping):
        return {}
    return {str(name): one for name, one in value.items()}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
