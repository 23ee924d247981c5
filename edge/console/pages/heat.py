"""Where in the shop people are: heat maps over the floor plan, week on week and by the hour of the day."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import APIRouter, ui

from cloud_sync.pages.parts import card, text
from edge.console.desk import Desk
from edge.console.drawn.shop import Of, Which
from edge.console.pages.looks import many
from edge.console.pages.period_bar import draw_period, draw_tabs, file_link
from edge.console.pages.shell import Visit, enter
from edge.console.period_query import Asked, address, period_words
from edge.views.footfall_steps import Step, read_steps
from edge.views.period import Period

TALLEST = 62
"""Pixels of the busiest hour's bar."""


def add(router: APIRouter, desk: Desk) -> None:
    """/visitors/heat"""

    @router.page("/visitors/heat")
    async def heat(request: Request, period: Asked, of: Of = Of.DWELL) -> RedirectResponse | None:
        visit = await enter(desk, request)
        if isinstance(visit, RedirectResponse):
            return visit
        timezone = desk.context.shop.timezone
        whole = Period(period.days, period.back)
        steps = await desk.look(lambda db: read_steps(db, whole.so_far(visit.now, timezone), timezone))
        t = visit.t
        with visit.page(t("page.heat"), "/visitors"):
            draw_tabs(visit, "/visitors/heat")
            draw_period(visit, period, "/visitors/heat", of=of.value)
            with ui.element("div").classes("console-chips"):
                for one in Of:
                    link = ui.link(target=address("/visitors/heat", period, of=one.value)).classes("console-chip")
                    if one is of:
                        link.props("aria-current=page")
                    with link:
                        text(t(f"heat.{one}"))
            with card(t("heat.by-hour")):
                _hours(visit, period, of, steps)
            _pictures(visit, period, of)
            with ui.element("div").classes("console-acts"):
                file_link(t("heat.csv"), address("/export/heat.csv", period))
        return None


def _pictures(visit: Visit, period: Period, of: Of) -> None:
    """Now, the week before, and what changed."""
    t, timezone = visit.t, visit.desk.context.shop.timezone
    with ui.element("div").classes("heat-room"):
        for which, shown in ((Which.NOW, period), (Which.BEFORE, period.before), (Which.CHANGE, period)):
            with card() as made:
                made.classes(f"heat-card heat-{which}")
                words = t(f"heat.which.{which}")
                dates = period_words(shown, visit.now, timezone, t)
                source = address("/visitors/heat.png", period, of=of.value, which=which.value)
                text(words, "h2")
                with ui.element("picture"):
                    ui.element("source").props(f'media="(max-width: 860px)" srcset="{source}&small=true"')
                    picture = ui.element("img").classes("heat-picture")
                picture.props["src"] = source
                picture.props["alt"] = t("heat.alt", what=t(f"heat.{of}"), which=words, dates=dates)
                picture.props["loading"] = "lazy" if which is not Which.NOW else "eager"
                file_link(t("chart.save"), f"{source}&save=true")


def _hours(visit: Visit, period: Period, of: Of, steps: Sequence[Step]) -> None:
    """A bar for each hour of the day, as high as many came in; each shows the map of that hour."""
    t, came = visit.t, by_hour(steps, visit.desk.context.shop.timezone)
    most = max(came) or 1
    with ui.element("div").classes("heat-hours"):
        every = Period(period.days, period.back)
        link = ui.link(target=address("/visitors/heat", every, of=of.value)).classes("heat-hour heat-all")
        if period.hour is None:
            link.props("aria-current=page")
        with link:
            ui.icon("schedule").props("aria-hidden=true")
            text(t("heat.all-day"))
        busy = [hour for hour in range(24) if came[hour]] or [9, 20]
        for hour in range(max(0, min(busy) - 1), min(23, max(busy) + 1) + 1):
            one = Period(period.days, period.back, hour)
            words = f"{hour:02}:00, {many(t, 'heat.came', came[hour])}"
            link = ui.link(target=address("/visitors/heat", one, of=of.value)).classes("heat-hour")
            link.props["aria-label"] = words
            link.props["title"] = words
            if period.hour == hour:
                link.props("aria-current=page")
            with link:
                ui.element("i").style(f"height:{max(2, round(came[hour] * TALLEST / most))}px")
                text(f"{hour:02}")


def by_hour(steps: Sequence[Step], timezone: str) -> list[int]:
    """How many came in, by hour of the wall clock."""
    zone, came = ZoneInfo(timezone), [0] * 24
    for one in steps:
        came[datetime.fromtimestamp(one.at / 1000, UTC).astimezone(zone).hour] += one.entered
    return came
