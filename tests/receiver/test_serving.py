"""`vidiom serve` as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


def asked(url: str, body: bytes | None = None) -> int | None:
    """The status; ``None`` as long as nobody listens."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def test_it_serves_below_the_path_of_the_callback_url_and_ends_when_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "VIDIOM_HOME": str(tmp_path),
        "VIDIOM_CALLBACK_URL": "https://me.example/hooks",
        "VIDIOM_DEEPVA_WEBHOOK_SECRET": "canary-secret-of-the-account-0123456",
    }
    command = [
        sys.executable,
        "-c",
        "from vidiom.cli import main; main()",
        "serve",
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        base = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 30
        while asked(f"{base}/healthz") is None and time.monotonic() < deadline:
            assert process.poll() is None
        assert asked(f"{base}/readyz") == 200
        assert asked(f"{base}/hooks/deepva/canary-path", b'{"id": "canary-body"}') == 401
        assert asked(f"{base}/deepva/canary-path", b"{}") == 404
        process.send_signal(signal.SIGTERM)
        out, log = process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGTERM)
    assert out == ""
    assert "POST deepva 401 SignatureMissing" in log
    assert "canary" not in log
