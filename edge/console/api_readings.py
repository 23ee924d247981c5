"""Photos of the shelf in, verdicts out. A photo is held in memory while it is read, and goes nowhere."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import JSONResponse

from edge.console.accounts import Account, Role
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.upload import TooLarge, whole_body
from edge.readback.picture import MAX_BYTES, BadPicture
from edge.readback.service import Busy
from edge.store import StoreError
from edge.views.readings import MOST_LOOKS, LookRow, ReadingRow, list_looks, read_look

STATUS = {"pixels": 413, "kind": 415}
"""The answer's status by what is wrong with a picture; 422 for the rest."""
UPLOAD_S = 60
"""How long a picture may take to arrive."""


def readings_api(desk: Desk) -> APIRouter:
    """POST and GET /api/readings."""
    router, context = APIRouter(), desk.context
    clerk = Annotated[Account, Depends(need(desk.accounts, Role.CLERK))]
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]

    @router.post("/api/readings", response_model=None)
    async def read(
        request: Request,
        by: clerk,
        place: Annotated[str, Query(max_length=60)] = "",
        age_ms: Annotated[int, Query(ge=0, le=10**13)] = 0,
    ) -> dict[str, Any] | JSONResponse:
        """Read the labels in a photo: a JPEG or PNG as the body, at most 24 MiB and 64 million pixels.

        `place`: where it was taken; `age_ms`: how long ago. The photo is not kept. Errors name a `reason`: empty,
        bytes, pixels, small, kind, broken, old, slow, busy.
        """
        if context.readback is None:
            raise HTTPException(404, "This console reads no photos.")
        try:
            with context.readback.admitted():
                photo = await whole_body(request, MAX_BYTES, UPLOAD_S)
                number, _, _ = await context.readback.photo(photo, by.name, place, age_ms)
        except TooLarge:
            why = f"The picture is too large; at most {MAX_BYTES >> 20} MiB."
            return JSONResponse({"reason": "bytes", "detail": why}, 413)
        except TimeoutError:
            why = f"The picture did not arrive within {UPLOAD_S} s. Try again nearer to the access point."
            return JSONResponse({"reason": "slow", "detail": why}, 408)
        except BadPicture as bad:
            return JSONResponse({"reason": bad.reason, "detail": f"{bad}."}, STATUS.get(bad.reason, 422))
        except Busy:
            why = "Other photos are being read. Try again in a moment."
            return JSONResponse({"reason": "busy", "detail": why}, 503, {"Retry-After": "3"})
        except StoreError as error:
            return JSONResponse({"reason": "busy", "detail": f"{error}. Try again in a moment."}, 503)
        look = await desk.look(lambda db: read_look(db, number))
        if look is None:
            raise HTTPException(500, "The readings are in the ledger, but cannot be shown.")
        return plain_look(look)

    @router.get("/api/readings", response_model=None)
    async def history(by: viewer, limit: Annotated[int, Query(ge=1, le=MOST_LOOKS)] = 20) -> list[dict[str, Any]]:
        """What was read, newest first."""
        return [plain_look(look) for look in await desk.look(lambda db: list_looks(db, limit))]

    return router


def plain_look(look: LookRow) -> dict[str, Any]:
    """A look as plain data. Times are UTC epoch milliseconds, money minor units, corners pixels of the picture."""
    return {
        "look": look.n,
        "at": look.at,
        "taken": look.taken,
        "source": look.source,
        "by": look.by,
        "place": look.place,
        "width": look.width,
        "height": look.height,
        "foreign": look.elsewhere,
        "labels": [_plain(one) for one in look.readings],
    }


def _plain(one: ReadingRow) -> dict[str, Any]:
    return {
        "number": one.number,
        "item": one.item,
        "version": one.version,
        "label": one.label,
        "verdict": one.verdict.value,
        "name": one.name,
        "place": one.place,
        "shown": one.shown,
        "charged": one.charged,
        "over": one.over,
        "corners": [list(corner) for corner in one.corners],
    }
