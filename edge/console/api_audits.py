"""Audits of the cameras' counts: a clip in memory, marked by a person. Pictures leave by one route, to its manager."""

import asyncio
import json
import os
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from cloud_sync.pages.i18n import Words
from cloud_sync.pages.phrasebook import said_in
from drivers.base import DEVICE_ID
from edge.console.accounts import Account, Role
from edge.console.answers import done
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.upload import TooLarge, pour
from edge.vision.audit.desk import LEAST_S, MOST_CLIP, MOST_MARKS, MOST_S, Audit, AuditDesk, Busy
from edge.vision.audit.score import Passing, Score, Verdict
from edge.vision.audit.told import LONGEST_MS
from edge.vision.line import Direction

UPLOAD_S = 300
KINDS = ((4, b"ftyp"), (0, b"\x1a\x45\xdf\xa3"), (0, b"RIFF"), (0, b"\x47"))
"""How MP4 and MOV, Matroska and WebM, AVI, and MPEG transport streams begin: where, and with what."""
Number = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]


class Mark(BaseModel):
    """Somebody crossed the line, as the person saw it. `at`: milliseconds of the clip."""

    model_config = ConfigDict(extra="forbid")
    at: Annotated[int, Field(ge=0, le=LONGEST_MS)]
    direction: Direction


class NoClip(ValueError):
    """What came is no clip of a kind that is taken."""


def audits_api(desk: Desk) -> APIRouter:
    """POST /api/audits begins one; GET tells how far it is, GET /clip gives the pictures; marks or DELETE end it."""
    router = APIRouter()
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]

    @router.post("/api/audits", status_code=201, response_model=None)
    async def begin(
        by: manager,
        request: Request,
        camera: Annotated[str, Query(pattern=f"^{DEVICE_ID.pattern}$")],
        line: Annotated[str, Query(min_length=1, max_length=40)],
        seconds: Annotated[int, Query(ge=0, le=MOST_S)] = 0,
    ) -> dict[str, Any] | JSONResponse:
        """Take a clip of so many seconds from the camera; or, with 0, count the clip that is the body of the call."""
        audits = _audits(desk)
        try:
            if seconds:
                return plain(await audits.begin_live(camera, line, max(seconds, LEAST_S), by.name))
            return plain(await audits.begin_file(camera, line, lambda clip: _pour(request, clip), by.name))
        except KeyError as error:
            raise HTTPException(404, f"there is no camera {camera}") from error
        except (Busy, TimeoutError, ValueError) as error:
            return _not_begun(desk.catalogue.of_request(request), error)

    @router.get("/api/audits/{number}", response_model=None)
    async def progress(by: manager, number: Number) -> dict[str, Any]:
        """How far the clip is."""
        return plain(_found(desk, number, by))

    @router.get("/api/audits/{number}/clip", response_model=None)
    async def clip(by: manager, number: Number) -> Response:
        """The pictures: the length of an index (four bytes), the index [[at, bytes], …] as JSON, and JPEGs in turn."""
        audit = _found(desk, number, by)
        pictures = list(audit.pictures)
        index = json.dumps([[one.at, len(one.jpeg)] for one in pictures]).encode()

        def pieces() -> Iterator[bytes]:
            yield len(index).to_bytes(4, "big") + index
            for one in pictures:
                yield one.jpeg

        return StreamingResponse(pieces(), media_type="application/octet-stream", headers={"Cache-Control": "no-store"})

    @router.post("/api/audits/{number}/marks", response_model=None)
    async def finish(
        by: manager, number: Number, marks: Annotated[list[Mark], Body(max_length=MOST_MARKS)]
    ) -> dict[str, Any]:
        """What the count was worth. The clip is gone with the answer."""
        audit = _found(desk, number, by)
        span = audit.length_ms
        passings = [Passing(one.at, one.direction) for one in marks]
        n, score = await done(_audits(desk).finish(number, passings, by.name))
        return {"audit": n, "span_ms": span, **plain_score(score)}

    @router.delete("/api/audits/{number}", status_code=204, response_model=None)
    async def drop(by: manager, number: Number) -> None:
        """Forget the clip without a result."""
        _found(desk, number, by)
        await _audits(desk).drop(number, by.name)

    return router


def plain(audit: Audit) -> dict[str, Any]:
    """An audit under way as plain data."""
    return {
        "id": audit.id, "camera": audit.camera, "line": audit.line, "source": audit.source,
        "phase": audit.phase.value, "why": audit.why, "length_ms": audit.length_ms, "span_ms": audit.span_ms,
    }  # fmt: skip


def plain_score(score: Score) -> dict[str, Any]:
    """A result as plain data; the accuracy and its interval as shares."""
    return {
        "counted": score.count(Verdict.COUNTED),
        "missed": score.count(Verdict.MISSED),
        "extra": score.count(Verdict.EXTRA),
        "accuracy": None if score.accuracy is None else float(score.accuracy),
        "interval": list(score.interval),
        "passings": [{"at": one.at, "direction": one.direction, "verdict": one.verdict} for one in score.passings],
    }


def _not_begun(t: Words, error: Exception) -> JSONResponse:
    """Why no audit began, by a word for scripts and in words for people."""
    match error:
        case Busy():
            status, fault, words = 409, "busy", t("audit.fault.busy", by=str(error))
        case TooLarge():
            status, fault, words = 413, "large", t("audit.fault.large", most=MOST_CLIP >> 20)
        case NoClip():
            status, fault, words = 415, "kind", t("audit.fault.kind")
        case TimeoutError():
            status, fault, words = 408, "slow", t("audit.fault.slow")
        case _:
            status, fault, words = 422, "other", t("audit.fault.other", why=said_in(t.language, str(error)))
    return JSONResponse({"fault": fault, "words": words}, status)


def _audits(desk: Desk) -> AuditDesk:
    if desk.context.audits is None:
        raise HTTPException(404, "This shop has no cameras.")
    return desk.context.audits


def _found(desk: Desk, number: str, by: Account) -> Audit:
    try:
        return _audits(desk).get(number, by.name)
    except KeyError as error:
        raise HTTPException(404, "this audit is over; its clip is gone") from error


async def _pour(request: Request, clip: int) -> None:
    """Write the body into the nameless file, bounded. Raises TooLarge, NoClip, or TimeoutError."""
    head = b""

    async def write(piece: bytes) -> None:
        nonlocal head
        head += piece[: 16 - len(head)]
        await asyncio.to_thread(_write_all, clip, piece)

    await pour(request, MOST_CLIP, UPLOAD_S, write)
    if not any(head[at:].startswith(mark) for at, mark in KINDS):
        raise NoClip


def _write_all(clip: int, piece: bytes) -> None:
    while piece:
        piece = piece[os.write(clip, piece) :]
