"""What every page and route of the console is made from."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlite_utils import Database

from cloud_sync.pages.i18n import Catalogue
from edge.console.accounts import Accounts
from edge.console.context import ConsoleContext
from edge.console.figures import Figures
from edge.console.live import Live
from edge.views.overview import Overview, read_overview
from edge.views.tasks import Task, list_tasks

T = TypeVar("T")
OLDEST_MS = 5_000
"""A glance is read anew after this long even when nothing was written: time alone turns a label to trouble."""
EVERYTHING = (
    "labels", "devices", "prices", "sales", "visits", "outbox", "clock", "readings", "network", "tickets", "stock",
    "receiving",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Glance:
    """The overview and the tasks of one moment."""

    overview: Overview
    tasks: tuple[Task, ...]


@dataclass(slots=True)
class _Kept:
    glance: Glance | None = None
    mark: int = -1
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class Desk:
    """The gateway's context, with the console's own parts around it."""

    context: ConsoleContext
    accounts: Accounts
    live: Live
    catalogue: Catalogue
    figures: Figures
    _kept: _Kept = field(default_factory=_Kept)

    def read(self, view: Callable[[Database], T]) -> T:
        """Run a view now, in this thread, over one consistent moment."""
        with self.context.store.reading() as database:
            return view(database)

    async def look(self, view: Callable[[Database], T]) -> T:
        """Run a view in a worker thread, so that devices never wait for a page."""
        return await asyncio.to_thread(self.read, view)

    async def glance(self) -> Glance:
        """Overview and tasks; pages share one reading."""
        kept = self._kept
        async with kept.lock:
            mark, now = self.live.mark(*EVERYTHING), self.context.clock()
            if kept.glance is None or kept.mark != mark or now - kept.glance.overview.at >= OLDEST_MS:
                kept.glance = await self.look(self._read_glance)
                kept.mark = mark
            return kept.glance

    def _read_glance(self, database: Database) -> Glance:
        shop, now = self.context.shop, self.context.clock()
        overview = read_overview(database, now, shop.timezone, shop.currency)
        return Glance(overview, tuple(list_tasks(database, now, self.context.unseen_ms)))
