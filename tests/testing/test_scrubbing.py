"""Secrets are told by their names or by what they are, and nothing else is touched."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidiom.testing.scrubbing import REMOVED, Scrubber, is_secret_name

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "X-Api-Key",
        "api_key",
        "apiKey",
        "APIKey",
        "apikey",
        "access_token",
        "refreshToken",
        "client_secret",
        "Set-Cookie",
        "X-Amz-Signature",
        "password",
        "X-Goog-Credential",
    ],
)
def test_a_telling_name(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "keywords",
        "keyword",
        "key",
        "author",
        "authority",
        "monkey",
        "tokenizer",
        "design",
        "id",
        "",
    ],
)
def test_a_harmless_name(name: str) -> None:
    assert not is_secret_name(name)


def test_json_without_secrets_keeps_its_bytes() -> None:
    body = b'{ "a" : [1, 2.50] , "url":"https://a.example/?page=1" }'
    assert Scrubber([SECRET]).content(body) == body


def test_secrets_are_found_at_any_depth_by_name_and_by_value() -> None:
    body = msgspec.json.encode(
        {"a": [{"password": "x", "note": f"it is {SECRET}", "n": 1}], SECRET: None}
    )
    clean = msgspec.json.decode(Scrubber([SECRET]).content(body))
    assert clean == {
        "a": [{"password": REMOVED, "note": f"it is {REMOVED}", "n": 1}],
        REMOVED: None,
    }


def test_signed_addresses_lose_their_signature_and_user() -> None:
    scrub = Scrubber()
    assert scrub.url("https://u:p@a.example/x?X-Amz-Signature=1&n=2") == (
        f"https://a.example/x?X-Amz-Signature={REMOVED}&n=2"
    )
    assert scrub.url("https://a.example/x?n=a%20b") == "https://a.example/x?n=a%20b"


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange(body: bytes) -> None:
    scrub = Scrubber([SECRET])
    assert SECRET.encode() not in scrub.content(body)
    for content_type in ("application/json", "multipart/form-data; boundary=x", "video/mp4"):
        scrub.sent(body, content_type)


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_what_is_clean_stays_as_it_is(before: str, after: str) -> None:
    scrub = Scrubber([SECRET])
    once = scrub.content(f"{before}{SECRET}{after}".encode())
    assert scrub.content(once) == once
