"""Drawing labels anew for what they say of the stock: one at a time, when no price is due, and out of its way at once.

A price never waits for a hint. Whatever picture breaks off, the label shows one version of one price all the while.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from drivers.base import LabelDriver, PanelImage
from drivers.errors import DeviceError
from edge.devices.registry import Registry
from edge.dispatch.wanted import Job, note_sending
from edge.inventory.hints import REST_MS, Hint, due_hint, note_redrawn, told_of
from edge.labels.content import CannotDraw
from edge.store import Store, StoreError, Transaction

log = logging.getLogger(__name__)
LOOK_EVERY_MS = 5_000
LONGEST_SECONDS = 120.0


class HintDrawer:
    """Belongs to the label dispatcher, which says when there is time. `draw` as there."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        drivers: Mapping[str, LabelDriver],
        draw: Callable[[str, int, str], PanelImage | None],
        clock: Callable[[], int],
        done: Callable[[], None],
    ) -> None:
        self._store, self._registry, self._drivers = store, registry, drivers
        self._draw, self._clock, self._done = draw, clock, done
        self._task: asyncio.Task[None] | None = None
        self._rests: dict[str, int] = {}
        """Label → until when it is left alone, after a picture that did not get through."""
        self._looked = 0
        self._news = True
        store.listen(self._heard)
        self.label = ""
        """The one that is being drawn; nobody else may send it anything until that has ended."""

    def make_way(self) -> None:
        """Break off what is being drawn; `label` is free once that has ended."""
        if self._task is not None:
            self._task.cancel()

    async def stop(self) -> None:
        """Break off, and wait for the end of it."""
        self.make_way()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def start_one(self, busy: Collection[str]) -> None:
        """Begin with the label that needs it most, if there is one. `busy`: labels with prices to learn."""
        now = self._clock()
        wait = LOOK_EVERY_MS if self._news else REST_MS
        if self._task is not None or 0 <= now - self._looked < wait:
            return
        self._looked, self._news = now, False
        self._rests = {label: until for label, until in self._rests.items() if 0 < until - now <= REST_MS}
        with self._store.reading() as db:
            hint = due_hint(db.conn, now, {*busy, *self._rests})
        if hint is not None:
            self.label, self._news = hint.label, True  # there may be more
            self._task = asyncio.create_task(self._supervise(hint), name=f"hint on {hint.label}")

    def _heard(self, topics: frozenset[str]) -> None:
        """Any thread."""
        self._news = self._news or bool(topics & {"stock", "labels", "prices", "receiving"})

    async def _supervise(self, hint: Hint) -> None:
        try:
            await self._bring(hint)
        except (DeviceError, StoreError, CannotDraw, TimeoutError) as error:
            self._rests[hint.label] = self._clock() + REST_MS
            log.info("%s: what it says of the stock is not new yet: %s", hint.label, error)
        finally:
            self._task, self.label = None, ""
            self._done()

    async def _bring(self, hint: Hint) -> None:
        known = self._registry.get(hint.label)
        with self._store.reading() as db:  # one moment: what is drawn is what is noted
            hint = replace(hint, told=told_of(db.conn, hint.item, hint.version, self._clock()))
            image = self._draw(hint.item, hint.version, hint.label)
        driver = self._drivers.get(known.driver) if known is not None and known.enrolled else None
        if image is None or driver is None:
            self._rests[hint.label] = self._clock() + REST_MS
            return
        job = Job(hint.label, hint.item, hint.version)
        if not await self._store.do(lambda tx: self._may_send(tx, job)):
            return
        unchanged = await self._store.do(lambda tx: note_sending(tx, job, image.digest))
        if not unchanged:
            async with asyncio.timeout(LONGEST_SECONDS):
                await driver.show(hint.label, image)
        await self._store.do(lambda tx: note_redrawn(tx, hint, image.digest))

    @staticmethod
    def _may_send(tx: Transaction, job: Job) -> bool:
        """Whether that version is still the only one that the label may show."""
        rows = tx.sql.execute("SELECT item, version FROM showing WHERE device = ? AND until IS NULL", (job.label,))
        return set(rows.fetchall()) == {(job.item, job.version)}
