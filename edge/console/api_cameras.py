"""Cameras for people and scripts: health, a still to draw on, what each looks for, who is there."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Request
from starlette.responses import JSONResponse, Response

from drivers.base import DEVICE_ID
from edge.console.accounts import Account, Role
from edge.console.cameras import Cameras, NoPicture
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.scene_faults import Fault, read_scene
from edge.store import StoreError
from edge.views.scenes import list_drawings
from edge.vision.scene import Scene
from edge.visits.scenes import Stale

CameraId = Annotated[str, Path(pattern=f"^{DEVICE_ID.pattern}$")]


def cameras_api(desk: Desk) -> APIRouter:
    """GET /api/cameras, and for one: its still, scenes and feet; POST draws."""
    router = APIRouter()
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]
    _add_drawing(router, desk)

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

    return router


def _add_drawing(router: APIRouter, desk: Desk) -> None:
    """What a camera looks for: GET …/scenes, POST …/scene."""
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]

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


def spots(scene: Scene, places: list[tuple[float, float]]) -> list[tuple[float, float] | None]:
    """Places in the picture (fractions) as metres on the floor plan; None beyond it, or without floor points."""
    ground = scene.in_pixels(1_000, 1_000).ground if scene.floor is not None else None
    return [None if ground is None else ground.place(x * 1_000, y * 1_000) for x, y in places]


def _cameras(desk: Desk) -> Cameras:
    if desk.context.cameras is None:
        raise HTTPException(404, "This shop has no cameras.")
    return desk.context.cameras
