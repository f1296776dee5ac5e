"""What only a process of its own can show: signals, pipes, encodings, what is loaded."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

TIMEOUT = 60


@pytest.fixture(autouse=True)
def _plugins(plugins: list[str]) -> None:
    """The fake provider is installed for the processes."""


def finished(
    script: list[str], *arguments: str | Path, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*script, *map(str, arguments)],
        capture_output=True,
        check=False,
        timeout=TIMEOUT,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def as_from_a_terminal() -> Iterator[None]:
    """Where tests run in the background, Ctrl-C is ignored, and processes inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("as_from_a_terminal")
def test_ctrl_c_in_the_middle_ends_with_130_and_the_job_goes_on(
    script: list[str], clip: Path
) -> None:
    words = [*script, "analyze", str(clip), "-p", "fake", "--option", "ending=never", "--json"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"vidiom: ")
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
    assert process.returncode == 130
    assert json.loads(out)["error"] == "Interrupted"
    assert b"Traceback" not in err
    jobs = json.loads(finished(script, "list", "--json").stdout)["jobs"]
    assert [job["state"] for job in jobs] == ["running"]
    assert f"vidiom wait {jobs[0]['id']}".encode() in err


@pytest.mark.parametrize("arguments", [["--help"], ["providers"], ["schema", "result"]])
def test_a_reader_that_leaves_ends_it_quietly(script: list[str], arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen([*script, *arguments], stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        _, err = process.communicate(timeout=TIMEOUT)
    assert err == b""
    assert process.returncode == 141


def test_a_reader_of_messages_that_leaves_does_not_stop_the_work(
    script: list[str], clip: Path
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    words = [*script, "analyze", str(clip), "-p", "fake", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=writer) as process:
        os.close(writer)
        out, _ = process.communicate(timeout=TIMEOUT)
    assert json.loads(out)["detections"]


def test_streams_that_are_closed_are_no_error(script: list[str]) -> None:
    shell = ["sh", "-c", '"$@" >&- 2>&-', "sh", *script, "list"]
    assert subprocess.run(shell, check=False, timeout=TIMEOUT).returncode == 0


def on_terminal(script: list[str], *arguments: str | Path, **variables: str) -> str:
    """What a terminal shows on stderr."""
    ours, theirs = pty.openpty()
    words = [*script, *map(str, arguments)]
    environment = os.environ | {"TERM": "xterm-256color"} | variables
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=theirs, stdin=theirs, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        # Reading ends with an error on Linux when the other side is closed.
        with suppress(OSError):
            while chunk := os.read(ours, 4096):
                shown += chunk
        os.close(ours)
        process.wait(timeout=TIMEOUT)
    return shown.decode()


def test_a_terminal_shows_a_bar_that_goes_away(script: list[str], clip: Path) -> None:
    shown = on_terminal(script, "analyze", clip, "-p", "fake")
    assert "━" in shown
    assert "vidiom: looking" not in shown
    assert shown.rstrip().endswith("gives all of it.")


@pytest.mark.parametrize(("variables", "red"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_errors_are_red_unless_nobody_wants_colour(
    script: list[str], variables: dict[str, str], red: bool
) -> None:
    shown = on_terminal(script, "analyze", "missing.mp4", "-p", "fake", **variables)
    assert ("\x1b[31merror:" in shown) is red


def test_a_terminal_without_unicode_gets_a_page_in_ascii(script: list[str], clip: Path) -> None:
    done = finished(script, "analyze", clip, "-p", "fake", PYTHONIOENCODING="ascii", COLUMNS="60")
    assert done.returncode == 0
    page = done.stdout.decode("ascii")
    assert "####====" in page.replace("#" * 9, "#")
    assert r"CAF\xc9" in page


def test_json_is_utf_8_whatever_the_terminal(script: list[str], clip: Path) -> None:
    done = finished(script, "analyze", clip, "-p", "fake", "--json", PYTHONIOENCODING="latin-1")
    texts = [one["text"] for one in json.loads(done.stdout)["detections"] if one["kind"] == "text"]
    assert texts == ["CAFÉ \x1b[31m日本"]


def test_help_loads_neither_the_library_nor_rich() -> None:
    code = (
        "import sys; from vidiom.cli import main; main(['--help']); "
        "print(*sorted({'rich', 'pydantic', 'httpx', 'msgspec', 'sqlalchemy', 'pluggy'} "
        "& set(sys.modules)), file=sys.stderr)"
    )
    done = finished([sys.executable, "-c", code])
    assert done.stderr.split() == []
