"""A shop floor: the real store of record, registry, engine and dispatchers; only the drivers are doubles."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from drivers.base import (
    Capability,
    CouponLent,
    CouponRefused,
    Discounts,
    Ink,
    LabelDriver,
    MemberRow,
    Panel,
    PanelImage,
    PriceRow,
    Sighting,
    Sink,
    TillDriver,
)
from drivers.errors import DeviceError
from edge.devices.registry import Registry
from edge.dispatch.labels import LabelDispatcher
from edge.dispatch.tills import TillDispatcher
from edge.prices.engine import PriceEngine
from edge.store import Store, Transaction
from edge.store.ledger import verify
from tests.store.rig import Clock, opened

A, B = "03850334043641", "03850334018236"
PANEL = Panel(8, 4, (Ink.BLACK, Ink.WHITE))


def picture(item: str, version: int, label: str) -> PanelImage:
    """A different image for every item and version."""
    pixels = np.zeros((4, 8), np.uint8)
    pixels.flat[:] = [int(bit) for bit in f"{hash((item, version)) & 0xFFFFFFFF:032b}"]
    return PanelImage(PANEL, pixels)


class Labels(LabelDriver):
    """Labels that note what they show; `answer(label)` may fail or wait."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.SHOWS_LABEL})

    def __init__(self) -> None:
        self.attempts: list[str] = []
        self.shows: dict[str, str] = {}
        self.busy = self.most_busy = 0
        self.answer: Callable[[str], Coroutine[Any, Any, None]] = self._at_once

    async def start(self, sink: Sink) -> None:
        """Nothing to begin."""

    async def stop(self) -> None:
        """Nothing to end."""

    async def show(self, device: str, image: PanelImage, progress: Callable[[float], None] | None = None) -> None:
        """Take the image, if `answer` lets it."""
        self.attempts.append(device)
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            await self.answer(device)
        finally:
            self.busy -= 1
        self.shows[device] = image.digest

    async def _at_once(self, _: str) -> None:
        await asyncio.sleep(0)


