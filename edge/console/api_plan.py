"""The floor plan: its picture, its size, and a new one in its place."""

import asyncio
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import cv2
import numpy as np
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import JSONResponse, Response

from edge.console.accounts import Account, Role
from edge.console.answers import refusal
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.upload import TooLarge, whole_body
from edge.floorplan import BadPlan, FloorPlan, keep_plan, read_plan, tidy_picture
from edge.floorplan.picture import MOST_BYTES
from edge.floorplan.plan import LEAST_CM, MOST_CM
from edge.store import StoreError

UPLOAD_S = 60
SHEET_PX = 1_200
"""Of an empty plan's longer side."""


def plan_api(desk: Desk) -> APIRouter:
    """GET /plan.png, GET and POST /api/plan."""
    router = APIRouter()
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]

    @router.get("/plan.png", include_in_schema=False)
    def picture(by: viewer, v: int = 0) -> Response:
        plan = desk.read(lambda db: read_plan(db.conn))
        headers = {"Cache-Control": "private, max-age=86400" if v == plan.version else "no-store"}
        return Response(plan.picture or _empty_sheet(plan), media_type="image/png", headers=headers)

    @router.get("/api/plan", response_model=None)
    async def plan(by: viewer) -> dict[str, Any]:
        """Size of the floor plan in centimetres, and whether there is a picture of it."""
        found = await desk.look(lambda db: read_plan(db.conn))
        return asdict(found) | {"picture": found.picture is not None}

    @router.post("/api/plan", response_model=None)
    async def keep(
        by: manager,
        request: Request,
        wide_cm: Annotated[int, Query(ge=LEAST_CM, le=MOST_CM)],
        deep_cm: Annotated[int, Query(ge=0, le=MOST_CM)] = 0,
    ) -> dict[str, Any] | JSONResponse:
        """Keep a new plan: a JPEG or PNG of the whole floor as the body, or nothing for an empty sheet.

        `deep_cm` 0: as deep as the picture's own shape says.
        """
        refused = partial(refusal, desk.catalogue, request)
        try:
            data = await whole_body(request, MOST_BYTES, UPLOAD_S)
            tidy = await asyncio.to_thread(tidy_picture, data) if data else None
            deep = deep_cm or _deep(tidy, wide_cm)
            version = await desk.context.store.do(lambda tx: keep_plan(tx, wide_cm, deep, tidy, by.name))
        except TooLarge:
            why = f"the picture is too large; at most {MOST_BYTES >> 20} MiB."
            return refused(422, reason="bytes", detail=why)
        except TimeoutError:
            return refused(408, reason="slow", detail="The picture did not arrive in time.")
        except BadPlan as bad:
            return refused(422, reason=bad.reason, detail=f"{bad}.")
        except ValueError as error:
            return refused(422, reason="size", detail=f"{error}.")
        except StoreError as error:
            raise HTTPException(503, f"{error}. Try again in a moment.") from error
        return {"version": version, "wide_cm": wide_cm, "deep_cm": deep}

    return router


def _empty_sheet(plan: FloorPlan) -> bytes:
    """A white sheet of the plan's shape with a line every metre, or every five on a large floor, as a PNG."""
    wide, deep = plan.size_m
    per_m = SHEET_PX / max(wide, deep)
    sheet = np.full((max(1, round(deep * per_m)), max(1, round(wide * per_m))), 251, np.uint8)
    for metre in range(1, int(max(wide, deep)) + 1):
        if metre % 5 and per_m < 12:
            continue
        at, shade = round(metre * per_m), 212 if metre % 5 == 0 else 234
        cv2.line(sheet, (at, 0), (at, sheet.shape[0]), (shade,), 1)
        cv2.line(sheet, (0, at), (sheet.shape[1], at), (shade,), 1)
    return bytes(cv2.imencode(".png", sheet)[1])


def _deep(picture: bytes | None, wide_cm: int) -> int:
    """The depth that a picture's shape gives. Raises ValueError without one."""
    if picture is None:
        raise ValueError("an empty sheet needs a depth")
    high, wide = np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)).shape
    return max(1, round(wide_cm * int(high) / int(wide)))
