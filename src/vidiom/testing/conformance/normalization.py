"""Checks of the reading of answers: pure, complete, and at home in the raw answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from math import isfinite

import msgspec

from vidiom.errors import VidiomError
from vidiom.schema.detections import AnyDetection
from vidiom.schema.raw import RawPart, RawResult
from vidiom.schema.result import BatchResult, Result
from vidiom.testing.conformance.conversation import Reading, conversation_of
from vidiom.testing.conformance.documents import (
    GARBAGE,
    Json,
    resolves,
    shortened,
    with_unknown_members,
    with_wrong_values,
)
from vidiom.testing.conformance.refusals import error_faults
from vidiom.testing.conformance.subject import Subject

__all__ = ["NormalizationChecks"]


class NormalizationChecks(Subject):
    """The answers of the conversation, and the samples that the author gives."""

    def _readings(self) -> list[Reading]:
        return [
            *conversation_of(type(self), "sync").readings,
            *(Reading(raw) for raw in self.samples()),
            *(Reading(raw, batch=True) for raw in self.batch_samples()),
        ]

    def _read(self, reading: Reading) -> Result | BatchResult:
        # New each time, and without an account: reading an archive needs none.
        adapter = self.provider(self.provider.settings_type())
        return (
            adapter.normalize_batch(reading.raw)
            if reading.batch
            else adapter.normalize(reading.raw)
        )

    def _results(self) -> Iterator[tuple[Reading, Result]]:
        for reading in self._readings():
            found = self._read(reading)
            results = [found] if isinstance(found, Result) else found.results.values()
            yield from ((reading, result) for result in results)

    def test_the_same_bytes_give_the_same_result(self) -> None:
        """Also when they are mapped from the archive instead of held in memory."""
        for reading in self._readings():
            mapped = _changed(reading, lambda part: memoryview(bytes(part.content)))
            assert self._read(reading) == self._read(reading) == self._read(mapped)

    def test_a_result_survives_its_json(self) -> None:
        """``from_json(to_json())`` is an equal result."""
        for reading in self._readings():
            found = self._read(reading)
            assert type(found).from_json(found.to_json()) == found

    def test_a_result_says_which_rules_it_was_read_with(self) -> None:
        """The provenance names the provider and the version of the adapter."""
        for _, result in self._results():
            assert result.provenance.provider == self.provider.name
            assert result.provenance.adapter_version == self.provider.version

    def test_every_detection_stands_in_the_raw_answer(self) -> None:
        """Each has a source, whose pointer leads somewhere in the named part."""
        faults: list[str] = []
        for reading, result in self._results():
            decoded: dict[str, Json] = {}
            for detection in result.detections:
                fault = _misplaced(detection, reading.raw, decoded)
                if fault is not None:
                    faults.append(f"{detection.id}: {fault}")
        assert not faults, "\n".join(faults[:20])

    def test_confidences_are_from_0_to_1(self) -> None:
        """What is no probability belongs into ``score``."""
        for _, result in self._results():
            for detection in result.detections:
                of_segments = [segment.confidence for segment in detection.segments]
                given = [one for one in (detection.confidence, *of_segments) if one is not None]
                assert all(isfinite(one) and 0 <= one <= 1 for one in given), detection.id

    def test_unknown_members_change_nothing(self) -> None:
        """A vendor may add a field any day: no error, and the same detections under the same ids.

        Troubleshooting: objects that are keyed by ids are named in ``maps``.
        """
        for reading in self._readings():
            other = _changed(reading, self._with_more)
            assert _ids(self._read(other)) == _ids(self._read(reading))

    def _with_more(self, part: RawPart) -> bytes:
        content = bytes(part.content)
        return with_unknown_members(content, self.maps) if _is_json(content) else content

    def test_damaged_parts_raise_only_errors_of_ours(self) -> None:
        """Cut, empty, something else, or missing: each part in turn."""
        faults: list[str] = []
        for reading in self._readings():
            for name, part in reading.raw.items():
                content = bytes(part.content)
                cut = (content[:-1], content[: len(content) // 2])
                for damaged in (*GARBAGE, *cut):
                    where = f"normalize, {name} is {damaged[:20]!r}"
                    faults += self._faults(_with_part(reading, name, damaged), where)
                faults += self._faults(_with_part(reading, name, None), f"normalize, no {name}")
        assert not faults, "\n".join(faults)

    def test_a_wrong_value_in_a_part_raises_only_errors_of_ours(self) -> None:
        """Every sort of value is replaced by ones of other types and sizes."""
        faults: list[str] = []
        done: defaultdict[tuple[bool, str], set[str]] = defaultdict(set)
        for reading in self._readings():
            short = _changed(reading, lambda part: shortened(bytes(part.content)))
            for name, part in short.raw.items():
                had = done[reading.batch, name]
                for what, content in with_wrong_values(bytes(part.content), self.maps, had):
                    other = _with_part(short, name, content)
                    faults += self._faults(other, f"normalize, {name}{what}")
        assert not faults, "\n".join(faults)

    def _faults(self, reading: Reading, where: str) -> list[str]:
        try:
            found = self._read(reading)
            type(found).from_json(found.to_json())
        except VidiomError as error:
            return error_faults(error, self.provider.name, where)
        except Exception as error:  # noqa: BLE001 - anything may come out of a plugin
            return [f"{where}: a foreign {type(error).__name__}: {error}"]
        return []


def _changed(reading: Reading, content: Callable[[RawPart], bytes | memoryview]) -> Reading:
    parts = {
        name: RawPart(name, content(part), part.media_type) for name, part in reading.raw.items()
    }
    return Reading(RawResult(reading.raw.provider, parts, reading.raw.context), reading.batch)


def _with_part(reading: Reading, name: str, content: bytes | None) -> Reading:
    parts = dict(reading.raw.parts)
    if content is None:
        del parts[name]
    else:
        parts[name] = RawPart(name, content, parts[name].media_type)
    return Reading(RawResult(reading.raw.provider, parts, reading.raw.context), reading.batch)


def _is_json(content: bytes) -> bool:
    try:
        msgspec.json.decode(content)
    except msgspec.DecodeError:
        return False
    return True


def _misplaced(detection: AnyDetection, raw: RawResult, decoded: dict[str, Json]) -> str | None:
    source = detection.source
    if source is None:
        return "no source"
    part = raw.get(source.part)
    if part is None:
        return f"its part {source.part!r} is not in the raw answer"
    if source.pointer == "":
        return None
    if source.part not in decoded:
        decoded[source.part] = msgspec.json.decode(part.content)
    if not resolves(source.pointer, decoded[source.part]):
        return f"{source.pointer!r} leads nowhere in {source.part!r}"
    return None


def _ids(found: Result | BatchResult) -> list[tuple[str, str]]:
    results = [found] if isinstance(found, Result) else found.results.values()
    return [(one.kind, one.id) for result in results for one in result.detections]
