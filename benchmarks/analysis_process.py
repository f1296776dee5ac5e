"""What the benchmark of local analysis runs in fresh processes; imports only what each needs."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

from benchmarks.processes import resident

__all__ = ["client", "decoding", "work"]


def work(folder: str) -> dict[str, float]:
    """The worker of one job."""
    from vidiom_local.worker import main

    if main([folder]) != 0:
        status = Path(folder, "status.json").read_text(encoding="utf-8")
        raise RuntimeError(status)
    return _used()


def decoding(path: str) -> dict[str, float]:
    """Just decoding, with the same library."""
    import av

    for kind in ("video", "audio"):
        with av.open(path) as container:
            stream = next(one for one in container.streams if one.type == kind)
            for packet in container.demux(stream):
                packet.decode()
    return _used()


def client(path: str) -> dict[str, float]:
    """The whole way of a user, in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["VIDIOM_HOME"] = home
        begun = time.perf_counter()
        import vidiom

        with vidiom.Client() as user:
            user.analyze("local", path)
        return {"seconds": time.perf_counter() - begun, "peak": resident()}


def _used() -> dict[str, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": used.ru_utime + used.ru_stime, "peak": resident()}
