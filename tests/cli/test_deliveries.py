"""vidiom verify: kept webhooks, secrets from the environment, and nothing of them shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vidiom.testing import sign
from vidiom.webhooks.styles import github_style

if TYPE_CHECKING:
    from tests.cli.conftest import Vidiom

SECRET = "canary-secret-of-32-characters-xx"
BODY = b'{"id": "j-1", "state": "done"}'


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "body.json"
    path.write_bytes(b'{"job_id": "5b0f6a4e", "status": "finished"}')
    return path


@pytest.fixture
def headers(tmp_path: Path) -> Path:
    path = tmp_path / "headers.txt"
    path.write_text(
        "POST /hooks HTTP/1.1\r\nContent-Type: application/json\r\nHost: me.example\r\n"
    )
    return path


def test_an_unsigned_delivery_is_shown_as_a_hint(vidiom: Vidiom, headers: Path, body: Path) -> None:
    done = vidiom("verify", "-p", "valossa", "--headers", headers, "--body", body, "--json")
    assert done.code == 0
    assert (done.document["verified"], done.document["vendor_id"]) == (False, "5b0f6a4e")
    plain = vidiom("verify", "-p", "valossa", "--headers", headers, "--body", body)
    assert "finished: job 5b0f6a4e, succeeded (not signed: a hint" in " ".join(plain.err.split())


def signed_files(tmp_path: Path, body: bytes = BODY) -> tuple[Path, Path]:
    pairs = sign("example", body, SECRET)
    headers, content = tmp_path / "headers.json", tmp_path / "signed.json"
    headers.write_text(json.dumps(dict(pairs)))
    content.write_bytes(body)
    return headers, content


def test_a_signed_delivery_is_verified_with_the_secrets_of_the_environment(
    vidiom: Vidiom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, content = signed_files(tmp_path)
    monkeypatch.setenv("VIDIOM_EXAMPLE_WEBHOOK_SECRET", f"a-newer-secret-than-that {SECRET}")
    arguments = ("verify", "-p", "example", "--headers", headers, "--body", content)
    done = vidiom(*arguments, "--json")
    assert (done.code, done.document["verified"], done.document["secret"]) == (0, True, 1)
    assert "verified with secret 2" in vidiom(*arguments).err
    content.write_bytes(BODY + b" ")
    refused = vidiom(*arguments, "--json")
    assert (refused.code, refused.document["error"]) == (1, "SignatureMismatch")
    monkeypatch.delenv("VIDIOM_EXAMPLE_WEBHOOK_SECRET")
    missing = vidiom(*arguments, "--json")
    assert (missing.code, missing.document["error"]) == (2, "WebhookNotConfigured")


def test_it_explains_why_and_shows_no_secret(
    vidiom: Vidiom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, content = signed_files(tmp_path)
    monkeypatch.setenv("VIDIOM_EXAMPLE_WEBHOOK_SECRET", SECRET)
    arguments = ("verify", "-p", "example", "--headers", headers, "--body", content, "--explain")
    assert "It verifies." in vidiom(*arguments).err
    content.write_bytes(BODY + b"\n")
    done = vidiom(*arguments)
    assert done.code == 1
    assert "the body was signed without the newline at its end" in " ".join(done.err.split())
    as_json = vidiom(*arguments, "--json")
    assert as_json.document["matches"][0]["body"] == "without the newline at its end"
    for shown in (done.err, as_json.out):
        assert SECRET not in shown
        assert dict(sign("example", BODY, SECRET))["X-Example-Signature"] not in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "no headers"), ("no colon", "no headers"), ("{broken", "no JSON"), ("[1]", "no JSON")],
)
def test_headers_that_are_none_are_a_usage_error(
    vidiom: Vidiom, headers: Path, body: Path, content: str, message: str
) -> None:
    headers.write_text(content)
    done = vidiom("verify", "-p", "valossa", "--headers", headers, "--body", body, "--json")
    assert done.code == 2
    assert message in done.document["message"]


def test_a_file_that_is_missing_is_a_usage_error(vidiom: Vidiom, body: Path) -> None:
    done = vidiom("verify", "-p", "valossa", "--headers", "nowhere", "--body", body, "--json")
    assert (done.code, done.document["error"]) == (2, "UsageError")


def test_a_signature_of_another_scheme_is_named(tmp_path: Path, vidiom: Vidiom) -> None:
    headers, content = signed_files(tmp_path)
    headers.write_text(json.dumps(list(sign(github_style(), BODY, SECRET))))
    done = vidiom("verify", "-p", "example", "--headers", headers, "--body", content, "--explain")
    assert "The header 'X-Example-Signature' is missing." in " ".join(done.err.split())
