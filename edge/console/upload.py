"""What browsers and scripts upload, taken bounded in size and time."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import Request


class TooLarge(ValueError):
    """More bytes than are taken."""


async def pour(request: Request, most: int, seconds: float, into: Callable[[bytes], Awaitable[None]]) -> None:
    """Hand the body on piece by piece, `most` bytes in all. Raises TooLarge, or TimeoutError when it does not come."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > most:
        raise TooLarge
    size = 0
    async with asyncio.timeout(seconds):
        async for piece in request.stream():
            size += len(piece)
            if size > most:
                raise TooLarge
            await into(piece)


async def whole_body(request: Request, most: int, seconds: float) -> bytes:
    """The whole body, in memory. Raises like `pour`."""
    raw = bytearray()

    async def keep(piece: bytes) -> None:
        raw.extend(piece)

    await pour(request, most, seconds, keep)
    return bytes(raw)
