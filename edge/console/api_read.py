"""Questions that scripts may ask."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from edge.clock.calendar import is_open, write_hours
from edge.console.accounts import Account, Role
from edge.console.desk import Desk
from edge.console.door import need
from edge.views.clock import read_clock
from edge.views.labels import LabelFilter, LabelState, list_labels
from edge.views.prices import count_prices, list_prices

Page = Annotated[int, Query(ge=0, le=100_000)]
Size = Annotated[int, Query(ge=1, le=500)]
Text = Annotated[str, Query(max_length=80)]


def read_api(desk: Desk) -> APIRouter:
    """GET /api/healthz, /api/overview, /api/labels, /api/prices, /api/tasks."""
    router, context = APIRouter(), desk.context
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]

    @router.get("/api/healthz")
    def healthz() -> dict[str, bool]:
        """Whether the gateway answers; says nothing about the shop."""
        return {"ok": True}

    @router.get("/api/overview", response_model=None)
    async def overview(by: viewer) -> dict[str, Any]:
        """Counts of labels by state, tills, visitors, sales, queue, line; times in UTC epoch milliseconds."""
        glance = await desk.glance()
        return asdict(glance.overview) | {"link": asdict(context.link()), "tasks": len(glance.tasks), "you": by.name}

    @router.get("/api/tasks", response_model=None)
    async def tasks(by: viewer) -> list[dict[str, Any]]:
        """What needs a person, most costly first."""
        glance = await desk.glance()
        return [asdict(task) | {"kind": task.kind.name.lower()} for task in glance.tasks]

    @router.get("/api/clock", response_model=None)
    async def clock(by: viewer) -> dict[str, Any]:
        """Whether the gateway's clock is trusted, and the shop's hours; times in UTC epoch milliseconds."""
        hours, now = context.hours, context.clock()
        seen, calendar = await desk.look(lambda db: (read_clock(db), None if hours is None else hours(db.conn)))
        said: dict[str, Any] = {"now": now, **asdict(seen)}
        if calendar is not None:
            said |= {
                "open": is_open(calendar, now),
                "week": [write_hours(day) for day in calendar.week],
                "days": {day.isoformat(): write_hours(of) for day, of in sorted(calendar.days.items())},
            }
        return said

    @router.get("/api/labels", response_model=None)
    async def labels(
        by: viewer, state: LabelState | None = None, place: Text = "", text: Text = "",
        low_battery: bool = False, page: Page = 0, size: Size = 50,
    ) -> dict[str, Any]:  # fmt: skip
        """A page of labels."""
        wanted = LabelFilter(state, place, text, low_battery)
        total, rows = await desk.look(lambda db: list_labels(db, wanted, context.clock(), start=page * size, size=size))
        return {"total": total, "labels": [asdict(row) for row in rows]}

    @router.get("/api/prices", response_model=None)
    async def prices(
        by: viewer,
        phase: Annotated[tuple[str, ...], Query(max_length=6)] = (),
        text: Text = "",
        page: Page = 0,
        size: Size = 50,
    ) -> dict[str, Any]:
        """Counts per phase and a page of prices, the newest first."""
        counts, (total, rows) = await desk.look(
            lambda db: (count_prices(db), list_prices(db, phases=phase, text=text, start=page * size, size=size))
        )
        return {"counts": counts, "total": total, "prices": [asdict(row) for row in rows]}

    return router
