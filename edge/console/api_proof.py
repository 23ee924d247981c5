"""What was shown and charged at a time, as plain data with its evidence; and pictures of any version as drawn then."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from starlette.responses import Response

from edge.console.accounts import Account, Role
from edge.console.desk import Desk
from edge.console.door import need
from edge.labels import CannotDraw, palette_png
from edge.proof.asking import Unanswerable, judged, timelines
from edge.proof.moments import parse_moment
from edge.proof.plain import plain_answer, plain_judgement

Text = Annotated[str, Query(max_length=80)]


def proof_api(desk: Desk) -> APIRouter:
    """GET /api/as-of and /api/receipts/{receipt}."""
    router, context = APIRouter(), desk.context
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]

    @router.get("/api/as-of", response_model=None)
    async def as_of(by: viewer, label: Text = "", till: Text = "", item: Text = "", at: Text = "") -> dict[str, Any]:
        """What a label, a till with an item, or everything about an item may have presented at a time.

        `at`: ISO date and time on the shop's clock, or UTC epoch milliseconds; left out, it is now.
        """
        try:
            moment = parse_moment(at, ZoneInfo(context.shop.timezone)) if at else context.clock()
            found = await desk.look(lambda db: timelines(db.conn, label, till, item))
        except (ValueError, Unanswerable) as error:
            raise HTTPException(400, str(error)) from error
        return {
            "at": moment,
            "currency": context.shop.currency,
            "labels": [plain_answer(line, moment) for line in found.labels],
            "tills": [plain_answer(line, moment) for line in found.tills],
        }

    @router.get("/api/receipts/{receipt}", response_model=None)
    async def receipt(by: viewer, receipt: Annotated[str, Path(max_length=64)]) -> list[dict[str, Any]]:
        """Judge a receipt line by line; more than one when tills reuse numbers."""
        try:
            found = await desk.look(lambda db: judged(db.conn, receipt))
        except Unanswerable as error:
            raise HTTPException(404, str(error)) from error
        return [plain_judgement(one) for one in found]

    return router


def past_pictures(desk: Desk) -> APIRouter:
    """GET /ledger/pictures/{label}/{item}/{version}.png: the picture of a version, for this label's panel."""
    router, context = APIRouter(include_in_schema=False), desk.context
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]

    @router.get("/ledger/pictures/{label}/{item}/{version}.png")
    def picture(
        by: viewer, label: str, item: Annotated[str, Path(max_length=14)], version: Annotated[int, Path(ge=0, lt=2**63)]
    ) -> Response:
        try:
            image = context.picture(item, version, label)
        except CannotDraw:
            image = None
        if image is None:
            raise HTTPException(404, "there is no picture of this version for this label")
        return Response(palette_png(image), media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})

    return router
