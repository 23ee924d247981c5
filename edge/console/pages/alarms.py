"""Alarms: the tickets that are open, those that were, and how much of the time each device was ready."""

from functools import partial

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui
from sqlite_utils import Database

from cloud_sync.pages.parts import card, empty, status_chip, text
from cloud_sync.pages.reasons import in_words
from cloud_sync.pages.theme import State
from edge.alarms.availability import Availability
from edge.console.accounts import Role
from edge.console.desk import Desk
from edge.console.pages.looks import many
from edge.console.pages.shell import Region, Visit, enter
from edge.store.transaction import GATEWAY
from edge.views.tickets import Ready, Ticket, closed_tickets, open_tickets, read_availability

ICONS = {
    "disk-full": "storage",
    "cold-excursion": "severe_cold",
    "cold-silent": "sensors_off",
    "shop-full": "groups",
    "queue-long": "hourglass_bottom",
    "till-lost": "point_of_sale",
    "device-fault": "build",
    "camera-blind": "videocam_off",
    "device-lost": "sensors_off",
    "clock-doubted": "schedule",
    "line-down": "cloud_off",
    "labels-silent": "signal_wifi_bad",
    "label-silent": "sell",
    "battery-low": "battery_alert",
}
GOOD = 0.995
"""A device that is ready for less of the time is worth a look."""
Facts = tuple[list[Ticket], list[Ticket], list[Ready]]


