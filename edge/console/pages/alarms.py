"""Alarms: the tickets that are open, those that were, and how much of the time each device was ready."""

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui
from sqlite_utils import Database

from cloud_sync.pages.parts import card, empty, status_chip, text
from cloud_sync.pages.theme import State
from edge.alarms.availability import Availability
from edge.console.desk import Desk
from edge.console.pages.looks import many
from edge.console.pages.shell import Region, Visit, enter
from edge.console.pages.ticket_card import ICONS, headline, ticket_card
from edge.store.transaction import GATEWAY
from edge.views.tickets import Ready, Ticket, closed_tickets, open_tickets, read_availability

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
            ticket_card(self._visit, one)

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
