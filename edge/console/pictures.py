"""Label pictures over HTTP: what a label shows now, and what it should show."""

from html import escape
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from edge.console.accounts import Account, Role
from edge.console.desk import Desk
from edge.console.door import need
from edge.labels import CannotDraw, palette_png
from edge.views.label import pictures_of


def picture_files(desk: Desk) -> APIRouter:
    """GET /labels/{device}/now.png and wanted.png. Where nothing can be drawn: a gray graphic with a word."""
    router, context = APIRouter(include_in_schema=False), desk.context
    viewer = Annotated[Account, Depends(need(desk.accounts, Role.VIEWER))]

    @router.get("/labels/{device}/{which}.png")
    def picture(device: str, which: Literal["now", "wanted"], by: viewer, request: Request, v: str = "") -> Response:
        found = desk.read(lambda database: pictures_of(database, device))
        if found is None:
            raise HTTPException(404, "no such label")
        item, version = found[0 if which == "now" else 1]
        # The address of a picture carries its version, so a browser may keep what it has.
        headers = {"Cache-Control": "private, max-age=86400" if v else "no-store"}
        try:
            image = context.picture(item, version, device) if item else None
        except CannotDraw:
            image = None
        if image is not None:
            return Response(palette_png(image), media_type="image/png", headers=headers)
        word = desk.catalogue.of_request(request)("label.nothing" if not item else "label.undrawn")
        return Response(_placeholder(word), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})

    return router


def _placeholder(word: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="296" height="128" viewBox="0 0 296 128">'
        '<rect width="296" height="128" rx="8" fill="#e9ecf1"/>'
        '<rect x="28" y="24" width="56" height="8" rx="4" fill="#c9d0d9"/>'
        '<rect x="28" y="42" width="96" height="8" rx="4" fill="#d6dce3"/>'
        '<text x="148" y="92" text-anchor="middle" font-family="system-ui,sans-serif" font-size="18" fill="#4a5361">'
        f"{escape(word)}</text></svg>"
    )
