"""What scripts may do with labels: bind, find, cover, replace them and let them blink."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cloud_sync.contract.item import gtin14
from drivers.base import MOST_BLINK_SECONDS
from edge.console.accounts import Account, Role
from edge.console.answers import done
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.tables import MAX_BINDINGS, Binding, read_bindings
from edge.console.upload import TooLarge, whole_body
from edge.store import StoreError
from edge.views.scan import find_scanned

MAX_BODY, UPLOAD_S = 1 << 20, 60
Bindings = TypeAdapter(Annotated[list[Binding], Field(max_length=MAX_BINDINGS)])


class Scan(BaseModel):
    """The code by which a person named a label."""

    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(max_length=200)] = ""


class NewLabel(BaseModel):
    """The label that takes another's place."""

    model_config = ConfigDict(extra="forbid")
    new: Annotated[str, Field(min_length=1, max_length=40)]


def labels_api(desk: Desk) -> APIRouter:
    """Verbs on labels as POST routes, 409 with a reason when a thing cannot be done; GET /api/labels/scan."""
    router, verbs = APIRouter(), desk.context.verbs
    clerk = Annotated[Account, Depends(need(desk.accounts, Role.CLERK))]
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]

    @router.post("/api/labels/bindings", response_model=None)
    async def bind(request: Request, by: clerk, dry_run: bool = False) -> dict[str, Any]:
        """Bind labels to items: CSV or a JSON list of {label, item, place}. Each row stands for itself.

        An item may be a GTIN-8, -12, -13 or -14. `dry_run` checks and changes nothing.
        """
        good, refused = 0, []
        for number, one in enumerate(await _bindings(request), start=1):
            try:
                item = gtin14(one.item)
                if not dry_run:
                    await verbs.bind(one.label, item, one.place, by.name)
                good += 1
            except ValueError as error:
                refused.append({"row": number, "label": one.label, "why": str(error)})
            except StoreError as error:
                raise HTTPException(503, f"{error}. {good} labels were bound before; send the list again.") from error
        return {"bound": 0 if dry_run else good, "good": good, "refused": refused}

    @router.post("/api/labels/{label}/cover", status_code=204)
    async def cover(label: str, by: clerk, given: Annotated[Scan | None, Body()] = None) -> None:
        """Vouch that nobody can read a label: it holds no price back until it is uncovered."""
        await done(verbs.cover(label, by.name, (given or Scan()).code))

    @router.post("/api/labels/{label}/uncover", status_code=204)
    async def uncover(label: str, by: clerk, given: Annotated[Scan | None, Body()] = None) -> None:
        """Take the cover off a label that shows the present price."""
        await done(verbs.uncover(label, by.name, (given or Scan()).code))

    @router.post("/api/labels/{label}/replace", status_code=204)
    async def replace(label: str, given: NewLabel, by: clerk) -> None:
        """Hang a new label in the place of an old one."""
        await done(verbs.replace(label, given.new.strip().lower(), by.name))

    @router.post("/api/labels/{label}/blink", status_code=204)
    async def blink(
        label: str, by: clerk, seconds: Annotated[float, Query(gt=0, le=MOST_BLINK_SECONDS)] = 15.0
    ) -> None:
        """Let a label's lamp blink. 409 where its family has none."""
        await done(verbs.blink(label, by.name, seconds))

    @router.get("/api/labels/scan", response_model=None)
    async def scan(by: viewer, code: Annotated[str, Query(min_length=1, max_length=200)]) -> dict[str, Any]:
        """What a scanned code is about: a label, or the labels of an item."""
        hit = await desk.look(lambda db: find_scanned(db, code, desk.context.clock()))
        if hit is None:
            raise HTTPException(404, "no label and no item of this shop has this code")
        return {"label": hit.device, "item": hit.item, "labels": [asdict(row) for row in hit.labels]}

    return router


async def _bindings(request: Request) -> list[Binding]:
    """The bindings in a request's body. Raises HTTPException 408, 413 or 422."""
    try:
        raw = await whole_body(request, MAX_BODY, UPLOAD_S)
        if "json" in request.headers.get("content-type", ""):
            return Bindings.validate_json(raw)
        return read_bindings(raw.decode())
    except TooLarge as error:
        raise HTTPException(413, f"at most {MAX_BODY} bytes at once") from error
    except TimeoutError as error:
        raise HTTPException(408, "The list did not arrive in time.") from error
    except ValidationError as error:
        fault = error.errors()[0]
        raise HTTPException(422, f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}") from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
