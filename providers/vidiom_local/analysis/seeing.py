"""The picture lane: one decoding pass that feeds every visual detector."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vidiom_local.analysis.black import BlackDetector
from vidiom_local.analysis.colors import ColorDetector
from vidiom_local.analysis.decoding import DecodingTally, pictures
from vidiom_local.analysis.edit import EditDetector
from vidiom_local.analysis.faces import FaceDetector
from vidiom_local.analysis.freeze import FreezeDetector
from vidiom_local.analysis.guard import guarded
from vidiom_local.analysis.plan import missing
from vidiom_local.analysis.text import TextDetector
from vidiom_local.analysis.thumbnails import Candidate, ThumbnailDetector
from vidiom_local.wire import (
    FacesPart,
    FaceTrack,
    PicturePart,
    Problem,
    Shot,
    ShotsPart,
    Span,
    TextLine,
    TextPart,
    Thumbnail,
    Transition,
)

if TYPE_CHECKING:
    from pathlib import Path

    from vidiom_local.analysis.models import Models
    from vidiom_local.analysis.opening import Facts
    from vidiom_local.analysis.parts import Parts
    from vidiom_local.analysis.picture import Picture
    from vidiom_local.analysis.plan import Plan
    from vidiom_local.analysis.watch import Watch

__all__ = ["LANE", "Seeing", "cost"]

LANE = "pictures"
FLUSH_SECONDS = 15.0
"""How much work a crash can lose: parts are written at least this often."""


def cost(plan: Plan) -> float:
    """How heavy this lane is, next to the sound lane, on the plan's features."""
    return 1.0 + 4.0 * plan.wants("text") + 2.0 * plan.wants("faces")


