"""Heat maps as pictures, and footfall as tables for a spreadsheet."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from edge.console.accounts import Account, Role
from edge.console.answers import text_file
from edge.console.api_cameras import spots
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.drawn.heat import Area
from edge.console.drawn.shop import Asked as Wanted
from edge.console.drawn.shop import Of, Which, heat_png, read_facts
from edge.console.period_query import Asked
from edge.console.tables import write_csv
from edge.floorplan import read_plan
from edge.views.footfall_heat import read_heat
from edge.views.footfall_steps import read_steps
from edge.views.footfall_zones import read_sold, zone_days

HEAT_HEAD = ("x_m", "y_m", "dwell_s", "visits")
STEP_HEAD = ("from", "entered", "departed", "again", "groups", "passed_by", "inside")
ZONE_HEAD = (
    "camera", "zone", "kind", "visits", "average_s", "longest_s", "dwell_s", "most_people", "department",
    "sold_lines", "sold_minor", "currency",
)  # fmt: skip


def heat_api(desk: Desk) -> APIRouter:
    """GET /visitors/heat.png and /export/{heat,visitors,zones}.csv; all take days, back and hour."""
    router, context = APIRouter(include_in_schema=False), desk.context
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    timezone = context.shop.timezone

    @router.get("/visitors/heat.png")
    async def picture(
        by: viewer, request: Request, period: Asked, of: Of = Of.DWELL, which: Which = Which.NOW,
        zones: bool = True, small: bool = False, save: bool = False,
    ) -> Response:  # fmt: skip
        """A heat map over the floor plan. `small`: with larger letters, for a telephone. `save`: as a file."""
        now, t, asked = context.clock(), desk.catalogue.of_request(request), Wanted(period, of, which, small)
        facts = await desk.look(lambda db: read_facts(db, asked, now, timezone))
        areas = zone_areas(desk) if zones else ()
        drawn = await asyncio.to_thread(heat_png, facts, asked, areas, now, timezone, t)
        headers = {"Cache-Control": "no-store"}
        if save:
            headers["Content-Disposition"] = f'attachment; filename="heat-{of}-{which}.png"'
        return Response(drawn, media_type="image/png", headers=headers)

    @router.get("/export/heat.csv")
    async def cells(by: viewer, period: Asked) -> Response:
        """Every cell that anybody was in: its upper left corner on the plan."""
        now = context.clock()
        found = await desk.look(
            lambda db: read_heat(db, period.so_far(now, timezone), plan_m=read_plan(db.conn).size_m)
        )
        rows = [
            (round(x * found.cell_m, 2), round(y * found.cell_m, 2), round(float(found.dwell_s[y, x]), 1), int(came))
            for (y, x), came in _cells(found.visits)
        ]
        return text_file("heat.csv", write_csv(HEAT_HEAD, rows))

    @router.get("/export/visitors.csv")
    async def visitors(by: viewer, period: Asked) -> Response:
        """By quarters of an hour on the shop's clock."""
        now, zone = context.clock(), ZoneInfo(timezone)
        steps = await desk.look(lambda db: read_steps(db, period.so_far(now, timezone), timezone))
        rows = [
            (datetime.fromtimestamp(one.at / 1000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M"),
             one.entered, one.departed, one.again, one.parties, one.passed, one.inside)
            for one in steps
        ]  # fmt: skip
        return text_file("visitors.csv", write_csv(STEP_HEAD, rows))

    @router.get("/export/zones.csv")
    async def zones_file(by: viewer, period: Asked) -> Response:
        """Zones with the sales of their departments."""
        now = context.clock()
        spans = period.so_far(now, timezone)
        zones, sold = await desk.look(lambda db: (zone_days(db, spans), read_sold(db, spans)))
        departments = zone_departments(desk)
        rows = []
        for one in zones:
            department = departments.get((one.camera, one.zone), "")
            sales = sold.get(department)
            average = None if one.average_ms is None else round(one.average_ms / 1000)
            rows.append(
                (one.camera, one.zone, one.kind, one.visits, average, round(one.longest_ms / 1000),
                 round(one.dwell_ms / 1000), one.most, department, sales.lines if sales else None,
                 sales.total_minor if sales else None, context.shop.currency)
            )  # fmt: skip
        return text_file("zones.csv", write_csv(ZONE_HEAD, rows))

    return router


def zone_areas(desk: Desk) -> tuple[Area, ...]:
    """The zones of all cameras that have floor points, on the plan."""
    shop, found = desk.context.cameras, []
    for one in shop.all() if shop is not None else ():
        scene = shop.drawing(one.id).scene if shop is not None and one.counts else None
        for zone in scene.zones if scene is not None and scene.floor is not None else ():
            places = [spot for spot in spots(scene, list(zone.polygon)) if spot is not None] if scene else []
            if len(places) == len(zone.polygon):
                found.append(Area(zone.name, tuple(places)))
    return tuple(found)


def zone_departments(desk: Desk) -> dict[tuple[str, str], str]:
    """(camera, zone) → the department whose goods are there; only zones that name one."""
    shop = desk.context.cameras
    return {
        (one.id, zone.name): zone.department
        for one in (shop.all() if shop is not None else ())
        for zone in (shop.drawing(one.id).scene.zones if shop is not None else ())
        if zone.department
    }


def _cells(visits: npt.NDArray[np.int64]) -> Iterator[tuple[tuple[int, int], int]]:
    for y, x in zip(*np.nonzero(visits), strict=True):
        yield (int(y), int(x)), int(visits[y, x])
