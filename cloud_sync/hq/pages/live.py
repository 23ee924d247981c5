"""The part of a page that stays true while somebody looks at it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from nicegui import ui

LIVE_SECONDS = 3.0
Refresh = Callable[[], Awaitable[None]]
V = TypeVar("V")


class Live(Generic[V]):
    """Shows what `look` finds, and is drawn anew whenever it finds something else.

    `look` may wait for the database; it runs off the event loop. Views are compared, so they hold values only.
    """

    def __init__(self, look: Callable[[], V], draw: Callable[[V], None]) -> None:
        self._look = look
        self._view: V | None = None
        self._body = ui.refreshable(lambda: draw(self._view) if self._view is not None else None)

    async def show(self) -> None:
        """Draw it here, and keep it live."""
        self._view = await asyncio.to_thread(self._look)
        with ui.element("div").classes("aisle-stack").props("aria-live=polite"):
            self._body()
        ui.timer(LIVE_SECONDS, self.refresh)

    async def refresh(self) -> None:
        """Look at once."""
        fresh = await asyncio.to_thread(self._look)
        if fresh != self._view:
            self._view = fresh
            self._body.refresh()
