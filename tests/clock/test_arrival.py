"""A change whose time has come when it arrives begins with its arrival, where it may."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cloud_sync.contract.feed import FeedEntry
from cloud_sync.link.side import Enrolment
from edge.store import Store
from edge.uplink import StoreEnd
from tests.clock.shop import HOUR, ClockShop
from tests.desk import A


@pytest.fixture
async def shop() -> AsyncIterator[ClockShop]:
    """Where changes are signed and rules are made; its own store of record stays aside."""
    made = ClockShop(only_closed=True)
    made.start("elsewhere")
    yield made
    made.close()


async def test_a_late_cut_begins_at_once_and_a_late_raise_asks_the_clock(shop: ClockShop, tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db", lambda: shop.now, epoch=7, monotonic=lambda: shop.steady)
    end = StoreEnd(store, shop.engine, lambda _: shop.inbox, lambda _: None, Enrolment("0204"))

    async def take(minor: int, **more: int) -> str:
        sequence, envelope = shop.change({A: minor}, **more)
        await end.take([FeedEntry(sequence=sequence, envelope=envelope)], sequence)
        with store.reading() as db:
            found: str = db.conn.execute("SELECT phase FROM price WHERE version = ?", (sequence,)).fetchone()[0]
        return found

    try:
        assert await take(100) == "landed"  # no device has to show it
        assert await take(90, issued_at=shop.now - HOUR, effective_at=shop.now - 1) == "landed"
        assert await take(120, issued_at=shop.now - HOUR, effective_at=shop.now - 1) == "waiting"
        assert await take(80, effective_at=shop.now + HOUR) == "waiting"
        with store.reading() as db:
            why = db.conn.execute("SELECT why FROM price WHERE minor = 120").fetchone()[0]
        assert "nobody has vouched" in why
    finally:
        store.close()
