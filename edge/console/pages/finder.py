"""Looking for cameras on the shop's network, for whoever sets one up."""

from collections.abc import Sequence

from nicegui import ui

from cloud_sync.pages.parts import card, text
from edge.console.pages.shell import Visit
from edge.vision.finding import NotAsked, Seen


class Finder:
    """A button, and what answered. Names are the cameras' own words and shown as text only."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        t = visit.t
        with card(t("cameras.find.title")):
            text(t("cameras.find.how"), "p").classes("aisle-soft draw-how")
            self._button = ui.button(t("cameras.find"), on_click=self._look).props("unelevated").classes("draw-find")
            self._found = ui.element("div").classes("console-list").props('role="status"')

    async def _look(self) -> None:
        look, t = self._visit.desk.context.find_cameras, self._visit.t
        if look is None:
            return
        self._button.props("loading")
        try:
            found, why = await look(), ""
        except NotAsked as error:
            found, why = [], self._visit.reason(str(error))
        self._button.props(remove="loading")
        self._found.clear()
        with self._found:
            if why or not found:
                text(why or t("cameras.find.none"), "p").classes("draw-how")
            self._list(found)

    def _list(self, found: Sequence[Seen]) -> None:
        for one in found:
            with ui.element("div").classes("console-line"):
                ui.icon("videocam").props("aria-hidden=true")
                with ui.element("div").classes("aisle-grow"):
                    text(one.name or one.hardware or one.address, "strong")
                    words = " · ".join(part for part in (one.hardware, one.place) if part)
                    text(words, "div").classes("aisle-soft aisle-small")
                text(one.address).classes("aisle-mono")
