"""The single writer: works share a commit, fail alone, and are answered after it."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cloud_sync.contract.events import EventClass, RowOutcome
from cloud_sync.queue.outbox import QueueFull
from edge.store import Store, StoreBusy, StoreError, Transaction
from edge.store import store as writer
from edge.store.ledger import verify
from tests.store.rig import held_back, ledger_of, opened, queued, tell


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "store.db") as store:
        yield store


def test_a_fact_and_its_report_are_one(store: Store) -> None:
    store.run(lambda tx: tell(tx, "one", n=1)).result()
    with store.reading() as db:
        assert db.conn.execute("SELECT subject FROM ledger").fetchall() == [("one",)]
        assert [(event.seq, event.body) for event in queued(db.conn, store)] == [(1, {"n": 1})]


def test_a_work_that_fails_leaves_nothing_and_takes_nobody_along(store: Store) -> None:
    called: list[str] = []

    def bad(tx: Transaction) -> None:
        tell(tx, "bad")
        tx.tell_outcome(3, "bad", RowOutcome(item="bad", outcome="landed"))
        tx.after(lambda: called.append("bad"))
        raise ValueError("no")

    def good(tx: Transaction) -> None:
        tell(tx, "good")
        tx.after(lambda: called.append("good"))

    with held_back(store):
        futures = [store.run(work) for work in (good, bad, good)]
    assert [future.exception() and str(future.exception()) for future in futures] == [None, "no", None]
    assert ledger_of(store) == ["good", "good"]
    assert called == ["good", "good"]
    with store.reading() as db:
        assert [(event.seq, event.device) for event in queued(db.conn, store)] == [(1, "good"), (2, "good")]
        assert verify(db.conn).intact


def test_one_bad_item_of_a_lane_fails_alone(store: Store) -> None:
    def lane(tx: Transaction, items: Sequence[int]) -> list[int]:
        for item in items:
            tell(tx, str(item))
            if item == 3:
                raise ValueError("three")
        return [item * 10 for item in items]

    heard: list[tuple[Any, str]] = []
    with held_back(store):
        for item in range(1, 6):
            store.post(lane, item, lambda result, error: heard.append((result, str(error or ""))))
    store.run(lambda _: None).result()
    assert heard == [(10, ""), (20, ""), (None, "three"), (40, ""), (50, "")]
    assert ledger_of(store) == ["1", "2", "4", "5"]


def test_items_that_wait_together_are_written_together(store: Store) -> None:
    sizes: list[int] = []

    def lane(_: Transaction, items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        return list(items)

    with held_back(store):
        for item in range(50):
            store.post(lane, item, lambda *_: None)
    store.run(lambda _: None).result()
    assert sizes == [50]


def test_an_answer_comes_after_the_commit_and_never_before(store: Store) -> None:
    """Another connection, which sees only what is committed, looks at the moment of the answer."""
    seen: list[list[str]] = []

    def record(tx: Transaction, subjects: Sequence[str]) -> Sequence[str]:
        for subject in subjects:
            tell(tx, subject)
        return subjects

    def done(_: object, error: BaseException | None) -> None:
        assert error is None
        seen.append(ledger_of(store))

    with held_back(store):
        for n in range(3):
            store.post(record, str(n), done)
    store.run(lambda _: None).result()
    assert seen == [["0", "1", "2"]] * 3


def test_a_full_line_is_refused_and_works_again_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "WAITING", 3)
    with held_back(store):
        futures = [store.run(lambda tx: tell(tx, "taken")) for _ in range(3)]
        with pytest.raises(StoreBusy, match="3 works wait"):
            store.run(lambda tx: tell(tx, "refused"))
    for future in futures:
        future.result()
    store.run(lambda tx: tell(tx, "later")).result()
    assert ledger_of(store) == ["taken", "taken", "taken", "later"]


def test_a_reader_sees_one_moment_for_as_long_as_it_reads(store: Store) -> None:
    store.run(lambda tx: tell(tx, "first")).result()
    with store.reading() as db:
        before = db.conn.execute("SELECT COUNT(*) FROM ledger").fetchone()
        store.run(lambda tx: tell(tx, "second")).result()
        with store.reading() as nested:  # a part that reads for itself sees the same moment
            assert nested.conn.execute("SELECT COUNT(*) FROM ledger").fetchone() == before == (1,)
        assert db.conn.execute("SELECT COUNT(*) FROM outbox").fetchone() == (1,)
    assert ledger_of(store) == ["first", "second"]


def test_a_reader_can_change_nothing(store: Store) -> None:
    with store.reading() as db, pytest.raises(sqlite3.OperationalError):
        db.conn.execute("DELETE FROM ledger")


def test_readers_of_many_threads_each_have_their_own(store: Store) -> None:
    store.run(lambda tx: tell(tx, "one")).result()
    seen: list[list[str]] = []
    threads = [threading.Thread(target=lambda: seen.append(ledger_of(store))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [["one"]] * 4


@pytest.mark.parametrize("who", ["answer", "after", "listener"])
def test_a_caller_that_fails_when_told_stops_nobody(store: Store, who: str) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("somebody else's fault")

    if who == "listener":
        store.listen(fail)
    heard: list[object] = []
    with held_back(store):
        store.post(lambda _, items: items, "first", fail if who == "answer" else lambda *_: None)
        store.run(lambda tx: tx.after(fail) if who == "after" else None)
        store.post(lambda _, items: items, "second", lambda result, _: heard.append(result))
    store.run(lambda tx: tell(tx, "goes on")).result()
    assert heard == ["second"]
    assert ledger_of(store) == ["goes on"]


def test_listeners_hear_what_changed_and_only_after_the_commit(store: Store) -> None:
    heard: list[tuple[frozenset[str], list[str]]] = []
    store.listen(lambda topics: heard.append((topics, ledger_of(store))))
    store.run(lambda tx: tell(tx, "one")).result()
    store.run(lambda tx: tx.get_meta("nothing")).result()
    store.close()
    assert [(topics, subjects) for topics, subjects in heard if topics] == [(frozenset({"outbox"}), ["one"])]


def test_rows_of_one_change_travel_together(store: Store) -> None:
    def say(item: str) -> None:
        store.run(lambda tx: tx.tell_outcome(4, item, RowOutcome(item=item, outcome="landed")))

    with held_back(store):
        say("a")
        say("b")
    store.run(lambda _: None).result()
    with store.reading() as db:
        (event,) = queued(db.conn, store)
    assert [row["item"] for row in event.body["rows"]] == ["a", "b"]


def test_a_queue_that_is_full_refuses_the_fact_with_its_report(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db", queue_bytes=1000) as store:
        answers = [store.run(lambda tx: tell(tx, "sale")).exception() for _ in range(20)]
        taken = answers.count(None)
        assert all(isinstance(answer, QueueFull) for answer in answers[taken:])
        with store.reading() as db:
            assert len(ledger_of(store)) == len(queued(db.conn, store)) == taken < 20


def test_outcomes_that_find_no_room_take_no_other_work_along(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db", queue_bytes=1000) as store:
        with held_back(store):
            told = store.run(lambda tx: tx.tell_outcome(1, "a", RowOutcome(item="a", outcome="held", why="x" * 2000)))
            noted = store.run(lambda tx: tx.record("device.state", "till-1", {}))
        assert isinstance(told.exception(), StoreError)
        assert noted.exception() is None
        assert ledger_of(store) == ["till-1"]


def test_telemetry_gives_way_to_sales(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db", queue_bytes=4000) as store:
        for n in range(12):
            store.run(lambda tx, n=n: tell(tx, f"t{n}", EventClass.TELEMETRY)).result()  # type: ignore[misc]
        for n in range(12):
            store.run(lambda tx, n=n: tell(tx, f"s{n}")).result()  # type: ignore[misc]
        with store.reading() as db:
            kept = [event.device for event in queued(db.conn, store)]
        assert [device for device in kept if device.startswith("s")] == [f"s{n}" for n in range(12)]
        assert len(kept) < 24
        assert len(ledger_of(store)) == 24  # the ledger sheds nothing


async def test_a_work_can_be_awaited(store: Store) -> None:
    assert await store.do(lambda tx: tx.now) == 1_700_000_000_000
    with pytest.raises(ZeroDivisionError):
        await store.do(lambda _: 1 // 0)


def test_closing_finishes_what_was_taken_and_takes_no_more(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db") as store:
        futures = [store.run(lambda tx: tell(tx, "taken")) for _ in range(300)]
        store.close()
        assert all(future.exception() is None for future in futures)
        with pytest.raises(StoreError, match="closed"):
            store.run(lambda _: None)
    with opened(tmp_path / "store.db") as again:
        assert len(ledger_of(again)) == 300


def test_the_epoch_is_kept_for_ever(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db") as store:
        assert store.outbox.epoch == 7
    again = Store(tmp_path / "store.db", lambda: 0, epoch=8)
    again.close()
    assert again.outbox.epoch == 7


def test_sequences_go_on_after_everything_was_sent(tmp_path: Path) -> None:
    with opened(tmp_path / "store.db") as store:
        store.run(lambda tx: tell(tx, "one")).result()
        store.run(lambda tx: store.outbox.confirm(tx.sql, 7, 1)).result()
    with opened(tmp_path / "store.db") as again:
        again.run(lambda tx: tell(tx, "two")).result()
        with again.reading() as db:
            assert [event.seq for event in queued(db.conn, again)] == [2]
