"""What both of head office's listeners share: bounded bodies and errors as JSON."""

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloud_sync.hq.limits import TooOften
from cloud_sync.hq.office import HqError


class BodyLimit:
    """Ends a request whose body is larger than `limit` bytes, whatever its headers promised."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the body's bytes as they come."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = 0
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > self._limit:
            answer = JSONResponse({"error": self._too_large}, status_code=413, headers={"connection": "close"})
            await answer(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(413, self._too_large)
            return message

        await self._app(scope, counted, send)

    @property
    def _too_large(self) -> str:
        return f"the request is too large: at most {self._limit} bytes are taken"


async def tell(_request: Request, error: Exception) -> JSONResponse:
    """An HqError as an answer that a caller can show or log."""
    status = error.status if isinstance(error, HqError) else 500
    headers = {"retry-after": "60"} if isinstance(error, TooOften) else None
    return JSONResponse({"error": str(error)}, status_code=status, headers=headers)
