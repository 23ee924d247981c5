"""What happens in the shop's zones: visits, how long people stay, queues, people inside, and what was sold there."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui
from sqlite_utils import Database

from cloud_sync.pages.parts import card, empty, stat_tile, text
from cloud_sync.pages.theme import State
from edge.console.api_heat import zone_departments
from edge.console.desk import Desk
from edge.console.pages.footfall_charts import week_curve
from edge.console.pages.period_bar import draw_period, draw_tabs, file_link
from edge.console.pages.shell import Region, Visit, enter
from edge.console.period_query import Asked, address, lasting
from edge.views.footfall import Visits, ZoneFigures, ZoneStep, read_visits, read_zone_curve
from edge.views.footfall_steps import Step, read_steps
from edge.views.footfall_zones import Sold, read_sold, zone_days
from edge.views.period import Period
from edge.vision.facts import Waiting

HOUR_MS = 3_600_000
ICONS = {"browse": "shelves", "queue": "groups", "staff": "badge"}


@dataclass(frozen=True, slots=True)
class ZonesView:
    """A period and the one before it. `curves`: (camera, zone) → steps now and before."""

    zones: list[ZoneFigures]
    before: dict[tuple[str, str], ZoneFigures]
    sold: dict[str, Sold]
    visits: Visits
    visits_before: Visits
    steps: list[Step]
    steps_before: list[Step]
    curves: dict[tuple[str, str], tuple[list[ZoneStep], list[ZoneStep]]]


def add(router: APIRouter, desk: Desk) -> None:
    """/visitors/zones"""

    @router.page("/visitors/zones")
    async def zones(request: Request, period: Asked) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        period = Period(period.days, period.back)
        view = await desk.look(lambda db: read_view(db, period, visit.now, desk.context.shop.timezone))
        with visit.page(visit.t("page.zones"), "/visitors"):
            draw_tabs(visit, "/visitors/zones")
            live = Lanes(visit)
            live.show()
            draw_period(visit, period, "/visitors/zones")
            Sheet(visit, period, view).draw()

        async def refresh() -> None:
            live.show()

        visit.follow(refresh, "visits")
        return None


def read_view(database: Database, period: Period, now: int, timezone: str) -> ZonesView:
    """All that the page shows, at one moment."""
    spans, earlier = period.so_far(now, timezone), period.before.so_far(now, timezone)
    step = HOUR_MS // 4 if period.days == 1 else HOUR_MS
    found = zone_days(database, spans)[:12]

    def curve(one: ZoneFigures) -> tuple[list[ZoneStep], list[ZoneStep]]:
        (start, _), (begin, _) = spans[0], earlier[0]
        ends = [period.spans(now, timezone)[-1][1], period.before.spans(now, timezone)[-1][1]]
        return (
            [each for each in read_zone_curve(database, one.camera, one.zone, start, ends[0], step) if each.at < now],
            read_zone_curve(database, one.camera, one.zone, begin, ends[1], step),
        )

    return ZonesView(
        found,
        {(one.camera, one.zone): one for one in zone_days(database, earlier)},
        read_sold(database, spans),
        read_visits(database, *spans[0]),
        read_visits(database, *earlier[0]),
        read_steps(database, spans, timezone),
        read_steps(database, period.before.spans(now, timezone), timezone),
        {(one.camera, one.zone): curve(one) for one in found if one.kind != "staff"},
    )


class Lanes:
    """The queues now: how many wait, and for how long."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._tiles = Region("aisle-tiles zone-lanes")

    def show(self) -> None:
        """Bring the tiles up to date."""
        shop = self._visit.desk.context.cameras
        now: list[Waiting] = []
        for one in shop.all() if shop is not None else ():
            seen = shop.present(one.id) if shop is not None else None
            now += [zone for zone in (seen.zones if seen is not None else ()) if zone.kind == "queue"]
        self._tiles.show(tuple(now), lambda: self._draw(now))

    def _draw(self, now: list[Waiting]) -> None:
        t = self._visit.t
        for zone in now:
            name = f"{zone.zone} · {zone.lane}" if zone.lane and zone.lane != zone.zone else zone.zone
            note = t("zones.first", span=lasting(zone.longest_ms, t)) if zone.people else t("zones.nobody")
            state = State.NEEDS_YOU if zone.too_long else State.RIGHT
            stat_tile(name, t("zones.waiting", count=zone.people), state, note)


