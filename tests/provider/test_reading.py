"""What reading an answer adds to what the adapter says of its bytes."""

from __future__ import annotations

import hashlib
from threading import enumerate as threads

import pytest

import vidiom
from vidiom.errors import MalformedAnswer

LARGE = b'{"detections": {}, "version_info": {}, "padding": "%s"}' % (b"x" * 2_000_000)


def test_parts_of_any_size_are_named_by_their_digests() -> None:
    parts = {"core": LARGE, "frames_faces": b'{"faces_by_frame": []}'}
    found = vidiom.normalize("valossa", parts).provenance.raw
    assert [(one.name, one.size, one.sha256) for one in found] == [
        (name, len(content), hashlib.sha256(content).hexdigest()) for name, content in parts.items()
    ]


def test_what_cannot_be_read_leaves_nothing_behind() -> None:
    with pytest.raises(MalformedAnswer):
        vidiom.normalize("valossa", {"core": LARGE[:-1]})
    assert [one.name for one in threads() if one.name.startswith("vidiom")] == []
