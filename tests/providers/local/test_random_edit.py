"""A film that is edited by chance: what the generator knows, the analysis must find."""

from __future__ import annotations

import pytest
from tests.providers.local.local_answers import Worked

FRAMES = 2 / 25


def test_every_cut_is_found_to_two_frames_and_none_is_invented(worked: Worked) -> None:
    found = [shot.start for shot in worked.edit.shots.shots[1:]]
    assert found == pytest.approx(worked.film.cuts, abs=FRAMES)


def test_all_captions_but_one_at_most_are_read(worked: Worked) -> None:
    read = {line.text.replace(" ", "") for line in worked.edit.text.lines}
    missed = [c.text for c in worked.film.captions if c.text.replace(" ", "") not in read]
    assert len(worked.film.captions) >= 4
    assert len(missed) <= 1, missed


def test_the_captions_that_are_read_begin_and_end_within_a_fifth_of_a_second(
    worked: Worked,
) -> None:
    for caption in worked.film.captions:
        for line in worked.edit.text.lines:
            if line.text.replace(" ", "") == caption.text.replace(" ", ""):
                assert line.start == pytest.approx(caption.start, abs=0.2)
                assert line.end == pytest.approx(caption.end, abs=0.2)


def test_no_text_is_read_that_nobody_wrote(worked: Worked) -> None:
    written = {c.text.replace(" ", "") for c in worked.film.captions}
    read = {line.text.replace(" ", "") for line in worked.edit.text.lines}
    assert len(read - written) <= 1
