"""Inspections for scripts: draw, answer, read; and walking lists to print."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from edge.console.accounts import Account, Role
from edge.console.answers import done, text_file
from edge.console.desk import Desk
from edge.console.door import need
from edge.console.tables import write_csv
from edge.inspect.desk import LONGEST_SEED, MOST_PRICE, Inspector
from edge.inspect.frame import By
from edge.inspect.plain import LIST_HEAD, plain_inspection, plain_summary, walking_rows, walking_text
from edge.inspect.records import Inspection, Look, list_inspections, read_inspection
from edge.inspect.sampling import MOST

Number = Annotated[int, Path(ge=1, lt=2**31)]


class Draw(BaseModel):
    """How large a sample, and what its strata are."""

    model_config = ConfigDict(extra="forbid")
    size: Annotated[int, Field(ge=1, le=MOST)] = 100
    strata: By = By.PLACE
    seed: Annotated[str, Field(max_length=LONGEST_SEED)] = ""


class Answer(BaseModel):
    """What was seen at a label: its price, a version that was read from its code, or neither: it was not there."""

    model_config = ConfigDict(extra="forbid")
    label: Annotated[str, Field(max_length=32)]
    shown: Annotated[int, Field(ge=0, le=MOST_PRICE)] | None = None
    item: Annotated[str, Field(max_length=14)] = ""
    version: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    source: Annotated[str, Field(max_length=60)] = ""


def inspect_api(desk: Desk) -> APIRouter:
    """GET and POST /api/inspections, and their lists as files. 409 with a reason when a thing cannot be done."""
    router, context = APIRouter(), desk.context
    inspector = Inspector(context.store, context.clock)
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]
    clerk = Annotated[Account, Depends(need(desk.accounts, Role.CLERK))]

    @router.get("/api/inspections", response_model=None)
    async def inspections(by: viewer, most: Annotated[int, Query(ge=1, le=200)] = 50) -> list[dict[str, Any]]:
        """The newest inspections with their results."""
        return [plain_summary(one) for one in await desk.look(lambda db: list_inspections(db.conn, most))]

    @router.post("/api/inspections", status_code=201, response_model=None)
    async def draw(by: clerk, given: Annotated[Draw | None, Body()] = None) -> dict[str, Any]:
        """Draw a sample. The seed in the answer draws it again."""
        wanted = given or Draw()
        number, _ = await done(inspector.draw(wanted.size, by.name, wanted.strata, wanted.seed))
        return plain_inspection(await _found(desk, number))

    @router.get("/api/inspections/{number}", response_model=None)
    async def inspection(by: viewer, number: Number) -> dict[str, Any]:
        """One inspection: its report and every label."""
        return plain_inspection(await _found(desk, number))

    @router.post("/api/inspections/{number}/answers", response_model=None)
    async def answer(
        by: clerk, number: Number, given: Annotated[list[Answer], Field(min_length=1, max_length=MOST)]
    ) -> dict[str, Any]:
        """Write down what was seen, all or nothing."""
        looks = [Look(one.label, one.shown, one.item, one.version, one.source) for one in given]
        found = await done(inspector.answer(number, looks, by.name))
        return {"found": [one.value for one in found], **plain_summary(await _found(desk, number))}

    @router.post("/api/inspections/{number}/end", response_model=None)
    async def end(by: clerk, number: Number) -> dict[str, Any]:
        """Close it with what was seen so far."""
        await done(inspector.end(number, by.name))
        return plain_summary(await _found(desk, number))

    @router.get("/export/inspection-{number}.csv", include_in_schema=False)
    async def as_csv(by: viewer, number: Number) -> Response:
        one = await _found(desk, number)
        rows = walking_rows(one, desk.figures.money)
        return text_file(f"inspection-{number}.csv", write_csv(LIST_HEAD, rows))

    @router.get("/export/inspection-{number}.txt", include_in_schema=False)
    async def as_text(by: viewer, number: Number) -> Response:
        one = await _found(desk, number)
        return text_file(f"inspection-{number}.txt", walking_text(one, desk.figures.money), "text/plain")

    return router


async def _found(desk: Desk, number: int) -> Inspection:
    found = await desk.look(lambda db: read_inspection(db.conn, number))
    if found is None:
        raise HTTPException(404, f"there is no inspection {number}")
    return found
