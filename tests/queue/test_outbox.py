import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from cloud_sync.contract.events import SHED_ORDER, Batch, EventClass
from cloud_sync.contract.feed import MAX_BATCH_BYTES
from cloud_sync.queue.outbox import MAX_BODY_BYTES, OVERHEAD, UNREADABLE, EventTooLong, Outbox, Pending, QueueFull

SCHEMA = (Path(__file__).parents[2] / "edge/store/schema/0001.sql").read_text()
NEVER_SHED = (EventClass.SALE, EventClass.PRICE)


def open_database(path: Path | str = ":memory:") -> sqlite3.Connection:
    sql = sqlite3.connect(path, isolation_level=None)
    if not sql.execute("SELECT name FROM sqlite_master WHERE name = 'outbox'").fetchone():
        sql.executescript(SCHEMA)
    return sql


def pending(
    cls: EventClass = EventClass.SALE, body: object = None, *, kind: str = "kind", device: str = "till-1"
) -> Pending:
    return Pending(cls, kind, device, 1, 7, 1_000, 2_000, json.dumps(body or {}, ensure_ascii=False))


def fresh(sql: sqlite3.Connection, limit_bytes: int = 1 << 20, epoch: int = 5) -> Outbox:
    outbox = Outbox(epoch, limit_bytes)
    outbox.reload(sql)
    return outbox


@pytest.fixture
def sql() -> Iterator[sqlite3.Connection]:
    connection = open_database()
    yield connection
    connection.close()


def seqs(batch: Batch | None) -> list[int]:
    return [event.seq for event in batch.events] if batch else []


def test_what_goes_in_comes_out_in_order_and_stays_until_confirmed(sql: sqlite3.Connection) -> None:
    outbox = fresh(sql)
    outbox.put_many(sql, [pending(body={"n": n}) for n in range(5)])
    batch = outbox.peek(sql, limit=3)
    assert batch is not None
    assert (batch.epoch, [event.body for event in batch.events]) == (5, [{"n": 0}, {"n": 1}, {"n": 2}])
    assert outbox.peek(sql, limit=3) == batch
    assert outbox.confirm(sql, 5, 2) == 2
    assert seqs(outbox.peek(sql)) == [3, 4, 5]


@pytest.mark.parametrize(("epoch", "seq"), [(4, 1), (5, 3), (5, 99)])
def test_an_answer_about_another_life_deletes_nothing(sql: sqlite3.Connection, epoch: int, seq: int) -> None:
    outbox = fresh(sql)
    outbox.put_many(sql, [pending(), pending()])
    assert outbox.confirm(sql, epoch, seq) == 0
    assert seqs(outbox.peek(sql)) == [1, 2]


def test_a_full_queue_sheds_telemetry_then_visits_and_refuses_the_rest_untouched(sql: sqlite3.Connection) -> None:
    size = OVERHEAD + len("kind") + len("till-1") + 2
    outbox = fresh(sql, limit_bytes=4 * size)
    outbox.put_many(
        sql, [pending(cls) for cls in (EventClass.VISIT, EventClass.SALE, EventClass.TELEMETRY, EventClass.SALE)]
    )
    outbox.put(sql, pending(EventClass.SALE))
    assert seqs(outbox.peek(sql)) == [1, 2, 4, 5]
    before = outbox.depth(sql)
    with pytest.raises(QueueFull, match="keep their events"):
        outbox.put_many(sql, [pending(EventClass.SALE), pending(EventClass.SALE)])
    assert (outbox.depth(sql), seqs(outbox.peek(sql))) == (before, [1, 2, 4, 5])
    outbox.put(sql, pending(EventClass.PRICE))
    assert seqs(outbox.peek(sql)) == [2, 4, 5, 6]
    assert outbox.depth(sql).shed == 2


def test_bytes_are_counted_as_they_travel_not_as_letters(sql: sqlite3.Connection) -> None:
    outbox = fresh(sql)
    outbox.put(sql, pending(body={"name": "电子价签" * 100}))
    batch = outbox.peek(sql)
    assert batch is not None
    assert outbox.held_bytes == outbox.depth(sql).bytes
    assert outbox.held_bytes >= 1200 + OVERHEAD


