"""Footfall as curves."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, empty, stat_tile
from edge.console.desk import Desk
from edge.console.pages.charts import bars, visitors_by_hour
from edge.console.pages.period_bar import draw_tabs, file_link
from edge.console.pages.shell import Region, Visit, enter
from edge.views.visitors import VisitDay, Visitors, read_days, read_visitors


def add(router: APIRouter, desk: Desk) -> None:
    """/visitors"""

    @router.page("/visitors")
    async def visitors(request: Request) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        zone = desk.context.shop.timezone
        people, days = await desk.look(lambda db: (read_visitors(db, visit.now, zone), read_days(db, visit.now, zone)))
        with visit.page(visit.t("page.visitors"), "/visitors"):
            draw_tabs(visit, "/visitors")
            if not people.counted:
                empty("directions_walk", visit.t("visitors.none"), visit.t("visitors.none.how"))
                return None
            curves = Curves(visit, people, days)

        async def refresh() -> None:
            curves.show(
                *await desk.look(lambda db: (read_visitors(db, visit.now, zone), read_days(db, visit.now, zone)))
            )

        visit.follow(refresh, "visits")
        return None


class Curves:
    """Figures, the curve of today, and the days before it."""

    def __init__(self, visit: Visit, people: Visitors, days: list[VisitDay]) -> None:
        self._visit = visit
        t = visit.t
        self._tiles = Region("aisle-tiles")
        with card(t("visitors.chart")):
            self._hours = ui.echart(visitors_by_hour(people, t)).classes("console-chart console-chart-tall")
        with card(t("visitors.days")):
            self._days = ui.echart(self._bars(days)).classes("console-chart")
        file_link(t("visitors.csv"), "/export/visitors.csv?days=7")
        self.show(people, days)

    def show(self, people: Visitors, days: list[VisitDay]) -> None:
        """Bring the figures and curves up to date."""
        t, count = self._visit.t, self._visit.desk.figures.count
        self._tiles.show(
            people, lambda: self._draw_tiles(people, t("overview.last-week", count=count(people.last_week_so_far)))
        )
        for chart, options in ((self._hours, visitors_by_hour(people, t)), (self._days, self._bars(days))):
            if chart.options != options:
                chart.options.update(options)
                chart.update()

    def _draw_tiles(self, people: Visitors, note: str) -> None:
        t, count = self._visit.t, self._visit.desk.figures.count
        stat_tile(t("overview.entered"), count(people.entered), note=note)
        stat_tile(t("overview.inside"), count(people.inside))
        if any(people.today):
            busiest = max(range(24), key=lambda hour: people.today[hour])
            stat_tile(
                t("visitors.busiest"), f"{busiest:02}:00", note=t("visitors.came", count=count(people.today[busiest]))
            )

    def _bars(self, days: list[VisitDay]) -> dict[str, object]:
        zone, t = ZoneInfo(self._visit.desk.context.shop.timezone), self._visit.t
        moments = [datetime.fromtimestamp(day.start / 1000, tz=UTC).astimezone(zone) for day in days]
        names = [f"{t(f'day.{moment.isoweekday()}')} {moment.day}" for moment in moments]
        return bars(names, [day.entered for day in days], t("overview.entered"), t)
