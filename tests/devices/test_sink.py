"""What devices tell, on its way to the disk: acknowledged after the commit, kept when the disk refuses."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drivers.base import Message, Sighting
from edge.devices import sink as sinks
from edge.devices.health import MISSPOKE_LIMIT, State
from edge.devices.registry import Registry
from edge.devices.sink import DriverSink
from edge.intake import Intake, journal_of
from edge.prices.engine import PriceEngine
from edge.store import Store, Transaction
from edge.store import store as writer
from edge.store.ledger import verify
from tests.store.rig import Clock, held_back, opened, queued, until
from tests.store.test_full_disk import limit_pages, pages_of

ITEM = "03850334043641"
PRICE = (
    "INSERT INTO price (item, version, name, minor, currency, per, effective_at, received_at, author, phase,"
    " changed_at) VALUES (?, 1, 'x', 199, 'EUR', 'each', 0, 0, 'ana', 'active', 0)"
)


def sale(number: int, **more: Any) -> dict[str, Any]:
    """A body as docs/mqtt.md has it."""
    line = {"item": ITEM, "version": 1, "minor": 199, "quantity": 2, "total_minor": 398}
    return {"receipt": f"r-{number}", "currency": "EUR", "lines": [line], "total_minor": 398} | more


@dataclass
class Desk:
    """A sink over a real store, and what tills hear of it."""

    store: Store
    registry: Registry
    sink: DriverSink
    owed: list[tuple[str, int, int]]
    acked: list[tuple[int, int]] = field(default_factory=list)

    def say(self, seq: int, epoch: int = 1, kind: str = "sale", body: dict[str, Any] | None = None) -> None:
        """A message from the till arrives."""
        said = sale(seq) if body is None else body
        self.sink.said(Message("till-1", epoch, seq, 5, kind, said, lambda: self.acked.append((epoch, seq))))

    def birth(self, epoch: int) -> None:
        """The till says that it is there."""
        self.sink.seen(Sighting("till-1", "aisle/1/0204/till-1/state", "Till 1", epoch=epoch))

    def sales(self) -> list[tuple[int, int]]:
        """The sales on record as (epoch, seq), after checking that ledger and outbox say the same."""
        self.store.run(lambda _: None).result()
        with self.store.reading() as db:
            assert verify(db.conn).intact
            kept: list[tuple[int, int]] = db.conn.execute("SELECT epoch, seq FROM sale ORDER BY epoch, seq").fetchall()
            told = [event for event in queued(db.conn, self.store) if event.kind == "sale"]
            assert sorted((event.device_epoch, event.device_seq) for event in told) == kept
            assert db.conn.execute("SELECT COUNT(*) FROM ledger WHERE kind = 'sale'").fetchone() == (len(kept),)
        return kept


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(sinks, "RETRY_SECONDS", 0.01)
    with opened(tmp_path / "store.db") as store:
        owed: list[tuple[str, int, int]] = []
        registry = Registry(store, Clock(), 120_000)
        intake, loop = Intake(PriceEngine()), asyncio.get_running_loop()
        sink = DriverSink("mqtt", "till", store, registry, intake, lambda *due: owed.append(due), lambda *_: None, loop)
        yield Desk(store, registry, sink, owed)


async def test_a_sale_is_acknowledged_after_the_commit(desk: Desk) -> None:
    with held_back(desk.store):
        desk.say(1)
        desk.say(2)
        await asyncio.sleep(0.02)
        assert desk.acked == []  # taken in, but not on disk
    assert desk.sales() == [(1, 1), (1, 2)]
    assert desk.acked == [(1, 1), (1, 2)]
    assert desk.owed[-1] == ("till-1", 1, 2)


async def test_repeats_are_receipted_and_recorded_once(desk: Desk) -> None:
    for seq in (1, 2, 1, 2, 2):
        desk.say(seq)
    assert desk.sales() == [(1, 1), (1, 2)]
    assert len(desk.acked) == 5
    assert desk.owed[-1] == ("till-1", 1, 2)


async def test_after_a_gap_nothing_is_taken_until_it_is_filled(desk: Desk) -> None:
    desk.say(2)
    assert desk.sales() == []
    assert desk.acked == [(1, 2)]  # the broker may forget it: the till will say it again
    assert desk.owed == []  # but no receipt says that it is here
    for seq in (1, 3, 2, 3):
        desk.say(seq)
    assert desk.sales() == [(1, 1), (1, 2), (1, 3)]
    assert desk.owed == [("till-1", 1, 1), ("till-1", 1, 1), ("till-1", 1, 2), ("till-1", 1, 3)]


async def test_whatever_the_network_does_every_event_is_recorded_once_in_order(desk: Desk) -> None:
    """A till that follows the contract: at most ten ahead of its receipt, everything again when nothing moves."""
    chance = random.Random(11)
    for _ in range(400):
        receipt = max((seq for _, _, seq in desk.owed), default=0)
        if receipt >= 40:
            break
        air = list(range(receipt + 1, min(receipt + 10, 40) + 1)) * 2
        chance.shuffle(air)
        for seq in air[: chance.randint(1, len(air))]:
            desk.say(seq)
        desk.store.run(lambda _: None).result()
    assert desk.sales() == [(1, seq) for seq in range(1, 41)]
    with desk.store.reading() as db:
        assert [event.device_seq for event in queued(db.conn, desk.store)] == list(range(1, 41))


async def test_a_new_journal_starts_at_one_and_the_old_ones_rest_is_not_lost(desk: Desk) -> None:
    desk.say(1, epoch=1)
    desk.say(1, epoch=2)
    desk.say(2, epoch=1)  # was still on its way
    desk.say(1, epoch=1)
    desk.say(2, epoch=2)
    assert desk.sales() == [(1, 1), (1, 2), (2, 1), (2, 2)]
    desk.say(9, epoch=1)  # after a gap that nobody will fill: not on disk, so not receipted as if it were
    desk.sales()
    assert ("till-1", 1, 9) not in desk.owed
    assert desk.owed[-1] == ("till-1", 1, 2)


async def test_a_restart_forgets_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.say(1)
    desk.say(2)
    desk.sales()
    desk.store.close()
    messages = [Message("till-1", 1, seq, 5, "sale", sale(seq), lambda: None) for seq in (2, 3, 5)]
    with opened(tmp_path / "store.db") as again:
        receipts = again.run(lambda tx: Intake(PriceEngine())(tx, messages)).result()
    assert [(one.taken.value, one.seq) for one in receipts] == [("repeated", 2), ("recorded", 3), ("gap", 3)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        sale(1, lines=[]),
        sale(1, lines=[{"item": ITEM}]),
        sale(1, total_minor=-1),
        sale(1, total_minor=1.5),
        sale(1, card_number="4111"),
        sale(1, receipt="x" * 65),
    ],
)
async def test_a_sale_that_cannot_be_read_is_kept_and_the_stream_goes_on(desk: Desk, body: dict[str, Any]) -> None:
    desk.say(1, body=body)
    desk.say(2)
    assert desk.sales() == [(1, 2)]
    assert desk.acked == [(1, 1), (1, 2)]
    with desk.store.reading() as db:
        (found,) = [event for event in queued(db.conn, desk.store) if event.kind == "unreadable"]
        assert (found.body["kind"], found.body["body"], found.cls.value) == ("sale", body, "sale")
        assert found.body["why"]
        assert db.conn.execute("SELECT kind, subject FROM ledger WHERE seq = 1").fetchone() == (
            "device.unreadable",
            "till-1",
        )


@pytest.mark.parametrize("rows", [[[ITEM, 2**63]], [[ITEM, 2**64]], [[ITEM, -1]], [[ITEM]], "none", [[ITEM, 1]] * 501])
async def test_an_impossible_confirmation_does_not_stop_the_till(desk: Desk, rows: object) -> None:
    desk.say(1, kind="prices.applied", body={"rows": rows})
    desk.say(2)
    assert desk.sales() == [(1, 2)]
    assert desk.acked == [(1, 1), (1, 2)]


async def test_a_word_of_the_devices_own_is_passed_on(desk: Desk) -> None:
    desk.say(1, kind="paper.out", body={"left": 0})
    desk.sales()
    with desk.store.reading() as db:
        (event,) = queued(db.conn, desk.store)
    assert (event.kind, event.cls.value, event.body, event.device_seq, event.at) == (
        "paper.out",
        "telemetry",
        {"left": 0},
        1,
        5,
    )


async def test_a_full_disk_keeps_the_sale_until_there_is_room(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.say(1)
    assert desk.sales() == [(1, 1)]
    limit_pages(desk.store, pages_of(desk.store))
    big = [{"item": ITEM, "version": 1, "minor": 199, "quantity": 2, "total_minor": 398}] * 200
    desk.say(2, body=sale(2, lines=big, total_minor=398 * 200))
    desk.say(3)
    await asyncio.sleep(0.05)
    assert (1, 2) not in desk.acked
    assert "event 2 is not on disk" in caplog.text
    limit_pages(desk.store, 1 << 30)
    await until(lambda: len(desk.acked) == 3)
    desk.say(3)
    assert desk.sales() == [(1, 1), (1, 2), (1, 3)]


async def test_a_writer_that_is_too_busy_is_asked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(writer, "WAITING", 0)
        desk.birth(1)
        desk.say(1)
        await asyncio.sleep(0.05)
        assert desk.acked == []
    await until(lambda: len(desk.acked) == 1)
    assert desk.sales() == [(1, 1)]


async def test_a_till_with_a_new_journal_is_owed_its_prices_also_when_the_disk_was_busy(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody will tell again that the till forgot everything, so the news must not get lost here."""
    desk.birth(1)
    desk.sales()
    with monkeypatch.context() as patch:
        patch.setattr(writer, "WAITING", 0)
        desk.birth(2)
    await until(lambda: _forgotten(desk))
    assert _forgotten(desk) == [("till-1", '{"epoch":2}')]


