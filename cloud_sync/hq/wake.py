"""Who is listening for news: a store's open WebSockets, woken when its change log grows."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MAX_LISTENERS = 4
"""Open connections of one store. A gateway needs one; a few may overlap while it reconnects."""


class Crowded(Exception):
    """The store already has as many connections as it may."""


class Hub:
    """Wakes listeners. `wake` may be called from any thread; a wake-up that meets nobody is forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}

    @contextmanager
    def listen(self, store: str) -> Iterator[asyncio.Event]:
        """An event that is set at each wake-up; the listener clears it. Raises Crowded."""
        mine = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            listeners = self._listeners.setdefault(store, set())
            if len(listeners) >= MAX_LISTENERS:
                raise Crowded(store)
            listeners.add(mine)
        try:
            yield mine[1]
        finally:
            with self._lock:
                listeners.discard(mine)
                if not listeners:
                    self._listeners.pop(store, None)

    def wake(self, store: str) -> None:
        """Set the event of every listener of the store."""
        with self._lock:
            for loop, event in self._listeners.get(store, ()):
                if not loop.is_closed():
                    loop.call_soon_threadsafe(event.set)
