"""The page of a result: what it shows, and that it fits."""

from __future__ import annotations

import io
import math
import re
from fractions import Fraction
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from vidiom.cli.rendering.glyphs import ASCII, UNICODE, glyphs_for
from vidiom.cli.rendering.page import result_page
from vidiom.cli.rendering.timeline import timeline
from vidiom.cli.rendering.wording import bytes_words, moment, share_words
from vidiom.schema.boxes import Box
from vidiom.schema.detections import (
    AgeRange,
    AnyDetection,
    Color,
    Custom,
    Face,
    Section,
    Shot,
    Sound,
    Speech,
    Text,
)
from vidiom.schema.media import MediaFacts
from vidiom.schema.provenance import Notice, NoticeCode, Provenance
from vidiom.schema.result import Result, in_order
from vidiom.schema.segments import Segment
from vidiom.schema.signals import Signal

GOLDEN = Path(__file__).parent / "golden"
ORIGIN = Provenance(provider="local", adapter_version="1.0")


def during(start: float, end: float) -> tuple[Segment, ...]:
    return (Segment(start, end),)


def found() -> list[AnyDetection]:
    return [
        Shot(id="s1", segments=during(0, 4), transition="start"),
        Shot(id="s2", segments=during(4, 7), transition="cut"),
        Shot(id="s3", segments=during(7, 14), transition="dissolve"),
        Section(id="b", label="black", segments=during(6.5, 7)),
        Face(
            id="f",
            confidence=0.998,
            age=AgeRange(33, 35),
            gender="canary",
            segments=(Segment(0, 4), Segment(8, 9)),
        ),
        Text(id="t1", label="EILEEN", text="EILEEN COLLINS", confidence=0.99,
             segments=during(1, 3.52)),
        Text(id="t2", label="x", text="CITY AT NIGHT", confidence=0.934, segments=during(10, 14)),
        Speech(id="w1", label="w", text="and mister john dashwood had then leisure to consider "
               "how much there might be prudently in his power", segments=during(0.3, 7.4)),
        Speech(id="w2", label="w", text="he might even", speaker="A", segments=during(9, 12.29)),
        Sound(id="r1", label="music", confidence=0.9, segments=during(0.3, 7.4)),
        Sound(id="r2", label="silence", segments=during(7.6, 8.9)),
        Custom(id="c", label="loudness of the whole", data={"secret": "canary"}),
        Color(id="k1", label="brown", rgb="#3a2b20", share=0.6, segments=during(0, 7)),
        Color(id="k2", label="night", rgb="#101830", share=0.2, segments=during(7, 14)),
    ]  # fmt: skip


def result(detections: list[AnyDetection] | None = None) -> Result:
    curve = [-60.0 if 7.6 < i / 10 < 8.9 else -25 + 8 * math.sin(i / 3) for i in range(140)]
    return Result(
        media=MediaFacts(
            type="video",
            duration=14.0,
            width=640,
            height=360,
            frame_rate=Fraction(30000, 1001),
            video_codec="h264",
            audio_codec="aac",
            audio_channels=1,
            audio_sample_rate=48000,
            size=966396,
        ),
        detections=in_order(found() if detections is None else detections),
        signals=(Signal(id="l", name="loudness", unit="LUFS", values=curve, interval=0.1),),
        notices=(
            Notice(code=NoticeCode.NOT_AVAILABLE, message="Faces need the extra `local-vision`."),
            Notice(code=NoticeCode.NOT_AVAILABLE, message="Faces need the extra `local-vision`."),
        ),
        provenance=ORIGIN,
    )


def printed(page: RenderableType, *, width: int = 80, colour: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        legacy_windows=False,
        markup=False,
        highlight=False,
        _environ={},
    )
    console.print(page)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


@pytest.mark.parametrize("width", [72, 40])
def test_a_page_looks_like_the_one_that_was_reviewed(width: int) -> None:
    page = printed(result_page(result(), media="clip.mp4"), width=width)
    assert page == (GOLDEN / f"page-{width}.txt").read_text()


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, colour: bool) -> None:
    page = printed(result_page(result(), media="clip.mp4"), width=width, colour=colour)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", page)
    assert max(map(len, plain.splitlines())) <= width


