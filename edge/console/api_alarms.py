"""Tickets and availability for scripts."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from edge.alarms.availability import Availability
from edge.console.accounts import Account, Role
from edge.console.answers import done
from edge.console.desk import Desk
from edge.console.door import need
from edge.views.tickets import closed_tickets, open_tickets, read_availability

Number = Annotated[int, Path(ge=1, lt=2**31)]


def alarms_api(desk: Desk) -> APIRouter:
    """GET /api/tickets and /api/availability; POST /api/tickets/{number}/acknowledge, 409 where it cannot be done."""
    router, context = APIRouter(), desk.context
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    clerk = Annotated[Account, Depends(need(desk.accounts, Role.CLERK))]

    @router.get("/api/tickets", response_model=None)
    async def tickets(by: viewer) -> dict[str, list[dict[str, Any]]]:
        """Open tickets, most urgent first, and the last that closed."""
        opened, closed = await desk.look(lambda db: (open_tickets(db), closed_tickets(db)))
        return {"open": [asdict(one) for one in opened], "closed": [asdict(one) for one in closed]}

    @router.post("/api/tickets/{number}/acknowledge", response_model=None)
    async def acknowledge(by: clerk, number: Number) -> dict[str, int]:
        """Take a ticket on."""
        await done(context.verbs.acknowledge(number, by.name))
        return {"ticket": number}

    @router.get("/api/availability", response_model=None)
    async def ready(by: viewer) -> list[dict[str, Any]]:
        """Ready for how much of today and of the last seven days, per device."""
        found = await desk.look(lambda db: read_availability(db, context.clock(), context.shop.timezone))
        return [
            {"device": one.device, "role": one.role, "today": _plain(one.today), "week": _plain(one.week)}
            for one in found
        ]

    return router


def _plain(one: Availability) -> dict[str, Any]:
    return {**asdict(one), "share": one.share, "between_ms": one.between_ms}