class Tills(TillDriver):
    """Tills that note what they are sent; `fail` may raise."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.CHARGES_PRICES})

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[tuple[str, int]]]] = []
        self.epochs: list[int | None] = []
        self.grants: list[tuple[str, int, int]] = []
        self.receipts: list[tuple[str, int, int]] = []
        self.coupons: list[tuple[str, CouponLent | CouponRefused]] = []
        self.discounts: list[tuple[str, Discounts, int | None]] = []
        self.fail: Callable[[str], DeviceError | None] = lambda _: None
        self.meanwhile: Callable[[], None] = lambda: None

    async def start(self, sink: Sink) -> None:
        """Nothing to begin."""

    async def stop(self) -> None:
        """Nothing to end."""

    async def send_prices(self, device: str, rows: Sequence[PriceRow | MemberRow], epoch: int | None = None) -> None:
        """Note the rows, and which journal they are for."""
        self.epochs.append(epoch)
        self._or_fail(device)
        self.sent.append((device, [(row.item, row.version) for row in rows]))
        await asyncio.sleep(0)
        self.meanwhile()

    async def send_receipt(self, device: str, epoch: int, seq: int) -> None:
        """Note the receipt."""
        self._or_fail(device)
        self.receipts.append((device, epoch, seq))

    async def send_lease(self, device: str, n: int, length_ms: int) -> None:
        """Note the grant."""
        self._or_fail(device)
        self.grants.append((device, n, length_ms))

    async def send_coupon(self, device: str, answer: CouponLent | CouponRefused) -> None:
        """Note the answer."""
        self._or_fail(device)
        self.coupons.append((device, answer))

    async def send_discounts(self, device: str, discounts: Discounts, epoch: int | None = None) -> None:
        """Note the set, and which journal it is for."""
        self._or_fail(device)
        self.discounts.append((device, discounts, epoch))

    def _or_fail(self, device: str) -> None:
        if error := self.fail(device):
            raise error


@dataclass
class Floor:
    """Everything, in one place. `clock` is the test's."""

    store: Store
    clock: Clock
    registry: Registry
    engine: PriceEngine = field(default_factory=PriceEngine)
    labels: Labels = field(default_factory=Labels)
    tills: Tills = field(default_factory=Tills)

    def do(self, work: Callable[[Transaction], Any]) -> Any:
        """Run a work and wait for its commit."""
        return self.store.run(work).result()

    def label(self, label: str, item: str = A, panel: Panel | None = PANEL) -> None:
        """Put a label into service that was seen and is bound."""

        def work(tx: Transaction) -> None:
            self.registry.enrol(tx, label, "label", "ble")
            self.engine.bind(tx, label, item, "ana")

        self.registry.sighted(Sighting(label, label.upper(), panel=panel), "label", "ble")
        self.do(work)

    def till(self, till: str) -> None:
        """Put a till into service that is there."""

        def work(tx: Transaction) -> None:
            self.registry.enrol(tx, till, "till", "mqtt")
            self.engine.till_joined(tx, till)

        self.do(work)
        self.till_is_back(till)

    def till_is_back(self, till: str) -> None:
        """The till says that it is there."""
        self.registry.sighted(Sighting(till, till), "till", "mqtt")

    def price(self, minor: int, version: int, items: Sequence[str] = (A,), phase: str = "active", at: int = 0) -> None:
        """A price comes into force, or will at a time."""

        def work(tx: Transaction) -> None:
            tx.sql.executemany(
                "INSERT INTO price (item, version, name, minor, currency, per, effective_at, received_at, author,"
                " phase, changed_at) VALUES (?, ?, 'thing', ?, 'EUR', 'each', ?, 0, 'ana', ?, ?)",
                [(item, version, minor, at, phase, tx.now) for item in items],
            )
            if phase == "active":
                self.engine.settle(tx, items)

        self.do(work)

    def applied(self, till: str, *held: tuple[str, int]) -> None:
        """The till confirms."""
        self.do(lambda tx: self.engine.till_applied(tx, till, held))

    def dispatch_labels(self, at_once: int = 4, give_up_seconds: float = 60) -> Coroutine[Any, Any, None]:
        """The label dispatcher, to be run."""
        return LabelDispatcher(
            self.store, self.engine, self.registry, {"ble": self.labels}, picture, self.clock, at_once, give_up_seconds
        ).run()

    def dispatch_tills(self) -> Coroutine[Any, Any, None]:
        """The till dispatcher, to be run."""
        return TillDispatcher(self.store, self.registry, {"mqtt": self.tills}, self.clock).run()

    def right(self) -> set[str]:
        """Labels that confirmed what they should show."""
        with self.store.reading() as db:
            rows = db.conn.execute(
                "SELECT device FROM twin WHERE desired_version > 0 AND reported_version = desired_version"
            )
            return {device for (device,) in rows}

    def phase(self, version: int, item: str = A) -> str:
        """How far a price got."""
        with self.store.reading() as db:
            row = db.conn.execute("SELECT phase FROM price WHERE item = ? AND version = ?", (item, version)).fetchone()
            return str(row[0])

    def ledger(self, *kinds: str) -> list[tuple[str, str, dict[str, Any]]]:
        """The ledger's rows of these kinds, after checking all of it."""
        with self.store.reading() as db:
            assert verify(db.conn).intact
            rows = db.conn.execute("SELECT kind, subject, body FROM ledger ORDER BY seq").fetchall()
        return [(kind, subject, json.loads(body)) for kind, subject, body in rows if kind in kinds]


@asynccontextmanager
async def floor_in(folder: Path) -> AsyncIterator[Floor]:
    """A shop floor with its data in this folder."""
    clock = Clock()
    with opened(folder / "store.db", clock=clock) as store:
        yield Floor(store, clock, Registry(store, clock, 120_000))


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Something that runs until cancelled, beside the test; that it ends by itself fails the test."""
    task = asyncio.create_task(work)
    try:
        yield
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
