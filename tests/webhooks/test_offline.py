"""What frameworks hand over, and verifying without a client."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from tests.webhooks.signed import (
    BODY,
    NOW,
    SECRET,
    signed,
)

import vidiom
from vidiom.errors import (
    SignatureMismatch,
    UsageError,
    WebhookError,
)
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.headers import HeadersInput
from vidiom.webhooks.styles import github_style
from vidiom.webhooks.verification import check_signature

# --- what frameworks hand over --------------------------------------------------------------------


def test_headers_of_every_container_are_read_alike() -> None:
    scheme = github_style()
    ((name, value),) = signed(scheme).headers
    environ = {
        "wsgi.version": (1, 0),
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
        "HTTP_X_HUB_SIGNATURE_256": value,
    }

    class Several(dict[str, object]):
        def multi_items(self) -> list[tuple[str, str]]:
            return [(name, value), (name, "sha256=0")]

    for headers in (
        {name: value},
        {name.lower(): [value]},
        [(name.upper(), value)],
        [(name.lower().encode(), value.encode())],
        iter([(name, value)]),
        environ,
    ):
        delivery = Delivery.of(headers, bytearray(BODY), received_at=NOW)
        assert check_signature(scheme, delivery, [SECRET]).verified
    several = Delivery.of(Several({name: value}), BODY, received_at=NOW)
    with pytest.raises(SignatureMismatch, match="several values"):
        check_signature(scheme, several, [SECRET])


@pytest.mark.parametrize("body", [{"a": 1}, "text", None, [1], memoryview])
def test_what_a_framework_has_parsed_is_refused_with_the_call_to_make(body: object) -> None:
    with pytest.raises(UsageError, match=r"get_data\(\).*request.body.*await request.body\(\)"):
        Delivery.of({}, body)  # type: ignore[arg-type]


@pytest.mark.parametrize("headers", [{"a": object()}, 5, ["ab", "c"], [("a",)], [(1, 2)]])
def test_what_are_no_headers_is_refused(headers: HeadersInput) -> None:
    with pytest.raises(UsageError, match="headers are"):
        Delivery.of(headers, b"")


def test_a_time_of_arrival_has_a_zone() -> None:
    with pytest.raises(UsageError, match="time zone"):
        Delivery.of({}, b"", received_at=NOW.replace(tzinfo=None))


def test_a_delivery_shows_neither_headers_nor_body() -> None:
    shown = repr(Delivery.of({"X-Secret": "canary"}, b"canary", callback_id="id-1"))
    assert "canary" not in shown
    assert "id-1" in shown
    assert Delivery.of({}, b"x").body_sha256 == hashlib.sha256(b"x").hexdigest()


# --- vidiom.verify --------------------------------------------------------------------------------

VALOSSA = b'{"job_id": "5b0f6a4e-9d0c-4c58-8f0e-2c1a7d3e9b11", "status": "finished"}'


def test_a_delivery_of_a_vendor_that_does_not_sign_is_a_hint() -> None:
    update = vidiom.verify("valossa", headers={}, body=VALOSSA)
    assert (update.verified, update.event) == (False, "finished")
    assert update.status is not None
    assert update.status.state == "succeeded"


def test_a_provider_without_webhooks_says_so() -> None:
    with pytest.raises(vidiom.VidiomError, match="receives no webhooks"):
        vidiom.verify("local", headers={}, body=b"{}")


@given(body=st.binary(max_size=100) | st.sampled_from([b"null", b"[]", b'{"job_id": 5}']))
def test_an_unreadable_body_is_a_webhook_error(body: bytes) -> None:
    with pytest.raises(WebhookError):
        vidiom.verify("valossa", headers={}, body=body)


def test_the_scheme_and_not_the_adapter_says_whether_it_is_verified() -> None:
    scheme = github_style()
    headers = signed(scheme, body=VALOSSA).headers
    update = vidiom.verify(
        "valossa", headers=headers, body=VALOSSA, secrets=[SecretStr(SECRET)], scheme=scheme
    )
    assert update.verified
    with pytest.raises(SignatureMismatch) as caught:
        vidiom.verify("valossa", headers=headers, body=VALOSSA, secrets=["other"], scheme=scheme)
    assert (caught.value.provider, caught.value.operation) == ("valossa", "verify")
