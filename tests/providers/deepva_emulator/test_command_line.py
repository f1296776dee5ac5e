"""The command line against the emulator: results, exit codes, and the emulator as a command."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.providers.deepva_emulator.customer import KEY, URL
from tests.providers.deepva_emulator.shop import Shop, opened

from vidiom.cli import main
from vidiom.flow.http import http_library
from vidiom_deepva.emulator import Fault

Run = Callable[..., tuple[int, Any, str]]

TIMEOUT = 60


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command with ``--json`` in this process: exit code, document, messages."""

    def told(shop: Shop, *words: str | Path) -> tuple[int, Any, str]:
        for name, value in shop.environment.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = main([*map(str, words), "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out), err

    return told


ANALYZE = ("analyze", URL, "-p", "deepva", "-f", "faces", "-f", "text")


def test_a_result_is_one_document(run: Run) -> None:
    with opened() as shop:
        code, document, _ = run(shop, *ANALYZE)
    assert code == 0
    kinds = [one["kind"] for one in document["detections"]]
    assert (kinds.count("face"), kinds.count("text")) == (5, 5)
    assert document["provenance"]["provider"] == "deepva"


def test_a_film_of_this_machine_is_uploaded(run: Run, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"a film of some bytes")
    with opened() as shop:
        code, document, _ = run(shop, "analyze", film, "-p", "deepva", "-f", "shots")
        (stored,) = [one for one in shop.vendor.folder.iterdir() if one.is_file()]
        assert stored.read_bytes() == b"a film of some bytes"
    assert code == 0
    assert len([one for one in document["detections"] if one["kind"] == "shot"]) == 6


@pytest.mark.parametrize(
    ("fault", "error", "exit_code"),
    [
        (Fault(kind="job_failed"), "JobFailed", 1),
        (Fault(kind="job_deleted"), "JobExpired", 1),
        (Fault(kind="server_error", status=400, form="fields"), "RequestRejected", 1),
        (Fault(kind="server_error", status=401, form="list"), "AuthenticationFailed", 2),
        (Fault(kind="lost_answer", function="create_job"), "SubmissionUnanswered", 1),
    ],
)
def test_what_goes_wrong_is_one_document_too_and_holds_no_key(
    run: Run, fault: Fault, error: str, exit_code: int
) -> None:
    with opened(fault) as shop:
        code, document, messages = run(shop, *ANALYZE)
    assert (code, document["error"], document["provider"]) == (exit_code, error, "deepva")
    assert KEY not in f"{document} {messages}"


def test_a_job_whose_answer_was_lost_is_resumed_and_bought_once(run: Run) -> None:
    with opened(Fault(kind="lost_answer", function="create_job")) as shop:
        assert run(shop, *ANALYZE)[0] == 1
        code, listed, _ = run(shop, "list")
        (job,) = listed["jobs"]
        code, document, _ = run(shop, "wait", job["id"])
        assert (code, document["provenance"]["provider"]) == (0, "deepva")
        assert shop.bought == 1


def test_the_doctor_finds_the_emulator_as_the_adapter_assumes_it(run: Run) -> None:
    with opened() as shop:
        code, report, _ = run(shop, "doctor", "-p", "deepva")
    assert code == 0
    assert KEY not in str(report)


# --- the emulator as a command -------------------------------------------------------------------


@contextmanager
def emulating(*words: str, **variables: str) -> Iterator[str]:
    """``vidiom emulate deepva`` as a process; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = "import sys; from vidiom.cli import main; sys.exit(main())"
    arguments = [sys.executable, "-c", command, "emulate", "deepva", "--port", str(port), *words]
    with subprocess.Popen(
        arguments, stderr=subprocess.PIPE, env={**os.environ, **variables}
    ) as process:
        try:
            transport = http_library().HTTPTransport(retries=20)
            with http_library().Client(transport=transport) as client:
                client.get(f"http://127.0.0.1:{port}/_emulator/state", timeout=TIMEOUT)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(TIMEOUT)


def test_the_command_serves_the_vendor_with_its_key_seed_and_faults() -> None:
    words = ("--seed", "5", "--fault", "rate_limited; retry_after=9; function=list_jobs")
    with emulating(*words, VIDIOM_EMULATOR_KEY="made up") as address:
        headers = {"Authorization": "Key made up"}
        with http_library().Client(base_url=f"{address}/api/v1", headers=headers) as client:
            refused = client.get("/jobs/")
            body = {"sources": [URL], "modules": {"qrcode_detection": {}}}
            jobs = [client.post("/jobs/", json=body).json()["id"]]
            assert client.get("/jobs/").json()["total"] == 1
            assert client.get("/jobs/", headers={"Authorization": "Key x"}).status_code == 401
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "9")
    with emulating("--seed", "5", VIDIOM_EMULATOR_KEY="made up") as address:
        again = http_library().post(f"{address}/api/v1/jobs/", json=body, headers=headers)
        jobs.append(again.json()["id"])
    assert jobs[0] == jobs[1]


def test_the_command_refuses_a_fault_that_there_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["emulate", "deepva", "--fault", "gremlins", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert (code, document["error"]) == (2, "UsageError")
    assert "lying_next" in document["message"]