def add(router: APIRouter, desk: Desk) -> None:
    """/alarms"""

    @router.page("/alarms")
    async def alarms(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit

        def read(database: Database) -> Facts:
            ready = read_availability(database, visit.now, desk.context.shop.timezone)
            return open_tickets(database), closed_tickets(database), ready

        with visit.page(visit.t("page.alarms"), "/alarms"):
            board = Board(visit)
            board.show(*await desk.look(read))

        async def refresh() -> None:
            board.show(*await desk.look(read))

        visit.follow(refresh, "tickets", "devices")
        return None


class Board:
    """Open tickets above, then closed ones beside the availability of devices."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        t = visit.t
        self._head = Region()
        self._open = Region("console-stack")
        with ui.element("div").classes("console-wide"):
            with card(t("alarms.closed")):
                self._closed = Region()
            with card(t("alarms.ready")):
                text(t("alarms.ready.how")).classes("aisle-soft aisle-small")
                self._ready = Region()

    def show(self, opened: list[Ticket], closed: list[Ticket], ready: list[Ready]) -> None:
        """Bring the page up to date."""
        visit = self._visit
        self._head.show(len(opened), lambda: self._draw_head(len(opened)))
        ages = tuple(visit.ago(one.opened_at) for one in opened)
        self._open.show((tuple(opened), ages), lambda: self._draw_open(opened))
        ages = tuple(visit.ago(one.closed_at) for one in closed)
        self._closed.show((tuple(closed), ages), lambda: self._draw_closed(closed))
        shares = tuple((one.device, _tenths(one.today), _tenths(one.week)) for one in ready)
        self._ready.show(shares, lambda: self._draw_ready(ready))

    def _draw_head(self, count: int) -> None:
        t = self._visit.t
        if count:
            text(many(t, "alarms.count", count, count=self._visit.desk.figures.count(count))).classes("aisle-soft")
        else:
            empty("notifications_none", t("alarms.none"), t("alarms.none.how"))

    def _draw_open(self, opened: list[Ticket]) -> None:
        for one in opened:
            self._draw(one)

    def _draw(self, one: Ticket) -> None:
        visit, t = self._visit, self._visit.t
        state = State.FAILED if one.critical else State.NEEDS_YOU
        if one.acknowledged_at is not None:
            state = State.CHANGING
        with ui.element("article").classes(f"console-task aisle-{state}"):
            with ui.element("div").classes("console-task-icon"):
                ui.icon(ICONS[one.rule]).props("aria-hidden=true")
            with ui.element("div").classes("aisle-grow"):
                text(headline(visit, one), "strong")
                text(f"{said(visit, one)} {t(f'alarm.{one.rule}.step')}".strip(), "div").classes("console-task-words")
                with ui.element("div").classes("aisle-soft aisle-small console-facts"):
                    text(t("alarms.number", number=one.number))
                    if one.place:
                        text(one.place)
                    with ui.element("span"):
                        visit.when(one.opened_at)
                    if one.acknowledged_at is not None:
                        text(t("alarms.taken", by=one.acknowledged_by))
                    if one.calming:
                        text(t("alarms.calming"))
                    if one.announced_at is None:
                        text(t("alarms.waits"))
            if one.acknowledged_at is None and visit.may(Role.CLERK):
                button = ui.button(t("alarms.take"), on_click=partial(self._take, one)).props("unelevated")
                button.classes("console-task-button").props["aria-label"] = f"{t('alarms.take')}: {one.number}"

    async def _take(self, one: Ticket) -> None:
        visit = self._visit
        verbs, by = visit.desk.context.verbs, visit.account.name
        await visit.act(Role.CLERK, lambda: verbs.acknowledge(one.number, by), visit.t("alarms.take.done"))

    def _draw_closed(self, closed: list[Ticket]) -> None:
        visit, t = self._visit, self._visit.t
        if not closed:
            text(t("alarms.closed.none")).classes("aisle-soft")
        for one in closed:
            with ui.element("div").classes("console-line"):
                ui.icon(ICONS[one.rule]).props("aria-hidden=true").classes("aisle-soft")
                text(headline(visit, one)).classes("aisle-grow")
                text(t("alarms.lasted", span=span(visit, (one.closed_at or one.opened_at) - one.opened_at))).classes(
                    "aisle-soft aisle-small"
                )
                visit.when(one.closed_at).classes("aisle-small")

    def _draw_ready(self, ready: list[Ready]) -> None:
        t = self._visit.t
        with ui.element("div").classes("console-line aisle-soft aisle-small"):
            text("").classes("aisle-grow")
            text(t("alarms.today")).classes("console-share-figure")
            text(t("alarms.week")).classes("console-share-figure")
        for one in ready:
            with ui.element("div").classes("console-line"):
                name = t("alarms.box") if one.device == GATEWAY else one.name or one.device
                with ui.element("div").classes("aisle-grow"):
                    text(name, "div")
                    if one.week.breakdowns:
                        between = span(self._visit, one.week.between_ms or 0)
                        broke = many(t, "alarms.broke", one.week.breakdowns, between=between)
                        text(broke, "div").classes("aisle-soft aisle-small")
                for figure in (one.today, one.week):
                    low = figure.share is not None and figure.share < GOOD
                    made = text(_percent(figure)).classes("console-share-figure")
                    made.classes(f"aisle-{State.NEEDS_YOU} console-low" if low else "")
        if len(ready) == 1:
            status_chip(State.OFFLINE, t, t("devices.none"))


def headline(visit: Visit, one: Ticket) -> str:
    """What is wrong, with what."""
    t = visit.t
    key = f"alarm.{one.rule}"
    return t(key, name=one.name or one.subject, value=one.value)


def said(visit: Visit, one: Ticket) -> str:
    """The device's own words, as a sentence."""
    words = in_words(one.why, visit.t, visit.desk.figures.money).strip()
    if not words:
        return ""
    return words if words[-1] in ".!?。！？" else words + visit.t("alarms.stop")


def span(visit: Visit, length_ms: int) -> str:
    """How long, in hours and minutes."""
    hours, minutes = divmod(max(1, round(length_ms / 60_000)), 60)
    key = "span.minutes" if not hours else "span.both" if minutes else "span.hours"
    return visit.t(key, hours=hours, minutes=minutes)


def _tenths(one: Availability) -> tuple[int | None, int]:
    return None if one.share is None else int(one.share * 1000), one.breakdowns


def _percent(one: Availability) -> str:
    """Rounded down: what was not ready all the time is never 100 %."""
    if one.share is None:
        return "–"
    tenths = int(one.share * 1000)
    return "100 %" if tenths == 1000 else f"{tenths // 10}.{tenths % 10} %"
