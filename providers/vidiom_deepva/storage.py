"""The vendor's storage: upload in constant memory, wait until ready, read, delete."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import Final

from vidiom.errors import InvalidMedia, MalformedAnswer, NotFound, RequestRejected
from vidiom.flow.body import FilePart, FileSlice, Piece
from vidiom.flow.effects import Flow, Progress, report, sleep
from vidiom.schema.media import BytesMedia, FileMedia
from vidiom.schema.orders import UploadedMedia
from vidiom.schema.raw import RawPart
from vidiom_deepva.calls import Calls, opened, path_of, read
from vidiom_deepva.settings import DeepvaSettings
from vidiom_deepva.wire import StoredFile

__all__ = ["Storage", "whole"]

_OPERATION: Final = "storage"


# https://docs.deepva.com/core-resources/storage
@dataclass(frozen=True)
class Storage:
    """Files at the vendor: known by a numeric id here, by a ``storage://`` URL everywhere else."""

    calls: Calls
    settings: DeepvaSettings

    def list(self, folder: str | None = None) -> Flow[tuple[StoredFile, ...]]:
        """What is in a folder, folders included; left out, the setting ``storage_folder``."""
        query = {"folder": self.settings.storage_folder if folder is None else folder}
        content = yield from self.calls.content("storage", query, operation=_OPERATION)
        rows = opened(content, _OPERATION).data or []
        return tuple(read(row, StoredFile, _OPERATION) for row in rows)

    def get(self, file_id: str | int) -> Flow[StoredFile]:
        """One file."""
        path = path_of("storage", file_id)
        return (yield from self.calls.get(path, StoredFile, operation=_OPERATION))

    def content(self, file_id: str | int) -> Flow[RawPart]:
        """The bytes of a file, streamed to the archive."""
        path = path_of("storage", file_id, "file")
        return (yield from self.calls.save(path, f"storage/{file_id}", operation=_OPERATION))

    def thumbnail(self, file_id: str | int) -> Flow[RawPart]:
        """A small picture of a file."""
        path = path_of("storage", file_id, "thumbnail")
        name = f"storage/{file_id}/thumbnail"
        return (yield from self.calls.save(path, name, operation=_OPERATION))

    def delete(self, file_id: str | int) -> Flow[None]:
        """Delete a file; one that is gone already is fine."""
        try:
            yield from self.calls.delete(path_of("storage", file_id), operation=_OPERATION)
        except NotFound:
            return

    def upload(
        self,
        media: FileMedia | BytesMedia,
        *,
        boundary: str,
        folder: str | None = None,
        operation: str = "upload",
    ) -> Flow[UploadedMedia]:
        """Bring a file to the vendor, and wait until it says that it has it.

        Raises:
            InvalidMedia: It is empty.
            RequestRejected: The vendor could not store it.
        """
        settings = self.settings
        name = media.file_name if isinstance(media, FileMedia) else media.name
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = yield from self.calls.send_form(
            "storage/",
            StoredFile,
            {settings.storage_folder_part: settings.storage_folder if folder is None else folder},
            [FilePart(settings.storage_file_part, name, whole(media), content_type)],
            boundary=boundary,
            operation=operation,
            repeatable=True,  # at worst a copy is left; hours of sending are not lost to one reset
        )
        ready = yield from self._ready(stored, media.description, operation)
        return UploadedMedia(url=ready.url or "", data={"storage_id": ready.id})

    def _ready(self, stored: StoredFile, name: str, operation: str) -> Flow[StoredFile]:
        """Ask until the file is there. That it may take a while is concluded from its two flags."""
        waited, pause = 0.0, self.settings.upload_poll_seconds
        while True:
            if stored.upload_failed:
                raise RequestRejected(
                    f"the vendor could not store {name}; look at the file and send it again.",
                    status=200,
                    provider="deepva",
                    operation=operation,
                )
            if stored.url and stored.uploaded is not False:
                return stored
            if stored.id is None:
                raise MalformedAnswer(
                    "the answer has neither 'url' nor 'id'.", provider="deepva", operation=operation
                )
            if waited >= self.settings.upload_wait_seconds:
                raise RequestRejected(
                    f"{name} was sent, and is not ready at the vendor after {waited:.0f} s; raise "
                    "VIDIOM_DEEPVA_UPLOAD_WAIT_SECONDS if it is large.",
                    status=200,
                    provider="deepva",
                    operation=operation,
                )
            yield from report(Progress("upload: the vendor takes it in"))
            yield from sleep(pause)
            waited += pause
            pause = min(2 * pause, max(self.settings.longest_poll_seconds, pause))
            path = path_of("storage", stored.id)
            stored = yield from self.calls.get(path, StoredFile, operation=operation)


def whole(media: FileMedia | BytesMedia) -> Piece:
    """A file's content as one piece of a body.

    Raises:
        InvalidMedia: It is empty.
    """
    if isinstance(media, BytesMedia):
        if media.data:
            return media.data
    elif media.size:
        return FileSlice(media.path, 0, media.size)
    raise InvalidMedia(
        f"{media.description} is empty, or its size is not known.",
        provider="deepva",
        operation="upload",
    )