def test_every_batch_fits_what_head_office_takes(sql: sqlite3.Connection) -> None:
    outbox = fresh(sql, limit_bytes=1 << 24)
    outbox.put_many(sql, [pending(body={"name": "签" * 10_000}) for _ in range(60)])
    outbox.put(sql, pending(body={"long": "x" * (MAX_BODY_BYTES - 20)}))
    count = 0
    while (batch := outbox.peek(sql, limit=1000)) is not None:
        assert len(batch.model_dump_json().encode()) <= MAX_BATCH_BYTES
        count += outbox.confirm(sql, 5, batch.events[-1].seq)
    assert count == 61


def test_an_event_that_could_never_travel_is_refused(sql: sqlite3.Connection) -> None:
    outbox = fresh(sql)
    with pytest.raises(EventTooLong, match="till-1"):
        outbox.put_many(sql, [pending(), pending(body={"x": "y" * MAX_BODY_BYTES})])
    assert outbox.depth(sql).events == 0
    outbox.put(sql, pending())


@pytest.mark.parametrize(
    "bad", [{"at": 2**70}, {"device_seq": -(2**70)}, {"device": "\ud800"}, {"body": '{"a":"\ud800"}'}]
)
def test_what_no_database_can_hold_is_refused_whole(sql: sqlite3.Connection, bad: dict[str, Any]) -> None:
    outbox = fresh(sql)
    facts = {"cls": EventClass.SALE, "kind": "k", "device": "d", "device_epoch": 1, "device_seq": 1, "at": 1}
    event = Pending(**{**facts, "received_at": 1, "body": "{}", **bad})
    with pytest.raises((OverflowError, ValueError)):
        outbox.put_many(sql, [pending(), event])
    assert (outbox.depth(sql).events, outbox.held_bytes) == (0, 0)
    assert outbox.put(sql, pending()) == 1


@given(
    kind=st.text(st.characters(codec="utf-8"), max_size=40), device=st.text(st.characters(codec="utf-8"), max_size=40)
)
@settings(max_examples=60, deadline=None)
def test_any_kind_and_device_survive_the_way(kind: str, device: str) -> None:
    sql = open_database()
    outbox = fresh(sql)
    outbox.put(sql, pending(kind=kind, device=device, body={device: kind}))
    batch = outbox.peek(sql)
    assert batch is not None
    event = Batch.model_validate_json(batch.model_dump_json()).events[0]
    assert (event.kind, event.device, event.body) == (kind, device, {device: kind})
    sql.close()


@pytest.mark.parametrize(
    "column",
    ["body = '{broken'", "body = '[1]'", "body = 'NaN'",
     "body = '{\"a\":\"\\ud800\"}'", "body = X'ff'", "kind = X'00ff'",
     "cls = 'gossip'", "at = -5", "device = printf('%099d', 1)", "received_at = 'soon'", "device_seq = -1"],
)  # fmt: skip
def test_a_spoilt_row_is_reported_and_does_not_block_the_queue(sql: sqlite3.Connection, column: str) -> None:
    outbox = fresh(sql)
    outbox.put_many(sql, [pending(body={"n": n}) for n in range(3)])
    sql.execute(f"UPDATE outbox SET {column} WHERE seq = 2")
    batch = outbox.peek(sql)
    assert batch is not None
    assert [event.kind for event in batch.events] == ["kind", UNREADABLE, "kind"]
    assert seqs(Batch.model_validate_json(batch.model_dump_json())) == [1, 2, 3]
    assert "till-1" in batch.events[1].body["row"] or "device" in column
    fresh(sql).confirm(sql, 5, 3)
    assert outbox.depth(sql).events == 0


def test_a_rollback_is_followed_without_counting_again(sql: sqlite3.Connection) -> None:
    outbox = fresh(sql)
    outbox.put(sql, pending())
    sql.execute("BEGIN")
    sql.execute("SAVEPOINT work")
    mark = outbox.mark()
    outbox.put(sql, pending(EventClass.VISIT))
    sql.execute("ROLLBACK TO work")
    outbox.back_to(mark)
    sql.execute("COMMIT")
    again = fresh(sql)
    assert (outbox.next_seq, outbox.held_bytes) == (again.next_seq, again.held_bytes) == (2, outbox.depth(sql).bytes)


