"""The lane's own screen: a page in a browser on this machine, and the few calls behind it.

GET  /                the page
GET  /lane            what it shows, as JSON; see `told.screen`
POST /pay             the shopper wants to pay
POST /void {place}    take a line out (-1: all); calls the staff
POST /weigh/cancel    not this after all
POST /help            call somebody
POST /staff {deed, place?, minor?, reason?}   what the staff decides; a badge is scanned first
POST /scan {code, symbology?}  type a code whose label cannot be read
"""

import json
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from cloud_sync.pages.guard import Guard
from cloud_sync.pages.i18n import Catalogue
from edge.lane.events import (
    HelpPressed,
    VoidPressed,
    WeighCancelled,
)
from edge.lane.run import LaneRun
from edge.lane.state import Deed


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Void(_Asked):
    """Which line; -1: all."""

    place: Annotated[int, Field(ge=-1, le=200)]


class Decision(_Asked):
    """What the staff decides."""

    deed: Deed
    place: Annotated[int, Field(ge=-1, le=200)] = -1
    minor: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    reason: Annotated[str, Field(max_length=120)] = ""


class Typed(_Asked):
    """A code that somebody typed."""

    code: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1c\x1e\x1f\x7f]+$")]


def screen_app(lane: LaneRun) -> FastAPI:
    """The application; to be served on this machine only."""
    app = FastAPI(title="Aisle lane", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(_page(lane))
    app.include_router(_calls(lane))
    app.add_middleware(Guard, hosts=frozenset(lane.config.screen.names))
    return app


def _page(lane: LaneRun) -> APIRouter:
    router = APIRouter()
    texts = Catalogue.load("edge.lane")
    page = files("edge.lane").joinpath("screen.html").read_text(encoding="utf-8")
    facts = {
        "language": lane.config.language,
        "locale": lane.config.locale.replace("_", "-"),
        "texts": {language: dict(texts.words(language).messages) for language in texts.languages},
    }
    made = page.replace("{{facts}}", json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c"))

    @router.get("/", response_class=HTMLResponse)
    async def show() -> str:
        return made

    @router.get("/lane")
    async def look() -> dict[str, Any]:
        return lane.look()

    return router


def _calls(lane: LaneRun) -> APIRouter:
    router = APIRouter()

    @router.post("/pay", status_code=202)
    async def pay() -> None:
        await lane.press_pay()

    @router.post("/void", status_code=202)
    async def void(asked: Void) -> None:
        lane.put(VoidPressed(asked.place))

    @router.post("/weigh/cancel", status_code=202)
    async def cancel() -> None:
        lane.put(WeighCancelled())

    @router.post("/help", status_code=202)
    async def help_() -> None:
        lane.put(HelpPressed())

    @router.post("/staff", status_code=202)
    async def staff(asked: Decision) -> None:
        lane.decided(asked.deed, asked.place, asked.minor, asked.reason)

    @router.post("/scan", status_code=202)
    async def scan(asked: Typed) -> None:
        lane.typed(asked.code)

    return router
