"""Cameras for people and scripts: health, a still to draw on, what each looks for, who is there, the floor plan."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

import cv2
import numpy as np
from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query, Request
from starlette.responses import JSONResponse, Response

from drivers.base import DEVICE_ID
from edge.console.accounts import Account, Role
from edge.console.cameras import Cameras, NoPicture
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.scene_faults import Fault, read_scene
from edge.floorplan import BadPlan, FloorPlan, keep_plan, read_plan, tidy_picture
from edge.floorplan.picture import MOST_BYTES
from edge.floorplan.plan import LEAST_CM, MOST_CM
from edge.store import StoreError
from edge.views.scenes import list_drawings
from edge.vision.scene import Scene
from edge.visits.scenes import Stale

CameraId = Annotated[str, Path(pattern=f"^{DEVICE_ID.pattern}$")]
UPLOAD_S = 60
SHEET_PX = 1_200
"""Of an empty plan's longer side."""


def cameras_api(desk: Desk) -> APIRouter:
    """GET /api/cameras, and for one: its still, scenes and feet; POST draws. GET and POST /api/plan."""
    router = APIRouter()
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]
    add_plan(router, desk)

    @router.get("/api/cameras", response_model=None)
    async def cameras(by: viewer) -> list[dict[str, Any]]:
        """Every camera with its health; times in UTC epoch milliseconds."""
        return [asdict(one) for one in _cameras(desk).all()]

    @router.get("/cameras/{camera}/still.png", include_in_schema=False)
    async def still(by: manager, camera: CameraId) -> Response:
        try:
            picture = await _cameras(desk).still(camera)
        except KeyError as error:
            raise HTTPException(404, f"there is no camera {camera}") from error
        except NoPicture as error:
            raise HTTPException(503, str(error)) from error
        return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})

    @router.get("/api/cameras/feet", response_model=None)
    def all_feet(by: viewer) -> dict[str, Any]:
        """Everybody whom a camera with floor points sees, in metres on the floor plan."""
        shop, people = _cameras(desk), []
        for number, one in enumerate(shop.all()):
            seen = shop.present(one.id)
            found = seen.feet if seen is not None else ()
            people += [{"id": foot.person * 64 + number, "spot": foot.plan} for foot in found if foot.plan is not None]
        return {"people": people}

    @router.get("/api/cameras/{camera}/feet", response_model=None)
    def feet(by: viewer, camera: CameraId) -> dict[str, Any]:
        """Where people stand now: fractions of the picture, and metres on the floor plan where that is known."""
        try:
            seen = _cameras(desk).present(camera)
        except KeyError as error:
            raise HTTPException(404, f"there is no camera {camera}") from error
        if seen is None:
            raise HTTPException(503, f"{camera} tells nothing now. Look at its health on the page of cameras.")
        people = [{"id": one.person, "x": one.x, "y": one.y, "spot": one.plan, "staff": one.staff} for one in seen.feet]
        return {"at": seen.at, "people": people}

    @router.get("/api/cameras/{camera}/scenes", response_model=None)
    async def scenes(by: viewer, camera: CameraId) -> list[dict[str, Any]]:
        """What it looked for, newest first, and who drew it."""
        found = await desk.look(lambda db: list_drawings(db, camera))
        return [asdict(one) | {"scene": one.scene.model_dump(mode="json")} for one in found]

    @router.post("/api/cameras/{camera}/scene", response_model=None)
    async def draw(
        by: manager, request: Request, camera: CameraId,
        after: Annotated[int, Body(ge=0, lt=2**31)], scene: Annotated[dict[str, Any], Body()],
    ) -> dict[str, Any] | JSONResponse:  # fmt: skip
        """Let it look for this from now on. A drawing that cannot be used is refused with `fault` and `shape`."""
        t = desk.catalogue.of_request(request)
        read = read_scene(scene)
        if isinstance(read, Fault):
            words = t(f"scene.fault.{read.word}", name=read.name)
            return JSONResponse({"fault": read.word, "shape": read.shape, "words": words}, 422)
        try:
            return {"version": await _cameras(desk).draw(camera, read, after, by.name)}
        except KeyError as error:
            raise HTTPException(404, f"there is no camera {camera}") from error
        except Stale:
            return JSONResponse({"fault": "stale", "words": t("scene.fault.stale")}, 409)
        except StoreError as error:
            raise HTTPException(503, f"{error}. Try again in a moment.") from error

    return router


def add_plan(router: APIRouter, desk: Desk) -> None:
    """GET /plan.png, GET and POST /api/plan."""
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]

    @router.get("/plan.png", include_in_schema=False)
    def picture(by: viewer, v: int = 0) -> Response:
        plan = desk.read(lambda db: read_plan(db.conn))
        headers = {"Cache-Control": "private, max-age=86400" if v == plan.version else "no-store"}
        return Response(plan.picture or empty_sheet(plan), media_type="image/png", headers=headers)

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
        try:
            data = await _body(request)
            tidy = await asyncio.to_thread(tidy_picture, data) if data else None
            deep = deep_cm or _deep(tidy, wide_cm)
            version = await desk.context.store.do(lambda tx: keep_plan(tx, wide_cm, deep, tidy, by.name))
        except TimeoutError:
            return JSONResponse({"reason": "slow", "detail": "The picture did not arrive in time."}, 408)
        except BadPlan as bad:
            return JSONResponse({"reason": bad.reason, "detail": f"{bad}."}, 422)
        except ValueError as error:
            return JSONResponse({"reason": "size", "detail": f"{error}."}, 422)
        except StoreError as error:
            raise HTTPException(503, f"{error}. Try again in a moment.") from error
        return {"version": version, "wide_cm": wide_cm, "deep_cm": deep}


def empty_sheet(plan: FloorPlan) -> bytes:
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


def spots(scene: Scene, places: list[tuple[float, float]]) -> list[tuple[float, float] | None]:
    """Places in the picture (fractions) as metres on the floor plan; None beyond it, or without floor points."""
    ground = scene.in_pixels(1_000, 1_000).ground if scene.floor is not None else None
    return [None if ground is None else ground.place(x * 1_000, y * 1_000) for x, y in places]


def _cameras(desk: Desk) -> Cameras:
    if desk.context.cameras is None:
        raise HTTPException(404, "This shop has no cameras.")
    return desk.context.cameras


def _deep(picture: bytes | None, wide_cm: int) -> int:
    """The depth that a picture's shape gives. Raises ValueError without one."""
    if picture is None:
        raise ValueError("an empty sheet needs a depth")
    high, wide = np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)).shape
    return max(1, round(wide_cm * int(high) / int(wide)))


async def _body(request: Request) -> bytes:
    """The whole body, in memory and bounded. Raises BadPlan, or TimeoutError when it does not come."""
    raw = bytearray()
    async with asyncio.timeout(UPLOAD_S):
        async for piece in request.stream():
            raw += piece
            if len(raw) > MOST_BYTES:
                raise BadPlan("bytes", f"the picture is too large; at most {MOST_BYTES >> 20} MiB")
    return bytes(raw)