def test_colours_are_blocks_only_where_there_is_colour() -> None:
    assert "38;2;58;43;32m██" in printed(result_page(result()), colour=True)
    assert "██ #3a2b20" not in printed(result_page(result()))


def test_a_page_holds_no_personal_and_no_vendors_data() -> None:
    page = printed(result_page(result()))
    assert "canary" not in page
    assert "33" not in page


def test_long_lists_are_cut_and_say_so() -> None:
    many: list[AnyDetection] = [
        Text(id=f"t{i}", label="x", text=f"line {i}", segments=during(i / 100, i / 100))
        for i in range(1000)
    ]
    page = printed(result_page(result(many)))
    assert "line 7" in page
    assert "line 8" not in page
    assert "… and 992 more" in page


def test_names_in_wide_characters_leave_the_lanes_where_they_are() -> None:
    wide: list[AnyDetection] = [
        Section(id="a", label="始まり", segments=during(0, 14)),
        Section(id="b", label="とても長い名前", segments=during(0, 14)),
    ]
    lanes = timeline(result(wide), width=60, glyphs=ASCII, colour=False)
    assert {line.cell_len for line in lanes} == {60}


def test_an_image_has_no_timeline() -> None:
    image = Result(
        media=MediaFacts(type="image", width=10, height=10),
        detections=(Face(id="f", confidence=1, box=Box(0, 0, 1, 1)),),
        provenance=ORIGIN,
    )
    assert timeline(image, width=80, glyphs=UNICODE, colour=False) == []
    assert "throughout  face   100 %" in printed(result_page(image))


def test_a_result_without_anything_is_still_a_page() -> None:
    empty = Result(provenance=ORIGIN)
    assert printed(result_page(empty)) == "Analysed by local 1.0\n"


def test_an_instant_can_be_seen_on_the_timeline() -> None:
    flash: list[AnyDetection] = [Section(id="x", label="flash", segments=during(13.99, 13.99))]
    lanes = timeline(result(flash), width=60, glyphs=ASCII, colour=False)
    [lane] = [line.plain for line in lanes if line.plain.startswith("flash")]
    assert lane.count("#") == 1
    assert lane.endswith("#")


@pytest.mark.parametrize("seconds", [0.04, 1.0, 59.0, 600.0, 90_000.0, 5_000_000.0])
def test_every_length_has_a_ruler(seconds: float) -> None:
    one = Result(
        media=MediaFacts(duration=seconds),
        detections=(Shot(id="s", segments=during(0, seconds)),),
        provenance=ORIGIN,
    )
    ruler, lane = timeline(one, width=50, glyphs=ASCII, colour=False)
    assert "0:00" in ruler.plain
    assert lane.plain == "shots " + "#" * 44


def test_a_terminal_that_is_no_utf_gets_ascii() -> None:
    assert glyphs_for("UTF-8") is UNICODE
    assert glyphs_for("iso-8859-1") is ASCII
    assert all(value.isascii() for value in vars(ASCII).values())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0:00.000"),
        (59.9996, "1:00.000"),
        (3.52, "0:03.520"),
        (3599.9999, "1:00:00.000"),
        (36_000.5, "10:00:00.500"),
        (-0.25, "-0:00.250"),
    ],
)
def test_moments_are_rounded_as_a_whole(seconds: float, words: str) -> None:
    assert moment(seconds) == words


def test_all_of_something_is_never_claimed_for_less() -> None:
    assert [share_words(share) for share in (None, 0, 0.996, 1)] == ["", "0 %", "99 %", "100 %"]


def test_sizes_have_the_unit_that_suits_them() -> None:
    sizes = [bytes_words(size) for size in (999, 1500, 966_396, 2_500_000_000)]
    assert sizes == ["999 B", "1.5 kB", "966 kB", "2.5 GB"]