class Seeing:
    """Runs the detectors over the pictures and writes what they find."""

    def __init__(self, path: Path, facts: Facts, plan: Plan, models: Models, parts: Parts) -> None:
        self._path, self._facts, self._plan, self._parts = path, facts, plan, parts
        self.tally = DecodingTally()
        still = facts.kind == "image"
        absent = missing(plan.features)
        rate = float(facts.rate) if facts.rate else 25.0
        # The edit is always followed: colours, faces and thumbnails are told by shot.
        asked = plan.features | {"shots"}
        self._edit = guarded("shots", lambda: EditDetector(rate), asked, absent)
        self._black = guarded("black", BlackDetector, asked, absent)
        self._freeze = guarded("freeze", FreezeDetector, asked, absent)
        self._colors = guarded("colors", ColorDetector, asked, absent)
        self._thumbnails = guarded("thumbnails", ThumbnailDetector, asked, absent)
        self._models = models
        self._text = guarded(
            "text", lambda: TextDetector(models.reader(), still=still), asked, absent
        )
        self._faces = guarded("faces", self._new_faces, asked, absent)
        self._saved_thumbnails: list[Thumbnail] = []

    def _new_faces(self) -> FaceDetector:
        finder = self._models.finder()
        still = self._facts.kind == "image"
        return FaceDetector(finder, sure=self._models.finder_sure, still=still)

    def run(self, watch: Watch) -> None:
        total = self._facts.container_seconds or 0.0
        flushed = time.monotonic()
        for picture in pictures(self._path, self._facts, self.tally):
            if watch.stopped():
                return
            self._feed(picture)
            if total:
                watch.advance(LANE, fraction=picture.end / total, media_seconds=picture.end)
            if time.monotonic() - flushed > FLUSH_SECONDS:
                self.write(complete=False)
                flushed = time.monotonic()

    def write(self, *, complete: bool) -> None:
        """Everything found so far, as parts."""
        shots, transitions = self._edit_now()
        settled = self.tally.end + 1 if complete else self._settled()
        self._save_thumbnails(shots, settled)
        if self._plan.wants("shots"):
            self._write_shots(shots, transitions, complete=complete)
        if self._plan.wants("black", "freeze", "colors", "thumbnails"):
            self._write_picture(shots, complete=complete)
        if self._plan.wants("text"):
            self._write_text(complete=complete)
        if self._plan.wants("faces"):
            self._write_faces(shots, complete=complete)

    def _feed(self, picture: Picture) -> None:
        self._edit.tell(lambda detector: detector.feed(picture))
        self._black.tell(lambda detector: detector.feed(picture))
        self._freeze.tell(lambda detector: detector.feed(picture))
        self._colors.tell(lambda detector: detector.feed(picture))
        self._thumbnails.tell(lambda detector: detector.feed(picture))
        self._text.tell(lambda detector: detector.feed(picture))
        self._faces.tell(lambda detector: detector.feed(picture))

    def _edit_now(self) -> tuple[list[Shot], list[Transition]]:
        if self._facts.kind == "image":
            return [Shot(0.0, self.tally.end, 0, 1)] if self.tally.end else [], []
        nothing: tuple[list[Shot], list[Transition]] = ([], [])
        shots, transitions = self._edit.ask(lambda detector: detector.finish(), nothing)
        whole = Shot(0.0, self.tally.end, 0, self.tally.frame_count)
        return (shots or ([whole] if self.tally.end else [])), transitions

    def _settled(self) -> float:
        return self._edit.ask(lambda detector: detector.settled(), 0.0)

    def _covered(self) -> float | None:
        return None if self._facts.kind == "image" else self.tally.end

    def _save_thumbnails(self, shots: list[Shot], settled: float) -> None:
        none: list[tuple[int, Candidate]] = []
        ready = self._thumbnails.ask(lambda d: d.chosen(shots, settled=settled), none)
        for number, chosen in ready:
            name = self._parts.write_binary(f"thumbnails/{number}", chosen.data)
            self._saved_thumbnails.append(
                Thumbnail(name, chosen.time, number, chosen.width, chosen.height)
            )

    def _write_shots(
        self, shots: list[Shot], transitions: list[Transition], *, complete: bool
    ) -> None:
        still = self._facts.kind == "image"
        opening = self._parts.opening(
            "shots",
            problems=self._edit.problems(),
            complete=complete,
            covered=self._covered(),
        )
        self._parts.write(
            ShotsPart(**opening, shots=[] if still else shots, transitions=transitions)
        )

    def _write_picture(self, shots: list[Shot], *, complete: bool) -> None:
        still = self._facts.kind == "image"
        watched = (self._black, self._freeze, self._colors, self._thumbnails)
        problems = [problem for detector in watched for problem in detector.problems()]
        opening = self._parts.opening(
            "picture", problems=problems, complete=complete, covered=self._covered()
        )
        none: list[Span] = []
        black = self._black.ask(lambda d: d.finish(), none)
        freeze = self._freeze.ask(lambda d: d.finish(), none)
        self._parts.write(
            PicturePart(
                **opening,
                black=[] if still else black,
                freeze=[] if still else freeze,
                colors=self._colors.ask(lambda d: d.finish(shots), []),
                thumbnails=list(self._saved_thumbnails),
            )
        )

    def _write_text(self, *, complete: bool) -> None:
        none: list[TextLine] = []
        lines = self._text.ask(lambda detector: detector.finish(), none)
        opening = self._parts.opening(
            "text", problems=self._text.problems(), complete=complete, covered=self._covered()
        )
        self._parts.write(TextPart(**opening, lines=lines))

    def _write_faces(self, shots: list[Shot], *, complete: bool) -> None:
        none: list[FaceTrack] = []
        tracks = self._faces.ask(lambda detector: detector.finish(shots), none)
        opening = self._parts.opening(
            "faces",
            problems=self._faces.problems(),
            complete=complete,
            covered=self._covered(),
            parameters={"finder": self._models.finder_name},
        )
        self._parts.write(FacesPart(**opening, tracks=tracks))

    def problems(self) -> list[Problem]:
        """What went wrong in each detector."""
        pictures_only = (self._edit, self._black, self._freeze, self._colors, self._thumbnails)
        detectors = (*pictures_only, self._text, self._faces)
        return [problem for detector in detectors for problem in detector.problems()]
