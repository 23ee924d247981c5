"""Self-checkout lanes: who calls, what is out of order, how long shoppers take."""

from functools import partial

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, status_chip, text
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.looks import many
from edge.console.pages.shell import Region, Visit, enter
from edge.views.lanes import Lane, Part, read_lanes

STATES = {
    "free": State.RIGHT,
    "busy": State.CHANGING,
    "attendant": State.NEEDS_YOU,
    "out": State.FAILED,
}
ICONS = {
    "scanner": "barcode_reader",
    "scale": "scale",
    "bags": "shopping_bag",
    "printer": "receipt",
    "terminal": "credit_card",
}
PARTS = {"ready": State.RIGHT, "low": State.NEEDS_YOU, "fault": State.FAILED, "lost": State.FAILED}


def add(router: APIRouter, desk: Desk) -> None:
    """/lanes"""

    @router.page("/lanes")
    async def lanes(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        with visit.page(visit.t("page.lanes"), "/lanes"):
            row = Row(visit)
            await row.refresh()
        visit.follow(row.refresh, "lanes", "devices", "sales")
        return None


class Row:
    """One card per lane; those that call stand first."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._head = Region()
        self._list = Region("aisle-two")

    async def refresh(self) -> None:
        """Bring the page up to date."""
        visit = self._visit
        zone = visit.desk.context.shop.timezone
        lanes = await visit.desk.look(lambda db: read_lanes(db, visit.now, zone))
        ages = tuple((visit.ago(one.since), visit.ago(one.sold_at)) for one in lanes)
        self._head.show(tuple((one.state, one.here) for one in lanes), partial(self._draw_head, lanes))
        self._list.show((tuple(lanes), ages), partial(self._draw_all, lanes))

    def _draw_head(self, lanes: list[Lane]) -> None:
        t = self._visit.t
        if not lanes:
            empty("point_of_sale", t("lanes.none"), t("lanes.none.how"))
            return
        free = sum(one.here and one.state == "free" for one in lanes)
        text(many(t, "lanes.free", free, all=len(lanes))).classes("aisle-soft")

    def _draw_all(self, lanes: list[Lane]) -> None:
        for one in lanes:
            self._draw(one)

    def _draw(self, one: Lane) -> None:
        t = self._visit.t
        with card():
            with ui.element("div").classes("aisle-row"):
                with ui.element("div").classes("aisle-grow"):
                    text(one.name or one.device, "h2")
                    text(" · ".join(part for part in (one.device, one.place) if part)).classes("aisle-soft aisle-small")
                state, word = (STATES[one.state], f"lane.{one.state}") if one.here else (State.OFFLINE, "lane.gone")
                status_chip(state, t, t(word))
            if one.here and (one.call or one.why):
                self._draw_call(one)
            self._draw_figures(one)
            with ui.element("div").classes("lane-parts"):
                for part in one.parts:
                    self._draw_part(part)

    def _draw_call(self, one: Lane) -> None:
        visit, t = self._visit, self._visit.t
        called = one.state == "attendant"
        with ui.element("div").classes(f"console-state aisle-{STATES[one.state]} lane-call"):
            ui.icon("front_hand" if called else "block").props("aria-hidden=true")
            with ui.element("div").classes("aisle-grow"):
                text(_why(visit, one), "strong")
                with ui.element("div").classes("aisle-small"):
                    visit.when(one.since)
                    if one.seen_by:
                        text(" · " + t("lanes.goes", by=one.seen_by))
            if called and not one.seen_by and visit.may(Role.CLERK):
                button = ui.button(t("lanes.go"), on_click=partial(self._go, one)).props("unelevated")
                button.classes("console-task-button").props["aria-label"] = f"{t('lanes.go')}: {one.name or one.device}"

    async def _go(self, one: Lane) -> None:
        visit = self._visit
        verbs, by = visit.desk.context.verbs, visit.account.name
        await visit.act(Role.CLERK, lambda: verbs.go_to_lane(one.device, by), visit.t("lanes.go.done"))

    def _draw_figures(self, one: Lane) -> None:
        visit, t, figures = self._visit, self._visit.t, self._visit.desk.figures
        with ui.element("div").classes("console-figures lane-figures"):
            note = many(t, "lanes.left", one.left) if one.left else ""
            _figure(figures.count(one.visits), t("lanes.visits"), note)
            waited = t("lanes.waited", span=_span(visit, one.waited_ms)) if one.waited_ms else ""
            _figure(_span(visit, one.median_ms), t("lanes.median"), waited)
            if one.asked:
                failed = many(t, "lanes.failed", one.failed, all=one.asked) if one.failed else ""
                _figure(_span(visit, one.answer_p95_ms), t("lanes.answer"), failed)
            sold = figures.money(one.sold_minor, one.currency) if one.sold_at else "–"
            _figure(sold, t("lanes.last"), visit.ago(one.sold_at) if one.sold_at else "")

    def _draw_part(self, part: Part) -> None:
        t = self._visit.t
        state = PARTS.get(part.state, State.OFFLINE)
        word = t(f"lane.part.{part.state}") if part.state in (*PARTS, "unknown") else part.state
        name = t(f"lane.{part.name}") if part.name in ICONS else part.name
        with ui.element("span").classes(f"aisle-chip aisle-{state}") as chip:
            ui.icon(ICONS.get(part.name, "settings_input_component")).props("aria-hidden=true")
            text(name if part.state == "ready" else f"{name}: {word}")
        chip.props["title"] = f"{name}: {word}" + (f" ({part.why})" if part.why else "")


def _figure(value: str, name: str, note: str) -> None:
    with ui.element("div").classes("console-figure"):
        text(value, "strong")
        text(name)
        if note:
            text(note, "small").classes("aisle-soft")


def _why(visit: Visit, one: Lane) -> str:
    t = visit.t
    key = f"lane.call.{one.call}" if one.call else f"lane.closed.{one.why}"
    said = t(key)
    said = (one.call or one.why) if said == key else said
    return f"{said}: {one.about}" if one.about else said


def _span(visit: Visit, length: int | None) -> str:
    """Minutes and seconds."""
    if length is None:
        return "–"
    minutes, seconds = divmod(round(length / 1000), 60)
    return visit.t("lanes.span", minutes=minutes, seconds=f"{seconds:02}")
