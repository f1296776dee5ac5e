"""DeepVA's webhooks: HMAC-SHA512 over the body, and what is open about it."""

from __future__ import annotations

from vidiom.webhooks.scheme import SignatureScheme

__all__ = ["SIGNATURE"]

# https://docs.deepva.com/webhooks (older copy): HMAC-SHA512 of the request body under a shared
# secret, and a nonce that grows. Names of headers and the encoding are not documented.
SIGNATURE = SignatureScheme(
    header="X-DeepVA-Signature",
    digest="sha512",
    message="{body}",
    encoding="either",
    prefixes=("", "sha512="),
)
