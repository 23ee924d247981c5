"""What stores call: enrol, hand in events, read the change feed, be woken. Paths are in `contract.feed`."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from cloud_sync.contract.enrolment import EnrolAnswer, EnrolRequest, check_token, token_store
from cloud_sync.contract.events import Committed
from cloud_sync.contract.feed import CHANGES, ENROL, EVENTS, MAX_BATCH_BYTES, WAKE, FeedPage
from cloud_sync.hq.enrolment import approved_key, ask_to_enrol
from cloud_sync.hq.http import BodyLimit, tell
from cloud_sync.hq.ingest import ingest
from cloud_sync.hq.limits import Limiter
from cloud_sync.hq.office import HqError, NotFound, Office
from cloud_sync.hq.push import MAX_PAGE, feed
from cloud_sync.hq.stores import find_store, note_contact
from cloud_sync.hq.wake import Crowded
from cloud_sync.hq.wire import read_bounded, unpack

PING_SECONDS = 20.0


class NotKnown(HqError):
    """The call does not carry a token of the store that it names."""

    status = 401


def make_store_api(office: Office) -> FastAPI:
    """The app behind `--listen`."""
    app = FastAPI(title="Aisle head office: stores", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(HqError, tell)
    app.add_middleware(BodyLimit, limit=MAX_BATCH_BYTES)
    enrol_limit = Limiter(tries=300, per_seconds=60)

    def caller(store: str, request: Request) -> str:
        return authenticate(office, store, request.headers.get("authorization"))

    @app.post(ENROL)
    def enrol(asked: EnrolRequest, request: Request) -> EnrolAnswer:
        enrol_limit.count(request.client.host if request.client else "?")
        return ask_to_enrol(office, asked)

    @app.post(EVENTS)
    async def take_events(store: str, request: Request) -> Committed:
        await run_in_threadpool(caller, store, request)  # before a byte of the body is read
        body = await read_bounded(request.stream(), request.headers.get("content-length"))
        encoding = request.headers.get("content-encoding", "identity")
        return await run_in_threadpool(lambda: ingest(office, store, unpack(body, encoding)))

    @app.get(CHANGES)
    def read_changes(
        store: Annotated[str, Depends(caller)],
        after: Annotated[int, Query(ge=0, le=2**53)] = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
    ) -> FeedPage:
        return feed(office, store, after, limit)

    @app.websocket(WAKE)
    async def wake(socket: WebSocket, store: str) -> None:
        header = socket.headers.get("authorization")

        def still_known() -> str:
            return _key_of(office, store)

        try:
            await run_in_threadpool(authenticate, office, store, header)
            with office.hub.listen(store) as news:
                await socket.accept()
                await _keep_awake(socket, news, await run_in_threadpool(still_known), still_known)
        except (HqError, Crowded) as error:
            with contextlib.suppress(RuntimeError):  # the other side may be gone already
                await socket.close(1008, str(error)[:100])

    @app.get("/health")
    def health() -> Response:
        with office.db.read():
            return Response("ok\n", media_type="text/plain")

    return app


def authenticate(office: Office, store: str, header: str | None) -> str:
    """The store that a bearer token proves, which must be the one in the path. Raises NotKnown."""
    refused = NotKnown("the token is missing, too old, or not made with the approved key of this store")
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 4096:
        raise refused
    try:
        if token_store(token) != store:
            raise refused
        with office.db.read() as sql:
            found = find_store(sql, store)
            key = approved_key(sql, store)
        if key is None or check_token(token, key) != store:
            raise refused
    except (jwt.InvalidTokenError, NotFound) as error:
        raise refused from error
    note_contact(office, found)
    return store


def _key_of(office: Office, store: str) -> str:
    with office.db.read() as sql:
        key = approved_key(sql, store)
    return "" if key is None else key.public_bytes_raw().hex()


async def _keep_awake(socket: WebSocket, news: asyncio.Event, key: str, still_known: Callable[[], str]) -> None:
    """Say "change" at once and at each news, "ping" in between, until the line or the store's key ends."""
    listener = asyncio.create_task(_until_gone(socket))
    word = "change"  # what came between the store's last look and this connection must not wait
    try:
        while not listener.done():
            if await run_in_threadpool(still_known) != key:
                await socket.close(1008, "the store has another key now")
                return
            await socket.send_text(word)
            waiting = asyncio.create_task(news.wait())
            await asyncio.wait((waiting, listener), timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            word = "change" if news.is_set() else "ping"
            news.clear()
            waiting.cancel()
    except WebSocketDisconnect:
        pass
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)


async def _until_gone(socket: WebSocket) -> None:
    """Read and forget what the store says, until it hangs up."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()
