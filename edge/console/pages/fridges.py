"""Fridges and freezers: how cold each is now, and its curve over its band."""

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, status_chip, text
from cloud_sync.pages.theme import State
from edge.coldchain.machine import Look
from edge.console.desk import Desk
from edge.console.pages.cold_chart import cold_curve
from edge.console.pages.shell import Region, Visit, enter
from edge.console.pages.temperatures import degrees
from edge.views.fridges import Fridge, read_fridges

LOOKS = {
    Look.UNKNOWN: State.CHANGING,
    Look.IN_BAND: State.RIGHT,
    Look.OUTSIDE: State.NEEDS_YOU,
    Look.EXCURSION: State.FAILED,
    Look.SILENT: State.OFFLINE,
}


def add(router: APIRouter, desk: Desk) -> None:
    """/fridges"""

    @router.page("/fridges")
    async def fridges(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.fridges"), "/fridges"):
            row = Row(visit)
            row.show(await desk.look(lambda db: read_fridges(db, visit.now)))

        async def refresh() -> None:
            row.show(await desk.look(lambda db: read_fridges(db, visit.now)))

        visit.follow(refresh, "fridges")
        return None


class Row:
    """One card per fridge, those that need somebody first."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._list = Region("aisle-two")

    def show(self, fridges: list[Fridge]) -> None:
        """Bring the page up to date."""
        ages = tuple(self._visit.ago(one.read_at) for one in fridges)
        self._list.show((tuple(fridges), ages), lambda: self._draw_all(fridges))

    def _draw_all(self, fridges: list[Fridge]) -> None:
        t = self._visit.t
        if not fridges:
            empty("severe_cold", t("fridges.none"), t("fridges.none.how"))
        for one in fridges:
            self._draw(one)

    def _draw(self, one: Fridge) -> None:
        visit, t = self._visit, self._visit.t
        with card():
            with ui.element("div").classes("aisle-row"):
                with ui.element("div").classes("aisle-grow"):
                    text(one.name, "h2")
                    text(" · ".join(part for part in (one.place, band(one, visit)) if part)).classes(
                        "aisle-soft aisle-small"
                    )
                status_chip(LOOKS[Look(one.look)], t, t(f"fridge.{one.look}"))
            with ui.element("div").classes("aisle-row"):
                text("–" if one.centi is None else degrees(one.centi), "strong").classes("console-cold-now")
                if one.humidity is not None:
                    text(t("fridges.humidity", share=round(one.humidity / 100))).classes("aisle-soft aisle-small")
                if one.read_at is not None:
                    visit.when(one.read_at).classes("aisle-small")
                if one.look == Look.OUTSIDE:
                    text(t("fridges.outside", minutes=max(1, round(one.outside_ms / 60_000)))).classes("aisle-small")
            if one.curve:
                chart = ui.echart(cold_curve(one, visit.desk.context.shop.timezone, t))
                chart.classes("console-chart")


def band(one: Fridge, visit: Visit) -> str:
    """The band that it has to keep."""
    if one.low is None:
        return visit.t("fridges.at-most", high=degrees(one.high))
    return visit.t("fridges.from-to", low=degrees(one.low), high=degrees(one.high))
