"""Tasks that run beside the gateway until its end, each under its own name."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0
Work = Callable[[], Coroutine[Any, Any, None]]
Begin = Callable[[Work, str], None]
"""Begin a task under a name."""


@asynccontextmanager
async def background() -> AsyncIterator[Begin]:
    """Run tasks until the context ends. One that ends in an error is logged by name and begun again."""
    running: set[asyncio.Task[None]] = set()

    def begin(work: Work, name: str) -> None:
        running.add(asyncio.create_task(_supervise(work, name), name=name))

    try:
        yield begin
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _supervise(work: Work, name: str) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("%s broke off; it begins again in %.0f s. Report this.", name, RESTART_SECONDS)
            await asyncio.sleep(RESTART_SECONDS)
        else:
            return
