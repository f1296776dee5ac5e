"""The published vectors: made with openssl, and all are accepted or refused as they say."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

import vidiom
from vidiom import errors
from vidiom.errors import WebhookError
from vidiom.testing import webhook_vectors
from vidiom.webhooks.delivery import Delivery
from vidiom.webhooks.scheme import NonceRule, SignatureScheme
from vidiom.webhooks.verification import check_signature

VECTORS = cast("list[dict[str, Any]]", webhook_vectors()["vectors"])


def scheme_of(facts: dict[str, Any]) -> SignatureScheme:
    known = dict(facts)
    if "prefixes" in known:
        known["prefixes"] = tuple(known["prefixes"])
    if "nonce" in known:
        known["nonce"] = NonceRule(**known["nonce"])
    return SignatureScheme(**known)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_vector_is_accepted_or_refused_as_it_says(vector: dict[str, Any]) -> None:
    delivery = Delivery.of(
        [(name, value) for name, value in vector["headers"]],
        base64.b64decode(vector["body_base64"]),
        received_at=datetime.fromtimestamp(vector["received_at"], UTC),
    )
    scheme = scheme_of(vector["scheme"])
    if vector["accepted"]:
        receipt = check_signature(scheme, delivery, vector["secrets"])
        assert receipt.verified
        assert receipt.secret == (1 if "rotation" in vector["name"] else 0)
        return
    with pytest.raises(WebhookError) as caught:
        check_signature(scheme, delivery, vector["secrets"])
    assert type(caught.value) is getattr(errors, vector["refused_because"])


def test_every_name_is_given_once() -> None:
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS) > 100


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed here")
def test_openssl_still_gives_what_is_published(tmp_path: Path) -> None:
    script = Path(__file__).parent / "make_vectors.py"
    program = (
        f"import runpy, pathlib; g = runpy.run_path({str(script)!r});"
        f"g['main'].__globals__['TARGET'] = pathlib.Path({str(tmp_path / 'v.json')!r}); g['main']()"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
    published = Path(vidiom.__file__).parent / "testing/webhook_vectors.json"
    assert (tmp_path / "v.json").read_text() == published.read_text()