UNIT = OVERHEAD + 20


class QueueAgainstModel(RuleBasedStateMachine):
    """The outbox beside a plain list, over puts, sheds, confirmations, rollbacks and restarts."""

    batches = Bundle("batches")

    def __init__(self) -> None:
        super().__init__()
        self.sql = open_database()
        self.outbox = fresh(self.sql, limit_bytes=10 * UNIT)
        self.rows: list[tuple[int, EventClass, int]] = []
        self.highest = 0
        self.refused = 0

    @rule(
        classes=st.lists(st.sampled_from(EventClass), min_size=1, max_size=6),
        filler=st.integers(0, 300),
        undo=st.booleans(),
    )
    def put(self, classes: list[EventClass], filler: int, undo: bool) -> None:
        self.sql.execute("BEGIN")
        mark = self.outbox.mark()
        try:
            last = self.outbox.put_many(self.sql, [pending(cls, {"x": "y" * filler}) for cls in classes])
        except QueueFull:
            self.sql.execute("COMMIT")  # even a caller that goes on finds nothing changed
            sheddable = sum(size for _, cls, size in self.rows if cls in SHED_ORDER)
            assert self._size() + len(classes) * self._length(filler) - sheddable > self.outbox.limit_bytes
            return
        if undo:
            self.sql.execute("ROLLBACK")
            self.outbox.back_to(mark)
            return
        self.sql.execute("COMMIT")
        kept = {seq for (seq,) in self.sql.execute("SELECT seq FROM outbox")}
        gone = [row for row in self.rows if row[0] not in kept]
        assert not [row for row in gone if row[1] in NEVER_SHED]
        if EventClass.VISIT in {cls for _, cls, _ in gone}:
            assert not [row for row in self.rows if row[1] is EventClass.TELEMETRY and row[0] in kept]
        for cls in SHED_ORDER:  # the oldest of a class go first
            oldest_kept = min((seq for seq, c, _ in self.rows if c is cls and seq in kept), default=2**63)
            assert all(seq < oldest_kept for seq, c, _ in gone if c is cls)
        self.rows = [row for row in self.rows if row[0] in kept]
        first = last - len(classes) + 1
        assert first > self.highest
        self.rows += [(first + n, cls, self._length(filler)) for n, cls in enumerate(classes)]
        self.highest = last

    @rule(target=batches, limit=st.integers(1, 8))
    def peek(self, limit: int) -> tuple[int, int]:
        batch = self.outbox.peek(self.sql, limit)
        assert seqs(batch) == [seq for seq, _, _ in self.rows[:limit]]
        return (batch.epoch, batch.events[-1].seq) if batch else (5, 0)

    @rule(batch=batches)
    def confirm(self, batch: tuple[int, int]) -> None:
        """Also late and repeated answers, about batches peeked long ago."""
        epoch, seq = batch
        expected = sum(1 for row in self.rows if row[0] <= seq)
        assert self.outbox.confirm(self.sql, epoch, seq) == expected
        self.rows = [row for row in self.rows if row[0] > seq]

    @rule(ahead=st.integers(0, 5), epoch=st.sampled_from([4, 5, 6]))
    def confirm_what_was_never_sent(self, ahead: int, epoch: int) -> None:
        assert self.outbox.confirm(self.sql, epoch, self.highest + 1 + ahead) == 0

    @rule()
    def restart(self) -> None:
        self.outbox = fresh(self.sql, limit_bytes=10 * UNIT)

    @invariant()
    def agrees_with_the_model(self) -> None:
        depth = self.outbox.depth(self.sql)
        assert (depth.events, depth.bytes) == (len(self.rows), self._size())
        assert self.outbox.held_bytes == depth.bytes <= self.outbox.limit_bytes
        assert self.outbox.next_seq == self.highest + 1

    def teardown(self) -> None:
        self.sql.close()

    def _size(self) -> int:
        return sum(size for _, _, size in self.rows)

    @staticmethod
    def _length(filler: int) -> int:
        return OVERHEAD + len("kind") + len("till-1") + len('{"x": ""}') + filler


TestQueueAgainstModel = QueueAgainstModel.TestCase
TestQueueAgainstModel.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
