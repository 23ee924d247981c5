"""What scripts may do: take tills into service, retire and retry devices, set hours, decide on held prices."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from edge.console.accounts import Account, Role
from edge.console.answers import done
from edge.console.desk import Desk
from edge.console.door import need

Hours = Annotated[str, Field(max_length=80)]


class NewTill(BaseModel):
    """A till that comes into service."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=60)] = ""


class NewHours(BaseModel):
    """Opening hours of Monday to Sunday, such as "08:00-12:00, 14:00-20:00"; no days at all: always open."""

    model_config = ConfigDict(extra="forbid")
    week: Annotated[list[Hours], Field(max_length=7)]
    days: Annotated[dict[Annotated[str, Field(max_length=10)], Hours], Field(max_length=1000)] = {}


class Why(BaseModel):
    """The reason for taking a device out of service."""

    model_config = ConfigDict(extra="forbid")
    why: Annotated[str, Field(min_length=1, max_length=200)]


def do_api(desk: Desk) -> APIRouter:
    """The verbs as POST routes. 409 with a reason when a thing cannot be done."""
    router, verbs = APIRouter(), desk.context.verbs
    clerk = Annotated[Account, Depends(need(desk.accounts, Role.CLERK))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]

    @router.post("/api/tills/{device}", status_code=201)
    async def enrol_till(device: str, by: manager, given: Annotated[NewTill | None, Body()] = None) -> dict[str, str]:
        """Take a till into service. The password is shown this once."""
        password = await done(verbs.enrol_till(device, (given or NewTill()).name, by.name))
        return {"id": device, "password": password}

    @router.post("/api/devices/{device}/retire", status_code=204)
    async def retire(device: str, given: Why, by: clerk) -> None:
        """Vouch that a device is out of the shop: it holds no price back any more."""
        await done(verbs.retire(device, given.why, by.name))

    @router.post("/api/devices/{device}/retry", status_code=204)
    async def retry(device: str, by: clerk) -> None:
        """Try a device in fault again now."""
        await done(verbs.retry(device, by.name))

    @router.post("/api/clock/confirm", status_code=204)
    async def confirm_clock(by: manager) -> None:
        """Say that the gateway's clock was compared with a right one."""
        await done(verbs.confirm_clock(by.name))

    @router.put("/api/hours", status_code=204)
    async def set_hours(given: NewHours, by: manager) -> None:
        """Set the opening hours, and those of days that differ."""
        await done(verbs.set_hours(given.week, given.days, by.name))

    @router.post("/api/prices/{item}/{version}/approve", status_code=204)
    async def approve(item: str, version: int, by: manager) -> None:
        """Let a price that is held for approval go on."""
        await done(verbs.approve(item, version, by.name))

    @router.post("/api/prices/{item}/{version}/reject", status_code=204)
    async def reject(item: str, version: int, by: manager) -> None:
        """Refuse a price that is held for approval."""
        await done(verbs.reject(item, version, by.name))

    return router