class Sheet:
    """The figures and curves of a period."""

    def __init__(self, visit: Visit, period: Period, view: ZonesView) -> None:
        self._visit, self._period, self._view = visit, period, view
        self._departments = zone_departments(visit.desk)

    def draw(self) -> None:
        """Everything, once."""
        t = self._visit.t
        with ui.element("div").classes("aisle-tiles"):
            self._people()
        if any(step.inside for step in (*self._view.steps, *self._view.steps_before)):
            with card(t("zones.inside")):
                self._curve([one.inside for one in self._view.steps], [one.inside for one in self._view.steps_before],
                            [one.at for one in self._view.steps_before], t("zones.inside"))  # fmt: skip
        if not self._view.zones:
            with card():
                empty("pentagon", t("zones.none"), t("zones.none.how"))
            return
        with ui.element("div").classes("zone-cards"):
            for one in self._view.zones:
                self._zone(one)
        with ui.element("div").classes("console-acts"):
            file_link(t("zones.csv"), address("/export/zones.csv", self._period))
            file_link(t("visitors.csv"), address("/export/visitors.csv", self._period))
        text(t("zones.sold-how"), "p").classes("aisle-soft aisle-small")

    def _people(self) -> None:
        t, count, now, before = (
            self._visit.t,
            self._visit.desk.figures.count,
            self._view.visits,
            self._view.visits_before,
        )
        came, came_before = now.entered - now.again, before.entered - before.again
        stat_tile(t("zones.visitors"), count(came), note=self._against(came, came_before))
        if now.parties:
            each = t("zones.party-size", size=f"{came / now.parties:.1f}")
            stat_tile(t("zones.parties"), count(now.parties), note=each)
        if now.capture is not None:
            old = "" if before.capture is None else t("zones.before", value=f"{before.capture:.0%}")
            stat_tile(t("zones.capture"), f"{now.capture:.0%}", note=old)
            stat_tile(t("zones.passed"), count(now.passed), note=self._against(now.passed, before.passed))

    def _zone(self, one: ZoneFigures) -> None:
        t, figures = self._visit.t, self._visit.desk.figures
        before = self._view.before.get((one.camera, one.zone))
        with card() as made:
            made.classes("zone-card")
            with ui.element("div").classes("camera-head"):
                ui.icon(ICONS.get(one.kind, "pentagon")).props("aria-hidden=true")
                with ui.element("div").classes("aisle-grow"):
                    text(one.zone, "h2")
                    text(f"{t(f'draw.{one.kind}')} · {one.camera}").classes("aisle-soft aisle-small")
            with ui.element("div").classes("console-figures"):
                self._figure(figures.count(one.visits), t("zones.visits"),
                             self._against(one.visits, before.visits if before else 0))  # fmt: skip
                if one.average_ms is not None:
                    old = before.average_ms if before else None
                    note = "" if old is None else t("zones.before", value=lasting(old, t))
                    key = "zones.wait" if one.kind == "queue" else "zones.stay"
                    self._figure(lasting(one.average_ms, t), t(key), note)
                    self._figure(lasting(one.longest_ms, t), t("zones.longest"), t("zones.most", count=one.most))
            self._sales(one)
            if curve := self._view.curves.get((one.camera, one.zone)):
                name = t("zones.wait-seconds" if one.kind == "queue" else "zones.visits")
                present, past = ([_height(step, one.kind) for step in steps] for steps in curve)
                self._curve(present, past, [each.at for each in curve[1]], name, small=True)

    def _sales(self, one: ZoneFigures) -> None:
        department = self._departments.get((one.camera, one.zone), "")
        if not department:
            return
        t, figures = self._visit.t, self._visit.desk.figures
        sold = self._view.sold.get(department, Sold(0, 0))
        with ui.element("div").classes("zone-sales"):
            ui.icon("receipt_long").props("aria-hidden=true")
            text(
                t(
                    "zones.sold",
                    department=department,
                    money=figures.money(sold.total_minor),
                    lines=figures.count(sold.lines),
                )
            )
            if one.visits:
                text(t("zones.per-visit", money=figures.money(round(sold.total_minor / one.visits)))).classes(
                    "aisle-soft"
                )

    def _figure(self, value: str, name: str, note: str) -> None:
        with ui.element("div").classes("console-figure"):
            text(value, "strong")
            text(name)
            if note:
                text(note, "small").classes("aisle-soft")

    def _against(self, now: int, before: int) -> str:
        """How it compares with the period before."""
        if not before:
            return ""
        change = round((now - before) * 100 / before)
        sign = "+" if change > 0 else "−" if change < 0 else "±"
        return self._visit.t("zones.against", change=f"{sign}{abs(change)} %")

    def _curve(self, now: list[int], before: list[int], times: list[int], name: str, *, small: bool = False) -> None:
        shown = week_curve(now, before, times, self._visit.desk.context.shop.timezone, name, self._visit.t)
        ui.echart(shown).classes("console-chart" + ("" if small else " zone-chart"))


def _height(step: ZoneStep, kind: str) -> int:
    """Of the curve: seconds of waiting in a queue, else visits."""
    if kind == "queue":
        return round(step.waited_ms / step.waited / 1000) if step.waited else 0
    return step.visits
