"""Cassettes: conversations with a vendor, recorded once without secrets, played back offline."""

from __future__ import annotations

import base64
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote

from vidiom.errors import MissingExtra
from vidiom.schema.media import redacted_url
from vidiom.testing.scrubbing import Scrubber
from vidiom.testing.waiting import no_waiting

__all__ = ["RECORD", "Tape", "UnrecordedRequest", "cassette", "secrets_in"]

RECORD: Final = "RECORD_CASSETTES"
"""Set this environment variable to record; otherwise cassettes are only played."""


_SHORTEST: Final = 8


class UnrecordedRequest(AssertionError):
    """A test asked for something that its cassette does not hold."""


class Tape(Protocol):
    """A cassette while it plays."""

    @property
    def play_count(self) -> int:
        """Answers given so far."""

    def __len__(self) -> int:
        """How many answers there are."""


@contextmanager
def cassette(
    path: str | os.PathLike[str], *, secrets: Collection[str] = (), record: bool | None = None
) -> Iterator[Tape]:
    """Within the block every request is answered from a file, and nobody waits.

    Nothing goes out: a request that the file does not hold raises :class:`UnrecordedRequest`,
    and a file that was played only in part fails the test. With ``RECORD_CASSETTES=1`` the requests
    go to the vendor, and the file is written anew, without what may be secret.

    Args:
        path: The file, ``cassettes/<provider>/<scenario>.yaml``.
        secrets: What must not be in the file, whatever it is called; keys of the account.
        record: Record or play, whatever the environment says.

    Raises:
        MissingExtra: vcrpy is not installed.
    """
    file = Path(path)
    recording = bool(os.environ.get(RECORD)) if record is None else record
    if recording:
        file.unlink(missing_ok=True)
    elif not file.exists():
        raise UnrecordedRequest(f"there is no cassette {file.name}; record it with {RECORD}=1.")
    recorder = _recorder(Scrubber(secrets), recording=recording)
    waiting = nullcontext() if recording else no_waiting()
    with waiting, recorder.use_cassette(str(file)) as tape:
        if not recording:
            _refuse_the_unrecorded(tape, file.name)
        yield tape
        if not recording and not tape.all_played:
            raise AssertionError(
                f"{file.name} holds {len(tape)} answers, and {tape.play_count} were asked for."
            )
    if recording:
        _must_be_clean(file, secrets)


def _recorder(scrub: Scrubber, *, recording: bool) -> Any:  # noqa: ANN401 - vcrpy has no types
    try:
        import vcr  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtra("cassettes need vcrpy.", extra="testing") from None
    return vcr.VCR(
        record_mode="all" if recording else "none",
        match_on=["method", "path", "query", "body"],
        before_record_request=scrub.request,
        before_record_response=scrub.response,
        decode_compressed_response=True,
    )


def _refuse_the_unrecorded(tape: Any, name: str) -> None:  # noqa: ANN401 - vcrpy has no types
    """Say what is missing in our words: vcrpy's would show the request as it is, key and all."""
    can_play = tape.can_play_response_for

    def check(request: Any) -> bool:  # noqa: ANN401
        if can_play(request):
            return True
        where = f"{request.method} {redacted_url(request.url)}"
        raise UnrecordedRequest(
            f"{name} holds no (further) answer to {where}. Is the request another one than when "
            f"it was recorded? Record anew with {RECORD}=1."
        )

    tape.can_play_response_for = check


def _must_be_clean(file: Path, secrets: Collection[str]) -> None:
    if file.exists() and secrets_in(file, secrets):
        file.unlink()
        raise AssertionError(f"a secret got into {file.name}; it was removed again.")


def secrets_in(path: str | os.PathLike[str], secrets: Collection[str]) -> list[str]:
    """Which of the secrets are in a cassette: as they are, percent-encoded, or within base64."""
    import yaml  # noqa: PLC0415 - an extra

    text = Path(path).read_text(encoding="utf-8")
    # Binary bodies are base64 in the file; loaded, they can be looked into.
    texts = (text, repr(yaml.safe_load(text)))
    return [
        secret
        for secret in secrets
        if any(form in one for form in _disguises(secret) for one in texts)
    ]


def _disguises(secret: str) -> Iterator[str]:
    if not secret:
        return
    yield secret
    yield quote(secret, safe="")
    for offset in range(3):  # base64 looks different at each of three places
        encoded = base64.b64encode(b"\0" * offset + secret.encode()).decode()
        inner = encoded.rstrip("=")[(0, 2, 3)[offset] : -1]
        if len(inner) >= _SHORTEST:
            yield inner
