"""What only a process of its own can show: signals, pipes, encodings, what is loaded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
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
        out, err = process.communicate(timeout=TIMEOUT)
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
    import sys

    code = (
        "import sys; from vidiom.cli import main; main(['--help']); "
        "print(*sorted({'rich', 'pydantic', 'httpx', 'msgspec', 'sqlalchemy', 'pluggy'} "
        "& set(sys.modules)), file=sys.stderr)"
    )
    done = finished([sys.executable, "-c", code])
    assert done.stderr.split() == []
