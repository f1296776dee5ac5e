"""What every job store must do, as tests that an author of one inherits.

::

    class TestMyStore(StoreConformance):
        @pytest.fixture
        def store(self, tmp_path):
            store = MyStore(tmp_path)
            yield store
            store.close()
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from vidiom.errors import StoreError, UnknownJob
from vidiom.jobs.records import StoredJob
from vidiom.jobs.store import Archive, JobStore
from vidiom.schema.jobs import JobState, JobStatus
from vidiom.schema.media import BatchImage, FileMedia, ImageBatch
from vidiom.schema.orders import Order
from vidiom.testing.delivery_conformance import DeliveryStoreChecks
from vidiom.testing.stored_examples import (
    MOMENT,
    SECRET,
    bound_to,
    intended,
    titled,
    with_answer,
)

__all__ = ["MOMENT", "StoreConformance", "bound_to", "intended", "titled", "with_answer"]

_THREADS = 8
_INCREMENTS = 10


def _more(record: StoredJob) -> StoredJob:
    return titled(str(int(record.order.title or "") + 1))(record)


class StoreConformance(DeliveryStoreChecks):
    """Inherit, and give the fixture ``store`` an empty one."""

    def test_a_job_comes_back_as_it_was_kept(self, store: JobStore) -> None:
        """Secrets, nested options, times to the microsecond: all of it."""
        record = intended("one", account="second")
        store.add(record)
        kept = store.get("one")
        assert kept == record
        callback = kept.order.callback
        assert callback is not None
        assert callback.secret is not None
        assert callback.secret.get_secret_value() == SECRET

    def test_a_change_is_kept_whole(self, store: JobStore) -> None:
        """What `update` returns, `get` returns, and nothing else of the job has changed."""
        digest = store.archive.put(b"{}")
        store.add(intended("one"))
        store.update("one", bound_to("v-1"))
        after = store.update("one", with_answer(b"{}"))
        assert store.get("one") == after == with_answer(b"{}")(bound_to("v-1")(intended("one")))
        assert after.answer is not None
        assert [part.sha256 for part in after.answer.parts] == [digest]

    def test_an_id_is_given_once(self, store: JobStore) -> None:
        """The second job of an id is refused, and the first stays as it is."""
        store.add(intended("one"))
        with pytest.raises(StoreError, match="'one' is already in the store"):
            store.add(intended("one", provider="other"))
        assert store.get("one").job.provider == "acme"

    def test_an_unknown_id_is_a_typed_error_in_every_method(self, store: JobStore) -> None:
        """The message names the id and where to find those there are."""
        for use in (
            store.get,
            store.remove,
            lambda job_id: store.update(job_id, lambda record: record),
        ):
            with pytest.raises(UnknownJob, match=r"no job 'nobody'.*vidiom list"):
                use("nobody")

    def test_a_vendors_job_belongs_to_one_of_ours(self, store: JobStore) -> None:
        """The second claim is refused, whether at once or by a later change."""
        store.add(bound_to("v-1")(intended("one")))
        store.add(intended("two"))
        with pytest.raises(StoreError, match=r"'v-1'.*that is job 'one' already"):
            store.update("two", bound_to("v-1"))
        with pytest.raises(StoreError, match="that is job 'one' already"):
            store.add(bound_to("v-1")(intended("three")))
        assert store.get("two") == intended("two")
        assert [record.job.id for record in store.list()] == ["two", "one"]

    def test_vendor_ids_of_two_providers_or_accounts_may_be_equal(self, store: JobStore) -> None:
        """Vendors count from one, too."""
        store.add(bound_to("1")(intended("one")))
        store.add(bound_to("1")(intended("two", provider="other")))
        store.add(bound_to("1")(intended("three", account="second")))
        assert len(store.list()) == 3  # noqa: PLR2004

    def test_a_refused_change_changes_nothing(self, store: JobStore) -> None:
        """An error in the change itself reaches the caller, and the store goes on."""
        store.add(intended("one"))

        def broken(record: StoredJob) -> StoredJob:
            raise LookupError(record.job.id)

        with pytest.raises(LookupError):
            store.update("one", broken)
        assert store.get("one") == intended("one")
        store.update("one", bound_to("v-1"))

    def test_a_change_cannot_make_another_job_of_it(self, store: JobStore) -> None:
        """A job keeps its id."""
        store.add(intended("one"))
        with pytest.raises(StoreError, match="'one' returned job 'two'"):
            store.update("one", lambda _: intended("two"))
        assert [record.job.id for record in store.list()] == ["one"]

    def test_jobs_are_listed_the_newest_first(self, store: JobStore) -> None:
        """Newest by arrival: changes do not move a job, and equal times do not matter."""
        for name in ("one", "two", "three"):
            store.add(intended(name))
        store.update("one", bound_to("v-1"))
        assert [record.job.id for record in store.list()] == ["three", "two", "one"]
        assert [record.job.id for record in store.list(limit=2)] == ["three", "two"]
        assert list(store.list(limit=0)) == []

    def test_a_list_is_narrowed_by_provider_and_states(self, store: JobStore) -> None:
        """Both at once, and no state named means every state."""
        store.add(intended("one"))
        store.add(bound_to("v-1")(intended("two")))
        store.add(bound_to("v-1")(intended("three", provider="other")))
        listed = store.list(provider="acme", states=[JobState.QUEUED, JobState.RUNNING])
        assert [record.job.id for record in listed] == ["two"]
        assert len(store.list(states=[JobState.QUEUED])) == 2  # noqa: PLR2004
        assert len(store.list(provider="acme", states=())) == 2  # noqa: PLR2004
        assert list(store.list(provider="nobody")) == []

    def test_an_answer_that_the_archive_has_not_is_refused(self, store: JobStore) -> None:
        """A job never claims an answer that nobody can read."""
        store.add(intended("one"))
        with pytest.raises(StoreError, match="archive holds nothing"):
            store.update("one", with_answer(b"never archived"))
        assert store.get("one").answer is None

    def test_a_removed_job_takes_its_answer_with_it(self, store: JobStore) -> None:
        """Personal data does not stay behind."""
        digest = store.archive.put(b"faces")
        store.add(intended("one"))
        store.update("one", with_answer(b"faces"))
        store.remove("one")
        assert list(store.list()) == []
        with pytest.raises(StoreError):
            store.archive.read(digest)

    def test_an_answer_that_two_jobs_share_goes_with_the_last(self, store: JobStore) -> None:
        """The first removal must not take the other job's answer away."""
        digest = store.archive.put(b"same")
        store.archive.put(b"own")
        store.add(intended("one"))
        store.add(intended("two"))
        store.update("one", with_answer(b"same", b"own"))
        store.update("two", with_answer(b"same", b"same"))
        store.remove("one")
        assert bytes(store.archive.read(digest)) == b"same"
        store.remove("two")
        with pytest.raises(StoreError):
            store.archive.read(digest)

    def test_a_replaced_answer_goes_with_its_job(self, store: JobStore) -> None:
        """What an answer once was is deleted as well."""
        first, second = store.archive.put(b"first"), store.archive.put(b"second")
        store.add(intended("one"))
        store.update("one", with_answer(b"first"))
        store.update("one", with_answer(b"second"))
        store.remove("one")
        for digest in (first, second):
            with pytest.raises(StoreError):
                store.archive.read(digest)

    def test_archived_media_goes_with_its_job(self, store: JobStore) -> None:
        """Bytes that were submitted are kept in the archive: one by one, and in batches."""
        single, image = (_archived_file(store.archive, data) for data in (b"film", b"image"))
        batch = ImageBatch(images=(BatchImage(external_id="a", media=image),))
        for name, media in (("one", single), ("two", batch)):
            order = Order(correlation=name, media=media)
            store.add(StoredJob.intended(order, provider="acme", account=None, at=MOMENT))
            store.remove(name)
        for file in (single, image):
            with pytest.raises(StoreError):
                store.archive.read(Path(file.path).name)

    def test_the_users_own_file_stays(self, store: JobStore, tmp_path: Path) -> None:
        """Even when its name looks like one of the archive's."""
        own = tmp_path / hashlib.sha256(b"film").hexdigest()
        own.write_bytes(b"film")
        order = Order(correlation="one", media=FileMedia(path=str(own)))
        store.add(StoredJob.intended(order, provider="acme", account=None, at=MOMENT))
        store.remove("one")
        assert own.read_bytes() == b"film"

    def test_threads_lose_no_change(self, store: JobStore) -> None:
        """Read, compute and write are one step for everybody else."""
        store.add(titled("0")(intended("one")))
        with ThreadPoolExecutor(_THREADS) as pool:
            for change in [
                pool.submit(store.update, "one", _more) for _ in range(_THREADS * _INCREMENTS)
            ]:
                change.result()
        assert store.get("one").order.title == str(_THREADS * _INCREMENTS)

    def test_of_two_ends_told_at_once_one_stays(self, store: JobStore) -> None:
        """Whichever comes first: the other is no news any more."""
        store.add(bound_to("v-1")(intended("one")))

        def told(state: JobState) -> JobState:
            status = JobStatus(state=state)
            return store.update(
                "one", lambda record: record.moved(state, at=MOMENT, status=status)
            ).job.state

        with ThreadPoolExecutor(_THREADS) as pool:
            ends = set(pool.map(told, [JobState.SUCCEEDED, JobState.FAILED] * _THREADS))
        assert ends == {store.get("one").job.state}

    def test_content_is_archived_once_under_its_digest(self, store: JobStore) -> None:
        """Whether it comes at once or in chunks; it can be read, and read as a file."""
        digest = store.archive.put(b"abcd")
        writer = store.archive.open("core", "application/json")
        writer.write(b"ab")
        writer.write(b"cd")
        part = writer.finish()
        assert part.sha256 == digest == hashlib.sha256(b"abcd").hexdigest()
        assert (part.name, part.media_type, bytes(part.content)) == (
            "core",
            "application/json",
            b"abcd",
        )
        assert store.archive.path(digest).read_bytes() == b"abcd"

    def test_empty_content_is_content(self, store: JobStore) -> None:
        """An answer of no bytes is an answer."""
        assert bytes(store.archive.read(store.archive.put(b""))) == b""

    def test_an_aborted_part_leaves_nothing(self, store: JobStore) -> None:
        """A body that was cut short is no answer; aborting twice is harmless."""
        writer = store.archive.open("core", None)
        writer.write(b"half of")
        writer.abort()
        writer.abort()
        with pytest.raises(StoreError):
            store.archive.read(hashlib.sha256(b"half of").hexdigest())

    def test_removing_what_is_not_archived_is_no_error(self, store: JobStore) -> None:
        """Neither when it never was, nor when it was removed before."""
        digest = store.archive.put(b"once")
        store.archive.remove(digest)
        store.archive.remove(digest)


def _archived_file(archive: Archive, data: bytes) -> FileMedia:
    return FileMedia(path=str(archive.path(archive.put(data))), name="given")
