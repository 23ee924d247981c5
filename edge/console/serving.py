"""Serving the console on the gateway's own event loop."""

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from edge.console.app import add_console
from edge.console.context import ConsoleContext
from edge.store import Store

log = logging.getLogger(__name__)


@asynccontextmanager
async def serving(context: ConsoleContext, bind: str, port: int, secret: Path) -> AsyncIterator[int]:
    """The console and its API. `port` 0: any free one; yields the port. Raises ConnectionError where it is taken.

    `secret`: the file that keeps what sessions are signed with.
    """
    app = FastAPI(title="Aisle gateway", docs_url=None, redoc_url=None, openapi_url=None)
    add_console(app, context, _kept_secret(secret))
    settings = uvicorn.Config(
        app, host=bind, port=port, log_level="warning", lifespan="on", ws="websockets-sansio",
        timeout_graceful_shutdown=2,
        timeout_keep_alive=30,  # longer than clients keep an idle line, or what one asks just then is lost
    )  # fmt: skip
    server = uvicorn.Server(settings)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the command has its own
    task = asyncio.create_task(server.serve(), name="console")
    while not server.started:
        if task.done():
            await task
            raise ConnectionError(f"the console could not listen on {bind}:{port}")
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


def make_setup_code(store: Store) -> str:
    """While nobody has an account: a code that opens the first run from another machine, for whoever reads the log."""
    with store.reading() as db:
        if db.conn.execute("SELECT 1 FROM account LIMIT 1").fetchone():
            return ""
    code = secrets.token_hex(4)
    log.warning("nobody has an account yet: open the console on this box, or elsewhere with the set-up code %s", code)
    return code


def _kept_secret(path: Path) -> str:
    """A secret made once and kept beside the database, readable by its owner alone."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text()
