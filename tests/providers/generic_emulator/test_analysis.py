"""Findings that were really made, in the vendor's format and back: what it carries, it carries."""

from __future__ import annotations

import json
from pathlib import Path

from tests.providers.generic_emulator.vendors import emulated, pictures

import vidiom
from vidiom.schema.detections import AgeRange, Embedding
from vidiom.schema.segments import Segment
from vidiom_generic.emulator import LOST, Behaviour, create_app, expressed_answer

PROVENANCE = vidiom.Provenance(provider="local", adapter_version="1")
PICTURE = b"\x89PNG\r\n\x1a\n picture"


def found() -> vidiom.Result:
    """What somebody found in a video, or in an image."""
    person = vidiom.Person(
        id="p",
        segments=(Segment(0.0, 4.0), Segment(6.0, 8.0)),
        age=AgeRange(30, 34),
        gender="female",
        embedding=Embedding(values=[0.25, -0.5]),
        thumbnail=PICTURE,
        prominence=0.5,
        allow_listed=False,
    )
    return vidiom.Result(
        provenance=PROVENANCE,
        detections=(
            vidiom.Shot(id="s1", segments=(Segment(0.0, 4.0),)),
            vidiom.Shot(id="s2", segments=(Segment(4.0, 8.0),)),
            vidiom.Section(
                id="x",
                label="black",
                segments=(Segment(0.0, 1.0), Segment(7.0, 8.0)),
                confidence=0.5,
                critical=False,
                thumbnail_time=0.5,
                activity=0.1,
            ),
            person,
            person.model_copy(update={"id": "q", "segments": (Segment(2.0, 4.0),)}),
            vidiom.Text(id="t", label="EXIT", text="EXIT", segments=(Segment(1.0, 2.0),)),
            vidiom.Label(id="l", label="boat", confidence=0.75, attributes={"is_critical": True}),
        ),
        signals=(vidiom.Signal(id="a", name="activity", values=[0.1, 0.2]),),
    )


def read_again(content: object) -> vidiom.Result:
    document = {"job_id": "v", "status": "finished", "result": content}
    return vidiom.normalize("generic", {"video": json.dumps(document).encode()})


def test_a_videos_findings_survive_the_vendors_format() -> None:
    before, after = found(), read_again(expressed_answer(found()))
    assert after.notices == ()
    assert [one.segments for one in after.shots] == [one.segments for one in before.shots]
    (section,), (was,) = after.sections, before.sections
    assert (section.label, section.segments, section.confidence) == (
        was.label,
        was.segments,
        was.confidence,
    )
    assert (section.critical, section.thumbnail_time, section.activity) == (False, 0.5, 0.1)
    assert [(one.text, one.segments) for one in after.texts] == [("EXIT", (Segment(1.0, 2.0),))]
    signal = after.signal("activity")
    assert signal is not None
    assert list(signal.values) == [0.1, 0.2]


def test_people_are_told_by_the_stretches_in_which_the_same_ones_are_seen() -> None:
    after = read_again(expressed_answer(found()))
    people = [one for one in after.persons if not one.references]
    assert [(one.segments[0].start, one.segments[0].end) for one in people] == [
        (0.0, 2.0),
        (2.0, 4.0),
        (2.0, 4.0),
        (6.0, 8.0),
    ]
    assert {one.age for one in people} == {AgeRange(32, 32)}
    assert {one.gender for one in people} == {"female"}
    assert {one.thumbnail for one in people} == {PICTURE}
    assert {(one.prominence, one.allow_listed) for one in people} == {(0.5, False)}
    assert people[0].embedding is not None
    assert list(people[0].embedding.values) == [0.25, -0.5]


def test_an_images_findings_survive_as_well() -> None:
    item = {"external_id": "i", "result": expressed_answer(found(), "image")}
    content = json.dumps({"items": [item]}).encode()
    after = vidiom.normalize_batch("generic", {"images/0": content}).results["i"]
    assert [(one.label, one.confidence, one.attributes) for one in after.labels] == [
        ("boat", 0.75, {"is_critical": True})
    ]
    assert [one.text for one in after.texts] == ["EXIT"]
    assert len(after.persons) == 2


def test_the_emulator_looks_at_what_is_submitted(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def look(path: Path) -> vidiom.Result:
        seen.append(path.read_bytes())
        return found()

    film = tmp_path / "film.mp4"
    film.write_bytes(b"a film")
    with emulated(Behaviour(seed=1, analyze=look)) as vendor, vendor.client() as client:
        result = client.analyze("generic", film)
        assert [one.text for one in result.texts] == ["EXIT"]
        paths = pictures(tmp_path, 2)
        batch = client.analyze_batch("generic", paths)
        assert [one.texts[0].text for one in batch.results.values()] == ["EXIT", "EXIT"]
        assert seen == [b"a film", *(path.read_bytes() for path in paths)]


def test_the_local_provider_looks_at_the_bundled_clip_through_the_vendors_format(
    sample: Path,
) -> None:
    with emulated(Behaviour(seed=1, analyze=shots_of)) as vendor, vendor.client() as client:
        result = client.analyze("generic", sample)
    assert len(result.shots) == 4
    assert result.shots[0].start == 0.0


def shots_of(path: Path) -> vidiom.Result:
    from vidiom.emulation.analyst import local_analysis

    return local_analysis({"shots"})(path)


def test_what_the_format_cannot_carry_is_told() -> None:
    assert "boxes and tracks" in LOST
    assert create_app("k").state.vendor.jobs == {}