async def test_a_late_word_of_an_old_journal_does_not_pass_for_the_present_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The till swapped its disk while ours was busy; its prices would be kept from it for ever."""
    monkeypatch.setattr(sinks, "RETRY_SECONDS", 0.05)
    with monkeypatch.context() as patch:
        patch.setattr(writer, "WAITING", 0)
        desk.birth(1)
    desk.birth(2)
    await asyncio.sleep(0.2)
    desk.sales()
    with desk.store.reading() as db:
        assert journal_of(db.conn, "till-1") == 2


async def test_a_confirmation_from_a_journal_that_is_gone_confirms_nothing(desk: Desk) -> None:
    engine = desk.sink.intake.engine

    def put_on_sale(tx: Transaction) -> None:
        desk.registry.enrol(tx, "till-1", "till", "mqtt")
        tx.sql.execute(PRICE, (ITEM,))
        engine.settle(tx, [ITEM])

    def unconfirmed() -> int:
        desk.sales()
        with desk.store.reading() as db:
            return int(db.conn.execute("SELECT COUNT(*) FROM showing WHERE confirmed = 0").fetchone()[0])

    desk.store.run(put_on_sale).result()
    desk.birth(1)
    desk.birth(2)
    desk.say(1, epoch=1, kind="prices.applied", body={"rows": [[ITEM, 1]]})
    assert unconfirmed() == 1
    desk.say(1, epoch=2, kind="prices.applied", body={"rows": [[ITEM, 1]]})
    assert unconfirmed() == 0


async def test_the_ledger_keeps_the_order_of_sales_and_prices(desk: Desk) -> None:
    """What was sold before a till took a price, and what after it, is told apart later by this order."""

    def put_on_sale(tx: Transaction) -> None:
        desk.registry.enrol(tx, "till-1", "till", "mqtt")
        tx.sql.execute(PRICE, (ITEM,))
        desk.sink.intake.engine.settle(tx, [ITEM])

    desk.store.run(put_on_sale).result()
    with held_back(desk.store):
        desk.say(1)
        desk.say(2, kind="prices.applied", body={"rows": [[ITEM, 1]]})
        desk.say(3)
    assert desk.sales() == [(1, 1), (1, 3)]
    with desk.store.reading() as db:
        kinds = [kind for (kind,) in db.conn.execute("SELECT kind FROM ledger ORDER BY seq")]
    assert [kind for kind in kinds if kind in ("sale", "till.applied")] == ["sale", "till.applied", "sale"]


async def test_protocol_faults_in_a_row_ask_for_a_person_and_good_words_between_do_not(desk: Desk) -> None:
    desk.birth(1)
    for seq in range(1, 3 * MISSPOKE_LIMIT):
        desk.sink.misspoke("till-1", "not JSON", b"\xff{")
        desk.say(seq)
        desk.sales()
    assert desk.registry.get("till-1").health.state is State.READY  # type: ignore[union-attr]
    for _ in range(MISSPOKE_LIMIT):
        desk.sink.misspoke("till-1", "not JSON", b"\xff{")
    assert desk.registry.get("till-1").health.state is State.FAULT  # type: ignore[union-attr]


async def test_a_till_that_left_is_lost(desk: Desk) -> None:
    desk.birth(1)
    desk.sink.lost("till-1", "it left")
    assert desk.registry.get("till-1").health.state is State.LOST  # type: ignore[union-attr]
    desk.sink.lost("nobody", "unknown devices are no news")


def _forgotten(desk: Desk) -> list[tuple[str, str]]:
    with desk.store.reading() as db:
        return list(db.conn.execute("SELECT subject, body FROM ledger WHERE kind = 'till.forgot'"))
