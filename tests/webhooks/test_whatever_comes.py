"""Whatever comes ends in one class of errors, in constant time, and shows nothing."""

from __future__ import annotations

import ast
import base64
import hmac
import pickle
import traceback
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.webhooks.signed import (
    BODY,
    EACH_SCHEME,
    NOW,
    SCHEMES,
    SECRET,
    signed,
    with_header,
)

from vidiom.errors import (
    SignatureMismatch,
    WebhookError,
    WebhookNotConfigured,
)
from vidiom.webhooks import verification
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import SignatureScheme
from vidiom.webhooks.styles import bare_style
from vidiom.webhooks.verification import check_signature

# --- whatever comes -------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(codec=None)) | st.text(alphabet="v1,= t0aAéÿ.+/", max_size=60)


@EACH_SCHEME
@given(data=st.data())
def test_random_headers_and_bodies_give_only_errors_of_ours(
    scheme: SignatureScheme, secret: str, data: st.DataObject
) -> None:
    names = [scheme.header, scheme.timestamp_header, scheme.id_header, "X-Nonce"]
    pairs = st.tuples(st.sampled_from([name for name in names if name]), ANY_TEXT)
    headers = tuple(data.draw(st.lists(pairs, max_size=4)))
    body = data.draw(st.binary(max_size=200))
    with pytest.raises(WebhookError):
        check_signature(scheme, Delivery(headers, body, NOW), [secret])


@EACH_SCHEME
@given(data=st.data())
def test_one_changed_bit_of_body_key_or_digest_is_refused(
    scheme: SignatureScheme, secret: str, data: st.DataObject
) -> None:
    body = b"{" + data.draw(st.binary(min_size=1, max_size=80))
    delivery = signed(scheme, secret, body)
    changed = bytearray(body)
    bit = data.draw(st.integers(8, len(body) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignatureMismatch):
        check_signature(scheme, replace(delivery, body=bytes(changed)), [secret])
    key = bytearray(SECRET.encode())
    key[data.draw(st.integers(0, len(key) - 1))] ^= 1 << data.draw(st.integers(0, 4))
    other = "whsec_" + base64.b64encode(key).decode() if "whsec_" in secret else key.decode()
    with pytest.raises((SignatureMismatch, WebhookNotConfigured)):
        check_signature(scheme, delivery, [other])
    (value,) = delivery.header(scheme.header)
    at = len(value) - 5 - data.draw(st.integers(0, 20))
    flipped = value[:at] + ("A" if value[at] not in "aA" else "b") + value[at + 1 :]
    with pytest.raises(SignatureMismatch):
        check_signature(scheme, with_header(delivery, scheme.header, flipped), [secret])


@EACH_SCHEME
def test_every_truncation_of_a_signature_is_refused(scheme: SignatureScheme, secret: str) -> None:
    delivery = signed(scheme, secret)
    (value,) = delivery.header(scheme.header)
    for length in range(len(value)):
        with pytest.raises(WebhookError):
            check_signature(scheme, with_header(delivery, scheme.header, value[:length]), [secret])
    for length in (0, 1, 500, 1_000_000):
        longer = with_header(delivery, scheme.header, value + "0" + "x" * length)
        with pytest.raises(SignatureMismatch):
            check_signature(scheme, longer, [secret])


@pytest.mark.parametrize(
    "value", ["é", "v1,é", "sha256=é", "\xff\xfe", "\ud800", "\x00", "\u017fha256="]
)
@EACH_SCHEME
def test_a_header_beyond_ascii_is_a_mismatch(
    scheme: SignatureScheme, secret: str, value: str
) -> None:
    with pytest.raises(SignatureMismatch):
        check_signature(scheme, with_header(signed(scheme, secret), scheme.header, value), [secret])


# --- constant time --------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", [False, True])
@EACH_SCHEME
def test_only_the_comparison_in_constant_time_decides_and_over_bytes(
    scheme: SignatureScheme, secret: str, verdict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[object, object]] = []

    def spy(one: object, other: object) -> bool:
        compared.append((one, other))
        return verdict

    monkeypatch.setattr(verification, "compare_digest", spy)
    delivery = signed(scheme, secret, body=BODY)
    if verdict:
        wrong = replace(delivery, body=BODY + b" ")
        assert check_signature(scheme, wrong, [secret]).verified
    else:
        with pytest.raises(SignatureMismatch):
            check_signature(scheme, delivery, [secret])
    assert compared
    assert {type(one) for pair in compared for one in pair} == {bytes}


def test_every_secret_and_form_is_compared_whichever_matches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted: list[bool] = []
    real = hmac.compare_digest

    def counting(one: bytes, other: bytes) -> bool:
        counted.append(real(one, other))
        return counted[-1]

    monkeypatch.setattr(verification, "compare_digest", counting)
    scheme = replace(bare_style("S"), encoding="either")
    check_signature(scheme, signed(scheme), [SECRET, "second secret here", "third secret here"])
    assert len(counted) == 6


def test_no_other_operator_compares_in_the_module_of_digests() -> None:
    tree = ast.parse(Path(verification.__file__).read_text())
    function = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "_matching"
    )
    compared = [ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Compare)]
    assert compared == ["encoding == 'hex'", "used is None"]


# --- nothing is shown -----------------------------------------------------------------------------


def refusals() -> list[tuple[SignatureScheme, Delivery, list[str]]]:
    """One delivery for each way to be refused."""
    body = b'{"embedding": "canary-embedding"}'
    found: list[tuple[SignatureScheme, Delivery, list[str]]] = []
    for scheme, secret in SCHEMES.values():
        good = signed(scheme, secret, body)
        found += [
            (scheme, replace(good, body=body + b" "), [secret]),
            (scheme, replace(good, headers=()), [secret]),
            (scheme, replace(good, received_at=NOW + timedelta(days=9)), [secret + "x"]),
            (scheme, good, [secret, ""]),
            (scheme, with_header(good, scheme.header, "é canary-header"), [secret]),
        ]
    bad_key = replace(bare_style("S"), key_encoding="hex")
    return [*found, (bad_key, Delivery((), body, NOW), [SECRET])]


def test_no_secret_signature_or_body_is_in_an_error_or_repr() -> None:
    for scheme, delivery, secrets in refusals():
        with pytest.raises(WebhookError) as caught:
            check_signature(scheme, delivery, secrets)
        error = caught.value
        shown = "".join(traceback.format_exception(error)) + repr(error) + str(error)
        shown += repr(pickle.dumps(error.args)) + repr(delivery) + repr(scheme)
        assert error.__cause__ is None
        for value in ("canary", *(value for _, value in delivery.headers if len(value) > 20)):
            assert value not in shown
