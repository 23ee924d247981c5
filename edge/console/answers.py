"""How routes answer: with the reason why a thing cannot be done, or with a file to keep."""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

from fastapi import FastAPI, HTTPException, Request
from starlette.responses import JSONResponse, Response

from cloud_sync.pages.i18n import Catalogue
from cloud_sync.pages.phrasebook import said_in
from edge.store import StoreError

T = TypeVar("T")


async def done(deed: Awaitable[T]) -> T:
    """What the deed returns. Raises HTTPException: 409 with its own reason, or 503 where the disk would not take it."""
    try:
        return await deed
    except ValueError as error:
        raise HTTPException(409, str(error)) from error
    except StoreError as error:
        raise HTTPException(503, f"{error}. Try again in a moment.") from error


def speak(app: FastAPI, catalogue: Catalogue) -> None:
    """Have every HTTPException of the routes say itself in the reader's language, too: `words` beside `detail`."""

    async def refused(request: Request, error: HTTPException) -> Response:
        return refusal(catalogue, request, error.status_code, error.detail, error.headers)

    app.exception_handler(HTTPException)(refused)


def refusal(
    catalogue: Catalogue, request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None,
    **more: str,
) -> JSONResponse:  # fmt: skip
    """Why it cannot be done: `detail` for programs, `words` for whoever asked in a browser."""
    words = said_in(catalogue.of_request(request).language, detail)
    return JSONResponse({**more, "detail": detail, "words": words}, status, headers)


def text_file(name: str, text: str, kind: str = "text/csv") -> Response:
    """A file that a browser saves under `name`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
