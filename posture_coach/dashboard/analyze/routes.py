"""The route that takes dropped files in: written to the private folder as they come, never held in memory."""

from __future__ import annotations

import errno
import re
import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from posture_coach.dashboard import camera, jobs
from posture_coach.dashboard.analyze.options import from_query
from posture_coach.dashboard.analyze.store import Store, create, default_root
from posture_coach.dashboard.guard import guarded
from posture_coach.errors import DataError

PATH = "/posture/upload"
MAX_BYTES = 2 * 1024**3
SPARE_BYTES = 200 * 1024**2
"""Room to leave on the disk for the results."""
BUFFER_BYTES = 1024**2
NAME_AT_MOST = 200
BAD_REQUEST, TOO_LARGE, UNWRITABLE, NO_SERVICE, NO_ROOM = 400, 413, 500, 503, 507
WORDS = {
    BAD_REQUEST: "The transfer was broken off. Drop the file again.",
    TOO_LARGE: "The file is larger than 2 GB. Cut it, or save it with a lower quality, and drop it again.",
    UNWRITABLE: "The file cannot be written to this user's cache folder. Look at that folder's rights and its disk.",
    NO_SERVICE: "The program is ending. Start it again, reload this page and drop the file again.",
    NO_ROOM: "There is not enough room on the disk for this file. Free some space and drop it again.",
}
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows."""

NO_FOLDER = (
    "No file can be taken in, because the folder {} cannot be made ({}). Look at its rights and its disk, start the "
    "program again, reload this page and drop the file again."
)

_store: Store | None = None
_why_not = WORDS[NO_SERVICE]
"""What is said while there is no private folder."""


class _RefusedError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(WORDS[status])
        self.status = status


def start() -> None:
    """Make the private folder, delete what killed runs left, and begin an empty list of jobs.

    Where the folder cannot be made, files are refused with the reason: the other pages need none.
    """
    global _store, _why_not  # the server is one process, and this is its one folder
    if _store is None:
        try:
            _store = Store(default_root())
        except OSError as why:
            _why_not = NO_FOLDER.format(default_root(), why.strerror or why)
    jobs.start()


def stop() -> None:
    """End whatever is being done, and delete every file and result."""
    global _store, _why_not
    _why_not = WORDS[NO_SERVICE]
    jobs.stop()
    if _store is not None:
        _store.close()
        _store = None


def shown_name(raw: str) -> str:
    """Return what a dropped file is called: its name without folders and without what cannot be seen."""
    last = PurePosixPath(raw.replace("\\", "/")).name
    return _UNSEEN.sub("", last).strip()[:NAME_AT_MOST] or "unnamed"


async def _upload(request: Request) -> Response:
    registry = jobs.jobs()
    if _store is None or registry is None:
        return PlainTextResponse(_why_not, NO_SERVICE)
    try:
        settings = replace(from_query(request.query_params), targets=camera.own_targets())
    except DataError as why:
        return PlainTextResponse(str(why), BAD_REQUEST)
    name = shown_name(request.query_params.get("name", ""))
    place = _store.room(Path(name).suffix.lower())
    kept = False
    try:
        await _receive(request, place)
        job_id = registry.add(name, place, settings)
        kept = True
    except _RefusedError as why:
        return PlainTextResponse(str(why), why.status)
    finally:  # also where the server ends in the middle
        if not kept:
            shutil.rmtree(place.parent, ignore_errors=True)
    return JSONResponse({"id": job_id})


async def _receive(request: Request, place: Path) -> None:
    declared = int(request.headers.get("content-length") or 0)
    if declared > MAX_BYTES:
        raise _RefusedError(TOO_LARGE)
    if declared + SPARE_BYTES > shutil.disk_usage(place.parent).free:
        raise _RefusedError(NO_ROOM)
    try:
        with create(place) as file:
            await _write(request, file)
    except ClientDisconnect as why:
        raise _RefusedError(BAD_REQUEST) from why
    except OSError as why:
        full = why.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
        raise _RefusedError(NO_ROOM if full else UNWRITABLE) from why


async def _write(request: Request, file: IO[bytes]) -> None:
    """Write what comes, a megabyte at a time, without stopping the server's other work."""
    waiting, total = bytearray(), 0
    async for chunk in request.stream():
        waiting += chunk
        total += len(chunk)
        if total > MAX_BYTES:
            raise _RefusedError(TOO_LARGE)
        if len(waiting) >= BUFFER_BYTES:
            await anyio.to_thread.run_sync(file.write, bytes(waiting))
            waiting.clear()
    await anyio.to_thread.run_sync(file.write, bytes(waiting))


ROUTES: list[BaseRoute] = [Route(PATH, guarded(_upload), methods=["POST"])]
