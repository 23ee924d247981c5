"""How routes answer: with the reason why a thing cannot be done, or with a file to keep."""

from collections.abc import Awaitable
from typing import TypeVar

from fastapi import HTTPException
from starlette.responses import Response

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


def text_file(name: str, text: str, kind: str = "text/csv") -> Response:
    """A file that a browser saves under `name`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
