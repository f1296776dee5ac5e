"""What modules hear, in neutral words: golden values, worked out by hand from the payloads."""

from __future__ import annotations

from collections.abc import Callable

from vidiom.schema.detection import IdentityMatch, Reference, Score
from vidiom.schema.detections import Sound
from vidiom.schema.provenance import Source
from vidiom.schema.result import Result
from vidiom.schema.segments import Segment, Word

Normalized = Callable[..., Result]

COSINE = "cosine_similarity"


def span(start: float, end: float) -> tuple[Segment, ...]:
    return (Segment(start, end),)


# --- speech ---------------------------------------------------------------------------------------


def test_speech_has_words_entities_and_the_speaker_that_overlaps(
    rows: Callable[..., Result],
) -> None:
    result = rows("speech_recognition", "speaker_identification")
    first, second = result.speech
    assert (first.text, first.language) == ("The harbour reopened this morning.", "en")
    assert (first.segments, second.segments) == (span(5.0, 7.92), span(8.2, 11.6))
    assert (first.speaker, second.speaker) == ("Mara Lindqvist", "Mara Lindqvist")
    assert first.words == ()
    assert second.words == (
        Word("Mara", 8.2, 8.44, None, "Mara Lindqvist"),
        Word("Lindqvist", 8.44, 9.02, None, "Mara Lindqvist"),
    )
    assert [(one.label, one.entity_type, one.references) for one in result.entities] == [
        ("this morning", "DATE", (Reference("speech", first.id),)),
        ("Mara Lindqvist", "person", (Reference("speech", second.id),)),
        ("Friday", "DATE", (Reference("speech", second.id),)),
    ]
    known, unknown = result.persons
    assert (known.label, known.segments) == ("Mara Lindqvist", span(5.0, 11.6))
    assert known.identities == (IdentityMatch(name="Mara Lindqvist", score=Score(0.84, COSINE)),)
    assert (unknown.label, unknown.identities) == ("Unknown #1", ())
    assert {one.confidence for one in result.persons} == {None}


SRT = b"""\xef\xbb\xbf1
00:00:05,000 --> 00:00:05,400
<u>The</u> harbour reopened

2
00:00:05,400 --> 00:00:06,010
The <u>harbour</u> reopened

3
00:00:20.5 --> 00:00:21,000
<u>Later</u> on

4
00:00:30,000 --> 00:00:29,000
<u>damaged</u>
"""


def test_words_of_the_srt_artifact_are_given_to_the_speech_that_they_lie_in(
    normalized: Normalized,
) -> None:
    result = normalized(
        {
            "job": "job.completed.json",
            "detailed_results/0": "detailed_results.speech_recognition.json",
            "detailed_results/500": "detailed_results.speaker_identification.json",
            "artifacts/0": "artifacts.list.json",
            "artifact/e1f5b7c2": SRT,
            "artifact/0b9d3e77": b"\x89PNG no subtitles",
        }
    )
    first, second, beside = result.transcript.speech
    assert first.words == (
        Word("The", 5.0, 5.4, None, "Mara Lindqvist"),
        Word("harbour", 5.4, 6.01, None, "Mara Lindqvist"),
    )
    assert [one.text for one in second.words] == ["Mara", "Lindqvist"]  # its own
    assert (beside.text, beside.segments) == ("Later", span(20.5, 21.0))
    assert beside.source == Source("artifact/e1f5b7c2", "")


def test_silence_is_a_sound_and_dictionary_hits_are_keywords(normalized: Normalized) -> None:
    hit = {"word": "pilot boat", "dictionary_id": "9d0b8c0e", "similarity": 0.9}
    rows = [
        {"module": "speech_recognition", "time_start": 0, "time_end": 1, "meta": {"silence": True}},
        {
            "module": "speech_recognition",
            "time_start": 1,
            "time_end": 2,
            "meta": {"text": "a pilot boat", "dictionary_hits": [hit, "ferry"]},
        },
    ]
    result = normalized({"detailed_results/0": {"data": rows}})
    assert [(one.label, one.segments) for one in result.of(Sound)] == [("silence", span(0, 1))]
    said = result.speech[0]
    assert [(one.label, one.origin) for one in result.keywords] == [
        ("pilot boat", "speech"),
        ("ferry", "speech"),
    ]
    assert result.keywords[0].attributes == {"dictionary_id": "9d0b8c0e", "similarity": 0.9}
    assert result.keywords[0].references == (Reference("speech", said.id),)


def test_a_speaker_is_who_speaks_most_of_it_and_words_have_their_own(
    normalized: Normalized,
) -> None:
    def voice(name: str, start: float, end: float) -> dict[str, object]:
        meta = {"label": name}
        return {
            "module": "speaker_identification",
            "time_start": start,
            "time_end": end,
            "meta": meta,
        }

    words = [
        {"word": "yes", "time_start": 0.0, "time_end": 0.5},
        {"word": "no", "time_start": 4.0, "time_end": 4.5},
        {"word": "why", "time_start": 9.0, "time_end": 9.5},
    ]
    speech = {
        "module": "speech_recognition",
        "time_start": 0,
        "time_end": 10,
        "meta": {"text": "yes no why", "words": words},
    }
    rows = [voice("B", 3, 8), speech, voice("A", 0, 1), voice("A", 1, 3)]
    (said,) = normalized({"detailed_results/0": {"data": rows}}).speech
    assert said.speaker == "B"
    # nobody's voice is heard at 9 s, and nobody is named for it
    assert [one.speaker for one in said.words] == ["A", "B", None]
