"""Reading labels with a telephone: take a photo, see each label marked, and look back at what was read."""

import json
from importlib.resources import files

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, events, ui

from cloud_sync.pages.parts import card, text
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.outline import draw_boxes, draw_readings, draw_summary
from edge.console.pages.shell import Region, Visit, enter
from edge.views.labels import list_places
from edge.views.readings import LookRow, list_looks, read_look

FAULTS = ("empty", "bytes", "pixels", "small", "kind", "broken", "old", "slow", "busy", "offline", "other")
HISTORY = 20


def add(router: APIRouter, desk: Desk) -> None:
    """/photo"""

    @router.page("/photo")
    async def photo(request: Request, place: str = "") -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        places, looks = await desk.look(lambda db: (list_places(db), list_looks(db, HISTORY)))
        with visit.page(visit.t("page.photo"), "/photo"):
            book = Book(visit)
            if visit.may(Role.CLERK) and desk.context.readback is not None:
                Camera(visit, places, place[:60])
            else:
                text(visit.t("photo.not-allowed"), "p").classes("aisle-soft")
            book.begin()
            book.show(looks)

        async def refresh() -> None:
            book.show(await desk.look(lambda db: list_looks(db, HISTORY)))

        visit.follow(refresh, "readings")
        return None


class Camera:
    """The card that takes a photo. The browser sends it and shows it from its memory; the verdicts come from here."""

    def __init__(self, visit: Visit, places: list[str], place: str) -> None:
        self._visit = visit
        t = visit.t
        script = files("edge.console").joinpath("photo.js").read_text(encoding="utf-8")
        ui.add_body_html(f"<script>{script}</script>")
        words = {fault: t(f"photo.fault.{fault}") for fault in FAULTS}
        with card() as panel:
            panel.classes("photo-panel")
            panel.props["data-state"] = "idle"
            panel.props["data-words"] = json.dumps(words | {"reading": t("photo.busy")}, ensure_ascii=False)
            text(t("photo.what"), "p").classes("photo-what")
            with ui.element("div").classes("photo-acts"):
                self._button("photo_camera", t("photo.take"), camera=True)
                self._button("image", t("photo.choose"), camera=False)
                self._places(places, place)
            text("", "div").classes("photo-said").props('role="status" aria-live="polite"')
            self._summary = Region()
            with ui.element("div").classes("photo-stage"):
                ui.element("img").classes("photo-shot").props('alt=""')
                self._boxes = Region("photo-boxes")
            self._list = Region("console-list")
            with ui.element("p").classes("aisle-soft aisle-small photo-private"):
                ui.icon("lock").props("aria-hidden=true")
                text(f"{t('photo.private')} {t('photo.how')}")
        ui.on("photo-begun", self._clear)
        ui.on("photo-read", self._read)

    def _button(self, icon: str, words: str, *, camera: bool) -> None:
        with ui.element("label").classes("photo-button" + ("" if camera else " photo-button-quiet")):
            ui.icon(icon).props("aria-hidden=true")
            text(words)
            chosen = ui.element("input").classes("photo-input")
            chosen.props["type"] = "file"
            chosen.props["accept"] = "image/jpeg,image/png"
            if camera:
                chosen.props["capture"] = "environment"

    def _places(self, places: list[str], place: str) -> None:
        t = self._visit.t
        with ui.element("label").classes("photo-where"):
            text(t("photo.place"))
            with ui.element("select").classes("photo-place"):
                for one in ("", *places):
                    option = text(one or t("photo.place.any"), "option")
                    option.props["value"] = one
                    if one == place:
                        option.props["selected"] = True

    def _clear(self) -> None:
        for region in (self._summary, self._boxes, self._list):
            region.show("nothing", lambda: None)

    async def _read(self, event: events.GenericEventArguments) -> None:
        """The browser says which look is its own; anybody who may see this page may see any of them."""
        if not isinstance(event.args, int):
            return
        number = event.args
        look = await self._visit.desk.look(lambda db: read_look(db, number))
        if look is not None:
            self._summary.show(look, lambda: draw_summary(self._visit, look))
            self._boxes.show(look, lambda: draw_boxes(self._visit, look))
            self._list.show(look, lambda: draw_readings(self._visit, look))


class Book:
    """What was read before, newest first: the outline of each picture, and its labels when it is opened."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._list: Region | None = None

    def begin(self) -> None:
        """Draw the card."""
        t = self._visit.t
        with card(t("photo.history")):
            text(t("photo.history.what")).classes("aisle-soft aisle-small")
            self._list = Region("photo-history")

    def show(self, looks: list[LookRow]) -> None:
        """Bring the list up to date. What somebody has opened stays as it is until something new was read."""
        if self._list is not None:
            self._list.show(tuple((look.n, self._visit.ago(look.at)) for look in looks), lambda: self._draw(looks))

    def _draw(self, looks: list[LookRow]) -> None:
        visit, t = self._visit, self._visit.t
        if not looks:
            text(t("photo.history.none")).classes("aisle-soft")
        for look in looks:
            with ui.element("details").classes("photo-look"):
                self._draw_head(look)
                with ui.element("div").classes("console-list photo-labels"):
                    draw_readings(visit, look)

    def _draw_head(self, look: LookRow) -> None:
        visit, t = self._visit, self._visit.t
        with ui.element("summary"):
            with ui.element("div").classes("photo-outline"):
                draw_boxes(visit, look, frame=True)
            with ui.element("div").classes("aisle-grow"):
                draw_summary(visit, look, chip=True)
                with ui.element("div").classes("aisle-soft aisle-small console-facts"):
                    source = "photo.by.photo" if look.source == "photo" else "photo.by.camera"
                    text(t(source, by=look.by or look.source))
                    if look.place:
                        text(look.place)
                    visit.when(look.taken)
