"""A small head office for the link's tests: the contract's paths over real HTTP, with faults on demand."""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from jwt import InvalidTokenError

from cloud_sync.contract.enrolment import EnrolAnswer, EnrolRequest, check_token
from cloud_sync.contract.events import Batch, Committed
from cloud_sync.contract.feed import CHANGES, CONTENT_TYPE, ENROL, EVENTS, MAX_BATCH_BYTES, WAKE, FeedEntry, FeedPage


class HeadOfficeStandIn:
    """What it knows, what it saw, and what it is told to do wrong."""

    def __init__(self, store: str = "0204") -> None:
        self.store = store
        self.keys: set[str] = set()
        """Accepted public keys in hex."""
        self.codes: set[str] = {"ABCD-1234"}
        self.approve_at_once = True
        self.undecided = 0
        """So many questions more are left open all the same."""
        self.committed: dict[int, int] = {}
        self.events: list[tuple[int, int]] = []
        """(epoch, seq) of every event in the order of its first commit."""
        self.batches: list[int] = []
        """Sizes of the batches that arrived, also of those that were answered badly."""
        self.overlapping = 0
        self.changes: list[FeedEntry] = []
        self.page = 3
        self.pulls: list[int] = []
        self.wakes: set[WebSocket] = set()
        self.wake_visits = 0
        self.faults: deque[str] = deque()
        """Taken one by one by the next calls for events: see `_events`."""
        self.poison: set[int] = set()
        """Sequences that make a batch unacceptable."""
        self.status: int | None = None
        """Answer everything with this instead."""
        self.headers: dict[str, str] = {}
        self._sending = 0

    def publish(self, count: int) -> None:
        """Append changes to the log."""
        for _ in range(count):
            self.changes.append(FeedEntry(sequence=len(self.changes) + 1, envelope="{}"))

    async def wake(self) -> None:
        """Send every open channel a message."""
        for channel in list(self.wakes):
            await channel.send_text("whatever")

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.add_api_route(ENROL, self._enrol, methods=["POST"])
        app.add_api_route(EVENTS, self._events, methods=["POST"])
        app.add_api_route(CHANGES, self._changes, methods=["GET"])
        app.add_api_websocket_route(WAKE, self._wake)
        return app

    def _allowed(self, header: str | None) -> bool:
        for key in self.keys:
            with suppress(InvalidTokenError):
                token = (header or "").removeprefix("Bearer ")
                if check_token(token, Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))) == self.store:
                    return True
        return False

    def _turned_away(self, request: Request) -> Response | None:
        if self.status is not None:
            return JSONResponse({"detail": "on purpose\n\x1b[31m"}, self.status, headers=self.headers)
        if not self._allowed(request.headers.get("Authorization")):
            return JSONResponse({"detail": "unknown key"}, 401, headers=self.headers)
        return None

    async def _enrol(self, request: Request) -> Response:
        if self.status is not None:
            return JSONResponse({}, self.status)
        asked = EnrolRequest.model_validate_json(await request.body())
        if asked.code not in self.codes:
            return JSONResponse({"detail": "this code was used before"}, 403)
        if not self.approve_at_once or self.undecided:
            self.undecided = max(self.undecided - 1, 0)
            return JSONResponse(EnrolAnswer(status="pending").model_dump())
        self.keys.add(asked.public_key)
        answer = EnrolAnswer(status="approved", store=self.store, change_keys={"k1": "ab" * 32})
        return JSONResponse(answer.model_dump())

    async def _events(self, request: Request) -> Response:
        self._sending += 1
        self.overlapping = max(self.overlapping, self._sending)
        try:
            return await self._take(request)
        finally:
            self._sending -= 1

    async def _take(self, request: Request) -> Response:
        if (away := self._turned_away(request)) is not None:
            return away
        assert (request.headers["Content-Type"], request.headers["Content-Encoding"]) == (CONTENT_TYPE, "zstd")
        batch = Batch.model_validate_json(
            zstandard.ZstdDecompressor().decompress(await request.body(), max_output_size=MAX_BATCH_BYTES)
        )
        self.batches.append(len(batch.events))
        if self.poison & {event.seq for event in batch.events}:
            return JSONResponse({"detail": "cannot be read"}, 422)
        fault = self.faults.popleft() if self.faults else ""
        match fault:
            case "500":
                return JSONResponse({}, 500)
            case "drop before":
                return _Cut()
            case "wrong epoch":
                return JSONResponse(Committed(epoch=batch.epoch + 1, seq=batch.events[-1].seq).model_dump())
            case "too little":
                return JSONResponse(Committed(epoch=batch.epoch, seq=batch.events[0].seq - 1).model_dump())
            case "too much":
                return JSONResponse(Committed(epoch=batch.epoch, seq=batch.events[-1].seq + 1000).model_dump())
            case "nonsense":
                return Response(b"<html>hotel wifi, please sign in</html>")
        events = batch.events[: max(1, len(batch.events) // 2)] if fault == "half" else batch.events
        for event in events:
            if event.seq > self.committed.get(batch.epoch, 0):
                self.committed[batch.epoch] = event.seq
                self.events.append((batch.epoch, event.seq))
        if fault == "drop after":
            return _Cut()
        if fault == "slow":
            self._sending -= 1  # the caller has given up long before this ends
            while not await request.is_disconnected():
                await asyncio.sleep(0.01)
            self._sending += 1
        return JSONResponse(Committed(epoch=batch.epoch, seq=self.committed[batch.epoch]).model_dump())

    async def _changes(self, request: Request, after: int, limit: int) -> Response:
        if (away := self._turned_away(request)) is not None:
            return away
        self.pulls.append(after)
        entries = tuple(entry for entry in self.changes if entry.sequence > after)[: min(limit, self.page)]
        head = self.changes[-1].sequence if self.changes else 0
        return Response(FeedPage(entries=entries, head=head).model_dump_json())

    async def _wake(self, channel: WebSocket) -> None:
        self.wake_visits += 1
        if self.status is not None or not self._allowed(channel.headers.get("Authorization")):
            await channel.close()
            return
        await channel.accept()
        self.wakes.add(channel)
        with suppress(WebSocketDisconnect):
            await channel.receive_text()
        self.wakes.discard(channel)


class _Cut(Response):
    """Promises an answer, then breaks the connection."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving(office: HeadOfficeStandIn, port: int, certificate: Path | None = None) -> AsyncIterator[str]:
    """Serve on loopback; leaving the block cuts every connection and frees the port. Yields the address."""
    config = uvicorn.Config(
        office.app(), host="127.0.0.1", port=port, log_level="critical", ws="websockets-sansio", lifespan="off",
        ssl_certfile=certificate, ssl_keyfile=certificate and certificate.with_suffix(".key"),
        timeout_graceful_shutdown=0,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve(), name="head office")
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
        office.wakes.clear()
        for timer in getattr(asyncio.get_running_loop(), "_scheduled", []):
            if "timeout_keep_alive" in repr(timer):
                timer.cancel()  # uvicorn leaves one behind when a client hangs up right after its answer
