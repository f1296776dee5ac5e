"""The archive on disk: complete or absent, private, verified."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
import time
import tracemalloc
from collections import deque
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import pytest
from backports import zstd

from vidiom.errors import StoreError
from vidiom.jobs.archive import FileArchive

Forked: TypeAlias = Callable[[Callable[[Callable[[str], None]], object]], tuple[int, list[str]]]

MIB = 1024 * 1024
DAY = 24 * 3600


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_file_is_named_by_its_digest(archive: FileArchive, tmp_path: Path) -> None:
    digest = archive.put(b"abc")
    path = tmp_path / "archive" / digest[:2] / f"{digest}.zst"
    assert digest == sha256(b"abc").hexdigest()
    assert files(tmp_path) == [path]
    assert zstd.decompress(path.read_bytes()) == b"abc"


def test_content_becomes_a_file_as_it_is_for_those_who_need_one(
    archive: FileArchive, tmp_path: Path
) -> None:
    digest = archive.put(b"abc")
    path = archive.path(digest)
    assert path == tmp_path / "archive" / digest[:2] / digest
    assert path.read_bytes() == b"abc"
    media = archive.put_file(b"film")
    assert media.read_bytes() == b"film"
    assert not media.with_suffix(".zst").exists()
    archive.remove(digest)
    archive.remove(media.name)
    assert files(tmp_path) == []


def test_what_was_kept_uncompressed_is_still_read(archive: FileArchive, tmp_path: Path) -> None:
    digest = sha256(b"of an earlier version").hexdigest()
    place = tmp_path / "archive" / digest[:2] / digest
    place.parent.mkdir()
    place.write_bytes(b"of an earlier version")
    assert bytes(archive.read(digest)) == b"of an earlier version"
    archive.verify(digest)
    assert archive.path(digest) == place
    archive.put(b"of an earlier version")
    assert files(tmp_path) == [place]


def test_content_is_on_the_disk_before_it_has_its_name(
    archive: FileArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        sync(descriptor)

    def replaced(path: Path, target: Path) -> Path:
        done.append("name")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    archive.put(b"abc")
    assert done == ["content", "folder", "name", "folder"]  # the new folder, then what is in it


def test_the_same_content_is_kept_once(archive: FileArchive, tmp_path: Path) -> None:
    digest = archive.put(b"abc")
    (path,) = files(tmp_path)
    before = path.stat()
    assert archive.put(memoryview(b"abc")) == digest
    assert path.stat().st_ino == before.st_ino
    writer = archive.open("core", None)
    writer.write(b"abc")
    assert writer.finish().sha256 == digest
    assert files(tmp_path) == [path]


def test_what_is_kept_is_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        FileArchive(tmp_path / "home" / "archive").put(b"abc")
    finally:
        os.umask(before)
    found = list((tmp_path / "home" / "archive").rglob("*"))
    assert len(found) == 3
    for path in found:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_64_mib_stream_through_in_constant_memory(archive: FileArchive) -> None:
    chunk = os.urandom(MIB)
    tracemalloc.start()
    try:
        writer = archive.open("core", "application/json")
        for number in range(64):
            writer.write(chunk[number:] + chunk[:number])
        part = writer.finish()
        archive.verify(part.sha256)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert part.size == 64 * MIB
    assert isinstance(part.content, memoryview)
    assert peak < 3 * MIB


def test_what_is_being_read_can_be_removed(archive: FileArchive) -> None:
    digest = archive.put(b"abc")
    content = archive.read(digest)
    archive.remove(digest)
    assert bytes(content) == b"abc"


def test_a_changed_byte_is_noticed(archive: FileArchive, tmp_path: Path) -> None:
    small, large = archive.put(b"abc"), archive.put(os.urandom(9 * MIB))
    plain = archive.put_file(b"as it is").name
    for digest in (small, large, plain):
        archive.verify(digest)
        path = next(path for path in files(tmp_path) if path.stem == digest)
        with path.open("r+b") as file:
            file.seek(path.stat().st_size // 2)
            file.write(bytes([file.read(1)[0] ^ 1]))
        for use in (archive.verify, archive.read):
            with pytest.raises(StoreError, match=r"damaged.*backup"):
                use(digest)


def test_an_answer_cut_short_on_the_disk_is_damaged(archive: FileArchive, tmp_path: Path) -> None:
    digest = archive.put(os.urandom(3 * MIB))
    (path,) = files(tmp_path)
    os.truncate(path, MIB)
    for use in (archive.verify, archive.read, archive.path):
        with pytest.raises(StoreError, match=r"damaged.*backup"):
            use(digest)
    assert files(tmp_path) == [path]


@pytest.mark.parametrize("as_it_is", [False, True])
def test_putting_again_repairs_what_was_cut_short(
    archive: FileArchive, tmp_path: Path, *, as_it_is: bool
) -> None:
    digest = archive.put_file(b"abc").name if as_it_is else archive.put(b"abc")
    (path,) = files(tmp_path)
    os.truncate(path, 1)
    archive.put(b"abc")
    assert bytes(archive.read(digest)) == b"abc"


@pytest.mark.parametrize("name", ["../../../etc/passwd", "", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_only_a_digest_becomes_a_path(archive: FileArchive, name: str) -> None:
    for use in (archive.read, archive.remove, archive.path, archive.verify):
        with pytest.raises(StoreError, match="not a SHA-256 digest"):
            use(name)


def test_leftovers_older_than_a_day_are_swept_and_younger_ones_stay(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    digest = FileArchive(folder).put(b"abc")
    old, young = folder / "incoming" / "old", folder / "incoming" / "young"
    for path, age in ((old, DAY + 60), (young, DAY - 60)):
        path.write_bytes(b"half of")
        os.utime(path, (time.time() - age,) * 2)
    kept = folder / digest[:2] / f"{digest}.zst"
    os.utime(kept, (0, 0))
    FileArchive(folder)
    assert files(folder) == sorted([young, kept])


@pytest.mark.parametrize("moment", ["between two chunks", "before the sync", "before the rename"])
def test_a_writer_killed_on_the_way_leaves_nothing(
    moment: str,
    archive: FileArchive,
    tmp_path: Path,
    forked: Forked,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(_: object) -> None:
        if moment == "before the sync":
            monkeypatch.setattr(os, "fsync", die)
        if moment == "before the rename":
            monkeypatch.setattr(Path, "replace", die)
        writer = archive.open("core", None)
        writer.write(b"x" * 100_000)
        if moment == "between two chunks":
            die()
        writer.finish()

    assert forked(killed) == (-signal.SIGKILL, [])
    assert [path.parent.name for path in files(tmp_path)] == ["incoming"]
    assert bytes(archive.read(archive.put(b"x" * 100_000))) == b"x" * 100_000


def test_an_archive_below_a_file_says_what_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "archive"):
        with pytest.raises(StoreError, match="a file is in the way") as caught:
            FileArchive(folder)
        assert str(folder) in caught.value.message


def test_an_archive_that_vanished_says_so(archive: FileArchive, tmp_path: Path) -> None:
    writer = archive.open("core", None)
    writer.write(b"abc")
    shutil.rmtree(tmp_path / "archive")
    for use in (writer.finish, lambda: archive.put(b"def")):
        with pytest.raises(StoreError, match="not there any more; create it") as caught:
            use()
        assert str(tmp_path / "archive") in caught.value.message


def test_a_file_over_the_systems_limit_leaves_nothing(
    archive: FileArchive, tmp_path: Path, forked: Forked
) -> None:
    def limited(tell: Callable[[str], None]) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        with pytest.raises(StoreError) as at_once:
            archive.put(os.urandom(1_000_000))
        tell(at_once.value.message)
        writer = archive.open("core", None)
        with pytest.raises(StoreError) as in_chunks:
            deque(map(writer.write, (os.urandom(10_000) for _ in range(100))), maxlen=0)
        tell(in_chunks.value.message)
        writer.abort()
        tell(archive.put(b"small"))

    code, (*refusals, digest) = forked(limited)
    assert (code, len(refusals)) == (0, 2)
    for message in refusals:
        assert str(tmp_path / "archive") in message
        assert "larger than this system allows; raise the limit" in message
    assert [path.stem for path in files(tmp_path)] == [digest]
