"""The worker process of one job: `python -m vidiom_local.worker JOBFOLDER`."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vidiom_local.folder import Failure, JobFolder, State, Status, WorkItem
from vidiom_local.processes import fingerprint
from vidiom_local.slots import slot

if TYPE_CHECKING:
    from vidiom_local.analysis.engine import Outcome
    from vidiom_local.analysis.models import Models
    from vidiom_local.analysis.plan import Plan
    from vidiom_local.analysis.watch import Watch
    from vidiom_local.wire import BatchItem

__all__ = ["main"]

log = logging.getLogger("vidiom_local.worker")

TICK_SECONDS = 0.25
LOCK_SECONDS = 5.0

Ending = tuple[State, Failure | None]


#: What the folder of the jobs may come to while a job runs.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


def failure_of(error: Exception) -> Failure:
    """Why a job failed, for the person who may put it right."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        message = (
            f"the folder of the jobs cannot be written any more ({error.strerror}); make room "
            "under VIDIOM_HOME and submit again. What was found so far is kept."
        )
        return Failure("no_room", message)
    return Failure("internal", f"{type(error).__name__}: {error}")


class Worker:
    def __init__(self, folder: JobFolder) -> None:
        from vidiom_local.analysis.watch import Watch

        self.folder = folder
        self.order = folder.read_order()
        self.watch: Watch = Watch()
        self._terminated = False
        self._ended = threading.Event()
        pid = os.getpid()
        self._status = Status(
            state="queued", pid=pid, process=fingerprint(pid), created=self.order.created
        )

    def run(self) -> int:
        self._tell()
        ticker = threading.Thread(target=self._tick, name="ticker", daemon=True)
        ticker.start()
        signal.signal(signal.SIGTERM, self._terminate)
        state, failure = self._ending()
        self._ended.set()
        ticker.join()
        last = self.watch.progress()
        done = state in ("succeeded", "partial")
        self._tell(
            state=state,
            failure=failure,
            finished=time.time(),
            eta_seconds=0.0 if done else None,
            progress=1.0 if done else last.fraction,
            stage=None,
        )
        log.info("ended: %s %s", state, failure or "")
        return 0 if done else 1

    def _ending(self) -> Ending:
        folder = Path(self.order.slots)
        try:
            with slot(folder, self.order.max_running, stopped=self.watch.stopped) as free:
                if free:
                    self._tell(state="running", started=time.time())
                    return self._analysed()
        except Exception as error:  # the last border: whatever it is, the job says that it failed
            log.exception("the analysis failed")
            return "failed", failure_of(error)
        return self._stopped()

    def _stopped(self) -> Ending:
        if self._terminated:
            message = "the worker was told to terminate; what it had found is kept"
            return "failed", Failure("terminated", message)
        return "canceled", None

    def _analysed(self) -> Ending:
        from vidiom_local.analysis.models import Models
        from vidiom_local.analysis.opening import MediaRefused
        from vidiom_local.analysis.plan import Plan, installed

        if not (installed("av") and installed("numpy")):
            message = "local analysis needs the extra 'local': pip install 'vidiom[local]'"
            return "failed", Failure("extra_missing", message)
        order = self.order
        plan = Plan(
            features=frozenset(order.features),
            language=order.language,
            speech_model=None if order.speech_model is None else Path(order.speech_model),
            face_model=None if order.face_model is None else Path(order.face_model),
            threads=max(1, (os.cpu_count() or 2) // max(1, order.max_running)),
        )
        models = Models(plan)
        if order.batch:
            return self._batch(plan, models)
        try:
            outcome = self._one(order.items[0], plan, models, prefix="")
        except MediaRefused as error:
            return "failed", Failure(error.code, str(error))
        if outcome.stopped:
            return self._stopped()
        return ("succeeded" if outcome.whole else "partial"), None

    def _one(
        self, item: WorkItem, plan: Plan, models: Models, *, prefix: str, number: int = 0
    ) -> Outcome:
        from vidiom_local.analysis.engine import Task, analyse
        from vidiom_local.analysis.parts import Parts

        parts = Parts(self.folder.keep, prefix)
        path = self.folder.input / item.path  # an absolute path stays what it is
        task = Task(path, item.name, item=number, items=len(self.order.items))
        return analyse(task, plan, models, parts, self.watch)

    def _batch(self, plan: Plan, models: Models) -> Ending:
        items = [_waiting(number, item) for number, item in enumerate(self.order.items)]
        for number, item in enumerate(self.order.items):
            self._write_manifest(items, complete=False)
            if self.watch.stopped():
                break
            items[number] = self._batch_item(items[number], item, plan, models)
        if self.watch.stopped():
            items = [_canceled(item) if item.state == "queued" else item for item in items]
        self._write_manifest(items, complete=not self.watch.stopped())
        if self.watch.stopped():
            return self._stopped()
        failed = [item for item in items if item.state == "failed"]
        if len(failed) == len(items):
            return "failed", Failure("all_images_failed", failed[0].error or "")
        return ("partial" if failed else "succeeded"), None

    def _batch_item(
        self, waiting: BatchItem, item: WorkItem, plan: Plan, models: Models
    ) -> BatchItem:
        from vidiom_local.analysis.opening import MediaRefused

        prefix = f"images/{waiting.index}/"
        try:
            outcome = self._one(item, plan, models, prefix=prefix, number=waiting.index)
        except MediaRefused as error:
            return msgspec.structs.replace(
                waiting, state="failed", error_code=error.code, error=str(error)
            )
        names = [name for name in self.folder.parts() if name.startswith(prefix)]
        state = "canceled" if outcome.stopped else "succeeded"
        return msgspec.structs.replace(waiting, state=state, parts=names)

    def _write_manifest(self, items: list[BatchItem], *, complete: bool) -> None:
        from vidiom_local.analysis.parts import Parts
        from vidiom_local.wire import BatchPart

        parts = Parts(self.folder.keep)
        opening = parts.opening("batch", problems=[], complete=complete, covered=None)
        parts.write(BatchPart(**opening, items=items))

    def _tick(self) -> None:
        """Heartbeat and progress out, the wish to cancel in."""
        while not self._ended.wait(TICK_SECONDS):
            if self.folder.asked_to_cancel():
                self.watch.stop()
            now = self.watch.progress()
            try:
                self._tell(
                    progress=now.fraction,
                    eta_seconds=now.eta_seconds,
                    media_seconds=now.media_seconds,
                    stage=now.stage,
                )
            except OSError:
                log.exception("the status cannot be written")

    def _tell(self, **changes: object) -> None:
        self._status = msgspec.structs.replace(self._status, heartbeat=time.time(), **changes)
        self.folder.write_status(self._status)

    def _terminate(self, *_: object) -> None:
        self._terminated = True
        self.watch.stop()


def _waiting(number: int, item: WorkItem) -> BatchItem:
    from vidiom_local.wire import BatchItem

    return BatchItem(number, item.external_id, "queued", [], None, None)


def _canceled(item: BatchItem) -> BatchItem:
    return msgspec.structs.replace(item, state="canceled")


def main(arguments: list[str]) -> int:
    """Do the job of this folder; 0 if there is a result."""
    from filelock import FileLock, Timeout

    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    folder = JobFolder(Path(arguments[0]))
    try:
        with FileLock(folder.lock, timeout=LOCK_SECONDS):
            return Worker(folder).run()
    except Timeout:
        log.warning("another worker is at this job already")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
