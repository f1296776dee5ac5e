"""Files that modules make: subtitles, a document, and a heatmap."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from vidiom_deepva.emulation import scene
from vidiom_deepva.emulation.rows import Arguments, File

__all__ = ["heatmap", "speech_files", "srt"]

Word = tuple[str, float, float]
"""Text, start and end."""

Line = tuple[float, float, str, Sequence[Word]]
"""Start, end, text and words."""


def srt(lines: Sequence[Line], *, underlined: bool) -> bytes:
    """SubRip; underlined, with one entry for each word (https://docs.deepva.com/mining-modules)."""
    entries = [*(_by_word(lines) if underlined else _by_line(lines))]
    numbered = (
        f"{number}\n{_clock(start)} --> {_clock(end)}\n{text}\n"
        for number, (start, end, text) in enumerate(entries, 1)
    )
    return "\n".join(numbered).encode()


def _by_line(lines: Sequence[Line]) -> Iterator[tuple[float, float, str]]:
    for start, end, text, _ in lines:
        yield start, end, text


def _by_word(lines: Sequence[Line]) -> Iterator[tuple[float, float, str]]:
    for start, end, text, words in lines:
        if not words:
            yield start, end, text
        for number, (_, begin, stop) in enumerate(words):
            marked = [
                f"<u>{word}</u>" if place == number else word
                for place, (word, _, _) in enumerate(words)
            ]
            yield begin, stop, " ".join(marked)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02}:{minutes:02}:{whole:02},{milliseconds:03}"


def speech_files(lines: Sequence[Line], arguments: Arguments) -> list[File]:
    """What ``dump_srt`` and ``dump_docx`` ask for."""
    files = []
    if arguments.get("dump_srt"):
        underlined = bool(arguments.get("underline_words_in_srt"))
        content = srt(lines, underlined=underlined)
        files.append(File("transcript.srt", content, "application/x-subrip"))
    if arguments.get("dump_docx"):
        # no document: nothing reads it, and the vendor's is not described
        text = "\n".join(text for _, _, text, _ in lines).encode()
        files.append(File("transcript.docx", text, "application/octet-stream"))
    return files


def heatmap(arguments: Arguments) -> list[File]:
    """What ``dump_heatmap`` asks for."""
    if not arguments.get("dump_heatmap"):
        return []
    return [File("heatmap.png", base64.b64decode(scene.TINY_PICTURE), "image/png")]
