"""How deliveries are signed: HMAC-SHA512 over the body, and a nonce that grows.

https://docs.deepva.com/webhooks (older copy); names of headers and the encoding are assumed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from pydantic import SecretStr

from vidiom.emulation.outbox import HeaderPairs
from vidiom_deepva.emulation.behaviour import Behaviour

__all__ = ["Signer"]

_SOMEBODY_ELSES = b"a secret that was guessed"


@dataclass
class Signer:
    """Signs with one secret; a nonce is always larger than the one before."""

    behaviour: Behaviour
    secret: SecretStr | None = field(repr=False)
    last: float = field(default=0.0, repr=False)

    def __call__(self, content: bytes, forged: bool) -> HeaderPairs:  # noqa: FBT001 - as `Signing` has it
        """The headers of a body; none without a secret."""
        behaviour = self.behaviour
        if self.secret is None:
            return ()
        secret = self.secret.get_secret_value().encode()
        nonce = self._nonce()
        before, _, after = behaviour.signed_message.format(nonce=nonce, body="\0").partition("\0")
        message = before.encode() + content + after.encode()
        digest = hmac.new(_SOMEBODY_ELSES if forged else secret, message, hashlib.sha512).digest()
        written = digest.hex() if behaviour.signature_encoding == "hex" else _base64(digest)
        return (
            (behaviour.signature_header, behaviour.signature_prefix + written),
            (behaviour.nonce_header, nonce),
        )

    def _nonce(self) -> str:
        """Unix time, a little later where two deliveries come in the same moment."""
        now = self.behaviour.now().timestamp()
        self.last = now if now > self.last else self.last + 0.001
        return f"{self.last:.3f}"


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
