"""Writes the published vectors: every digest is computed by openssl, outside of the library.

Run from the root of the project: ``python tests/webhooks/make_vectors.py``.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "src/vidiom/testing/webhook_vectors.json"

BODIES = {
    "small": b'{"job_id":"video_7f3a19c2","status":"finished"}',
    # parsing and dumping this again changes its bytes
    "escapes": b'{"job_id": "video_1", "status": "finished", "url": "https:\\/\\/x.example\\/a", '
    b'"name": "K\\u00e4se", "at": 6.480, "share": 5e-2}\n',
    "no UTF-8": b'\xff{"job_id": "video_1"}',
    "empty": b"",
    "DeepVA": b'{"event": "on_completed", "timestamp": 1718098221.931204, "data": {"job": {"id": '
    b'"3f2b6a54-8c1e-4d0a-9a77-5b1f0c9d2e41", "tag": "asset-000417", "state": "completed", '
    b'"progress": 1.0}}}',
}
MOMENT = 1718098222
SECRET = "example-shared-secret"  # noqa: S105 - published
OLD = "example-previous-secret"
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def hmac(digest: str, key: bytes, message: bytes) -> bytes:
    """The HMAC of a message, by openssl; a key is padded with zeros, so that none is one zero."""
    key = key or b"\0"
    command = ["openssl", "dgst", f"-{digest}", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}"]
    return subprocess.run(  # noqa: S603 - our own words
        [*command, "-binary"], input=message, capture_output=True, check=True
    ).stdout


def plain_hash(digest: str, message: bytes) -> bytes:
    """A hash without a key, by openssl."""
    command = ["openssl", "dgst", f"-{digest}", "-binary"]
    done = subprocess.run(command, input=message, capture_output=True, check=True)  # noqa: S603
    return done.stdout


def b64(data: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(data).decode()


@dataclass
class Vector:
    """One signed request, and whether it is to be accepted."""

    name: str
    scheme: Mapping[str, Any]
    body: bytes
    headers: list[list[str]]
    secrets: list[str] = field(default_factory=lambda: [SECRET])
    accepted: bool = True
    refused_because: str | None = None

    def written(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "name": self.name,
            "scheme": dict(self.scheme),
            "secrets": self.secrets,
            "received_at": MOMENT + 2,
            "headers": self.headers,
            "body_base64": b64(self.body),
            "accepted": self.accepted,
            "refused_because": self.refused_because,
        }


GITHUB = {"header": "X-Hub-Signature-256", "prefixes": ["sha256="]}
HEX = {"header": "X-Signature"}
BASE64 = {"header": "X-Signature", "encoding": "base64"}
STRIPE = {
    "header": "Stripe-Signature",
    "message": "{timestamp}.{body}",
    "prefixes": ["v1="],
    "separator": ",",
    "timestamp_label": "t=",
}
ELEVENLABS = {**STRIPE, "header": "ElevenLabs-Signature", "prefixes": ["v0="]}
STANDARD_WEBHOOKS = {
    "header": "webhook-signature",
    "message": "{id}.{timestamp}.{body}",
    "encoding": "base64",
    "prefixes": ["v1,"],
    "separator": " ",
    "key_encoding": "base64",
    "key_prefix": "whsec_",
    "timestamp_header": "webhook-timestamp",
    "id_header": "webhook-id",
}
COLON = {
    "header": "X-Signature",
    "message": "{timestamp}:{body}",
    "timestamp_header": "X-Timestamp",
}
GENERIC = {"header": "X-Webhook-Signature", "encoding": "either", "prefixes": ["", "sha256="]}
GENERIC_TIMED = {
    **GENERIC,
    "message": "{timestamp}.{body}",
    "timestamp_header": "X-Webhook-Timestamp",
}
DEEPVA = {
    "header": "X-DeepVA-Signature",
    "digest": "sha512",
    "encoding": "either",
    "prefixes": ["", "sha512="],
    "nonce": {"header": "X-DeepVA-Nonce", "member": "timestamp"},
}
HEX_KEY = {"header": "X-Signature", "key_encoding": "hex"}


def of_bodies() -> Iterator[Vector]:
    """Schemes whose message is the body."""
    for name, body in BODIES.items():
        mac = hmac("sha256", SECRET.encode(), body)
        yield Vector(
            f"GitHub style, {name}", GITHUB, body, [["X-Hub-Signature-256", "sha256=" + mac.hex()]]
        )
        yield Vector(f"bare hex, {name}", HEX, body, [["X-Signature", mac.hex()]])
        yield Vector(f"bare base64, {name}", BASE64, body, [["X-Signature", b64(mac)]])
        for form, text in {
            "hex": mac.hex(),
            "prefix and hex": "sha256=" + mac.hex(),
            "prefix, blank and hex": "sha256= " + mac.hex(),
            "upper case": mac.hex().upper(),
            "base64": b64(mac),
            "prefix and base64": "sha256=" + b64(mac),
        }.items():
            yield Vector(f"generic, {form}, {name}", GENERIC, body, [["X-Webhook-Signature", text]])
    key = bytes(range(32))
    mac = hmac("sha256", key, BODIES["small"])
    yield Vector("key in hex", HEX_KEY, BODIES["small"], [["X-Signature", mac.hex()]], [key.hex()])
    mac = hmac("sha256", OLD.encode(), BODIES["small"])
    yield Vector(
        "the old secret of a rotation",
        HEX,
        BODIES["small"],
        [["X-Signature", mac.hex()]],
        [SECRET, OLD],
    )


def with_time() -> Iterator[Vector]:
    """Schemes that sign a time."""
    time = str(MOMENT)
    for name, body in BODIES.items():
        mac = hmac("sha256", SECRET.encode(), f"{time}.".encode() + body)
        yield Vector(
            f"Stripe style, {name}",
            STRIPE,
            body,
            [["Stripe-Signature", f"t={time},v1={mac.hex()}"]],
        )
        yield Vector(
            f"ElevenLabs, {name}",
            ELEVENLABS,
            body,
            [["ElevenLabs-Signature", f"t={time},v0={mac.hex()}"]],
        )
        yield Vector(
            f"generic with a time, {name}",
            GENERIC_TIMED,
            body,
            [["X-Webhook-Signature", b64(mac)], ["X-Webhook-Timestamp", time]],
        )
        colon = hmac("sha256", SECRET.encode(), f"{time}:".encode() + body)
        yield Vector(
            f"time and colon, {name}",
            COLON,
            body,
            [["X-Signature", colon.hex()], ["X-Timestamp", time]],
        )
        key = base64.b64decode(STANDARD.removeprefix("whsec_"))
        standard = hmac("sha256", key, f"msg_27UH4WbU6Z5A5EzD8u03UvzRbpk.{time}.".encode() + body)
        fixed = [
            ["webhook-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"],
            ["webhook-timestamp", time],
        ]
        good = f"v1,{b64(standard)}"
        for where, text in {
            "alone": good,
            "first": f"{good} v1a,xxx v2,yyy",
            "in the middle": f"v1,AAAA {good} junk",
            "last": f"v1a,AAAA v1,BBBB {good}",
        }.items():
            yield Vector(
                f"Standard Webhooks, {where}, {name}",
                STANDARD_WEBHOOKS,
                body,
                [*fixed, ["webhook-signature", text]],
                [STANDARD],
            )


def of_deepva() -> Iterator[Vector]:
    """HMAC-SHA512 and a nonce, in every reading of the documentation."""
    body, time = BODIES["DeepVA"], str(MOMENT)
    for message, head in (
        ("{body}", b""),
        ("{nonce}{body}", time.encode()),
        ("{nonce}.{body}", f"{time}.".encode()),
    ):
        mac = hmac("sha512", SECRET.encode(), head + body)
        scheme = {**DEEPVA, "message": message}
        for form, text in {
            "hex": mac.hex(),
            "base64": b64(mac),
            "prefix": "sha512=" + mac.hex(),
        }.items():
            headers = [["X-DeepVA-Signature", text], ["X-DeepVA-Nonce", time]]
            yield Vector(f"DeepVA, {message}, {form}", scheme, body, headers)
    mac = hmac("sha512", SECRET.encode(), body)
    headers = [["X-DeepVA-Signature", mac.hex()]]
    yield Vector("DeepVA, the nonce in the body", DEEPVA, body, headers)
    yield Vector(
        "DeepVA, the nonce in milliseconds",
        DEEPVA,
        body,
        [*headers, ["X-DeepVA-Nonce", f"{MOMENT}000"]],
    )


def refused() -> Iterator[Vector]:
    """What must not be accepted."""
    body = BODIES["escapes"]
    key = SECRET.encode()
    mac = hmac("sha256", key, body)
    dumped = json.dumps(json.loads(body)).encode()
    for why, text in {
        "of the re-serialised body": hmac("sha256", key, dumped).hex(),
        "with an empty key": hmac("sha256", b"", body).hex(),
        "of another digest": hmac("sha1", key, body).hex(),
        "a hash without a key": plain_hash("sha256", body).hex(),
        "truncated": mac.hex()[:32],
        "empty": "",
        "a prefix only": "sha256=",
        "one digit more": mac.hex() + "0",
        "one digit changed": mac.hex()[:-1] + ("0" if mac.hex()[-1] != "0" else "1"),
        "base64 without padding": b64(mac).rstrip("="),
        "url-safe base64": base64.urlsafe_b64encode(mac + b"\xff\xff").decode(),
        "base64 with a blank inside": b64(mac)[:5] + " " + b64(mac)[5:],
        "of another secret": hmac("sha256", OLD.encode(), body).hex(),
        "another prefix": "sha1=" + mac.hex(),
        "no ASCII": "é" + mac.hex(),
    }.items():
        headers = [["X-Webhook-Signature", text]]
        yield Vector(
            f"generic, {why}",
            GENERIC,
            body,
            headers,
            accepted=False,
            refused_because="SignatureMismatch",
        )
    yield Vector(
        "generic, not signed", GENERIC, body, [], accepted=False, refused_because="SignatureMissing"
    )
    yield Vector(
        "generic, two different headers",
        GENERIC,
        body,
        [["X-Webhook-Signature", mac.hex()], ["x-webhook-signature", b64(mac)]],
        accepted=False,
        refused_because="SignatureMismatch",
    )
    yield Vector(
        "no secret",
        GENERIC,
        body,
        [["X-Webhook-Signature", mac.hex()]],
        [],
        accepted=False,
        refused_because="WebhookNotConfigured",
    )
    yield Vector(
        "an empty secret",
        GENERIC,
        body,
        [["X-Webhook-Signature", hmac("sha256", b"", body).hex()]],
        [""],
        accepted=False,
        refused_because="WebhookNotConfigured",
    )
    ages: tuple[tuple[str, int | str, str | None], ...] = (
        ("five minutes old", MOMENT + 2 - 300, None),
        ("older than five minutes", MOMENT + 2 - 301, "DeliveryStale"),
        ("five minutes ahead", MOMENT + 2 + 300, None),
        ("more than five minutes ahead", MOMENT + 2 + 301, "DeliveryStale"),
        ("in milliseconds", MOMENT * 1000, "DeliveryStale"),
        ("with a sign", f"+{MOMENT}", "SignatureMismatch"),
        ("with an exponent", "1e9", "SignatureMismatch"),
        ("no number", "nan", "SignatureMismatch"),
        ("with a dot, which separates", f"{MOMENT}.5", "SignatureMismatch"),
    )
    for name, time, reason in ages:
        timed = hmac("sha256", key, f"{time}.".encode() + body)
        yield Vector(
            f"Stripe style, signed {name}",
            STRIPE,
            body,
            [["Stripe-Signature", f"t={time},v1={timed.hex()}"]],
            accepted=reason is None,
            refused_because=reason,
        )


def main() -> None:
    """Write the file."""
    vectors = [
        vector.written() for part in (of_bodies, with_time, of_deepva, refused) for vector in part()
    ]
    document = {
        "description": "Signed webhooks. Digests were computed with openssl. `scheme` is what "
        "`vidiom.webhooks.scheme.SignatureScheme` is made of; what is left out has its default. "
        "`received_at` is Unix time in seconds, what ages are counted to.",
        "version": 1,
        "vectors": vectors,
    }
    TARGET.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
