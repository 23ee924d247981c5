"""What scripts may do: bind labels, take tills into service, retire and retry devices, decide on held prices."""

from collections.abc import Awaitable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Body, Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cloud_sync.contract.item import gtin14
from drivers.base import MOST_BLINK_SECONDS
from edge.console.accounts import Account, Role
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.tables import MAX_BINDINGS, Binding, read_bindings
from edge.store import StoreError
from edge.views.scan import find_scanned

T = TypeVar("T")
MAX_BODY = 1 << 20
Bindings = TypeAdapter(Annotated[list[Binding], Field(max_length=MAX_BINDINGS)])


class NewTill(BaseModel):
    """A till that comes into service."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=60)] = ""


Hours = Annotated[str, Field(max_length=80)]


class NewHours(BaseModel):
    """Opening hours of Monday to Sunday, such as "08:00-12:00, 14:00-20:00"; no days at all: always open."""

    model_config = ConfigDict(extra="forbid")
    week: Annotated[list[Hours], Field(max_length=7)]
    days: Annotated[dict[Annotated[str, Field(max_length=10)], Hours], Field(max_length=1000)] = {}


class Scan(BaseModel):
    """The code by which a person named a label."""

    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(max_length=200)] = ""


class NewLabel(BaseModel):
    """The label that takes another's place."""

    model_config = ConfigDict(extra="forbid")
    new: Annotated[str, Field(min_length=1, max_length=40)]


class Why(BaseModel):
    """The reason for taking a device out of service."""

    model_config = ConfigDict(extra="forbid")
    why: Annotated[str, Field(min_length=1, max_length=200)]


def do_api(desk: Desk) -> APIRouter:
    """The verbs as POST routes. 409 with a reason when a thing cannot be done."""
    router, verbs = APIRouter(), desk.context.verbs
    clerk = Annotated[Account, Depends(need(desk.accounts, Role.CLERK))]
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    manager = Annotated[Account, Depends(need(desk.accounts, Role.MANAGER))]

    @router.post("/api/labels/bindings", response_model=None)
    async def bind(request: Request, by: clerk, dry_run: bool = False) -> dict[str, Any]:
        """Bind labels to items: CSV or a JSON list of {label, item, place}. Each row stands for itself.

        An item may be a GTIN-8, -12, -13 or -14. `dry_run` checks and changes nothing.
        """
        done, refused = 0, []
        for number, one in enumerate(await _bindings(request), start=1):
            try:
                item = gtin14(one.item)
                if not dry_run:
                    await verbs.bind(one.label, item, one.place, by.name)
                done += 1
            except ValueError as error:
                refused.append({"row": number, "label": one.label, "why": str(error)})
            except StoreError as error:
                raise HTTPException(503, f"{error}. {done} labels were bound before; send the list again.") from error
        return {"bound": 0 if dry_run else done, "good": done, "refused": refused}

    @router.post("/api/tills/{device}", status_code=201)
    async def enrol_till(device: str, by: manager, given: Annotated[NewTill | None, Body()] = None) -> dict[str, str]:
        """Take a till into service. The password is shown this once."""
        password = await _try(verbs.enrol_till(device, (given or NewTill()).name, by.name))
        return {"id": device, "password": password}

    @router.post("/api/devices/{device}/retire", status_code=204)
    async def retire(device: str, given: Why, by: clerk) -> None:
        """Vouch that a device is out of the shop: it holds no price back any more."""
        await _try(verbs.retire(device, given.why, by.name))

    @router.post("/api/labels/{label}/cover", status_code=204)
    async def cover(label: str, by: clerk, given: Annotated[Scan | None, Body()] = None) -> None:
        """Vouch that nobody can read a label: it holds no price back until it is uncovered."""
        await _try(verbs.cover(label, by.name, (given or Scan()).code))

    @router.post("/api/labels/{label}/uncover", status_code=204)
    async def uncover(label: str, by: clerk, given: Annotated[Scan | None, Body()] = None) -> None:
        """Take the cover off a label that shows the present price."""
        await _try(verbs.uncover(label, by.name, (given or Scan()).code))

    @router.post("/api/labels/{label}/replace", status_code=204)
    async def replace(label: str, given: NewLabel, by: clerk) -> None:
        """Hang a new label in the place of an old one."""
        await _try(verbs.replace(label, given.new.strip().lower(), by.name))

    @router.post("/api/labels/{label}/blink", status_code=204)
    async def blink(
        label: str, by: clerk, seconds: Annotated[float, Query(gt=0, le=MOST_BLINK_SECONDS)] = 15.0
    ) -> None:
        """Let a label's lamp blink. 409 where its family has none."""
        await _try(verbs.blink(label, by.name, seconds))

    @router.get("/api/labels/scan", response_model=None)
    async def scan(by: viewer, code: Annotated[str, Query(min_length=1, max_length=200)]) -> dict[str, Any]:
        """What a scanned code is about: a label, or the labels of an item."""
        hit = await desk.look(lambda db: find_scanned(db, code, desk.context.clock()))
        if hit is None:
            raise HTTPException(404, "no label and no item of this shop has this code")
        return {"label": hit.device, "item": hit.item, "labels": [asdict(row) for row in hit.labels]}

    @router.post("/api/devices/{device}/retry", status_code=204)
    async def retry(device: str, by: clerk) -> None:
        """Try a device in fault again now."""
        await _try(verbs.retry(device, by.name))

    @router.post("/api/clock/confirm", status_code=204)
    async def confirm_clock(by: manager) -> None:
        """Say that the gateway's clock was compared with a right one."""
        await _try(verbs.confirm_clock(by.name))

    @router.put("/api/hours", status_code=204)
    async def set_hours(given: NewHours, by: manager) -> None:
        """Set the opening hours, and those of days that differ."""
        await _try(verbs.set_hours(given.week, given.days, by.name))

    @router.post("/api/prices/{item}/{version}/approve", status_code=204)
    async def approve(item: str, version: int, by: manager) -> None:
        """Let a price that is held for approval go on."""
        await _try(verbs.approve(item, version, by.name))

    @router.post("/api/prices/{item}/{version}/reject", status_code=204)
    async def reject(item: str, version: int, by: manager) -> None:
        """Refuse a price that is held for approval."""
        await _try(verbs.reject(item, version, by.name))

    return router


async def _try(deed: Awaitable[T]) -> T:
    try:
        return await deed
    except ValueError as error:
        raise HTTPException(409, str(error)) from error
    except StoreError as error:
        raise HTTPException(503, f"{error}. Try again in a moment.") from error


async def _bindings(request: Request) -> list[Binding]:
    """The bindings in a request's body. Raises HTTPException 413 or 422."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > MAX_BODY:
            raise HTTPException(413, f"at most {MAX_BODY} bytes at once")
    try:
        if "json" in request.headers.get("content-type", ""):
            return Bindings.validate_json(bytes(raw))
        return read_bindings(raw.decode())
    except ValidationError as error:
        fault = error.errors()[0]
        raise HTTPException(422, f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}") from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
