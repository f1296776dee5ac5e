"""The web side of webhooks: an ASGI app, and what other frameworks need to receive them."""

from vidiom.receiver.asgi import Receiver
from vidiom.receiver.reading import read_limited, read_limited_file
from vidiom.receiver.replies import Reply, take, take_async

__all__ = ["Receiver", "Reply", "read_limited", "read_limited_file", "take", "take_async"]
