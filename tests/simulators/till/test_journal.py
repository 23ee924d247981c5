import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.till import NotForSaleError, Price, Till, TillConfig
from simulators.till.journal import Journal, forget

TEA = Price("03850102314218", 7, "Čaj", 199, "EUR", "each")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    yield journal
    journal.close()


def test_everything_is_there_after_a_restart(journal: Journal, path: Path) -> None:
    journal.apply([TEA], 1)
    journal.add("sale", {"receipt": "1"}, 2)
    session = journal.next_session()
    again = Journal(path)  # as after a kill: the first was never closed
    try:
        assert (again.epoch, again.client, again.seq) == (journal.epoch, journal.client, 2)
        assert [event.kind for event in again.pending(0, 9)] == ["prices.applied", "sale"]
        assert again.price(TEA.item) == TEA
        assert again.next_session() > session
    finally:
        again.close()


def test_versions_never_go_back_and_the_answer_says_what_is_held(journal: Journal) -> None:
    newer = Price(TEA.item, 9, "Čaj", 150, "EUR", "each")
    assert journal.apply([newer], 1) == [newer]
    assert journal.apply([TEA], 2) == []
    assert journal.apply([newer], 3) == []
    assert journal.price(TEA.item) == newer
    assert [event.body for event in journal.pending(0, 9)] == [{"rows": [[TEA.item, 9]]}] * 3


def test_prices_and_their_answer_come_together_or_not_at_all(journal: Journal, path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    other.close()
    with pytest.raises(sqlite3.IntegrityError):
        journal.apply([TEA], 1)
    assert journal.price(TEA.item) is None
    assert (journal.seq, journal.backlog) == (0, 0)


def test_receipted_events_are_forgotten_and_numbers_go_on(journal: Journal) -> None:
    for _ in range(3):
        journal.add("sale", {}, 1)
    journal.receipted(2)
    assert ([event.seq for event in journal.pending(0, 9)], journal.oldest) == ([3], 3)
    journal.receipted(3)
    assert (journal.backlog, journal.oldest) == (0, 4)
    assert journal.add("sale", {}, 1).seq == 4


def test_a_new_journal_is_a_new_epoch(journal: Journal, path: Path) -> None:
    first = journal.epoch
    journal.close()
    forget(path)
    fresh = Journal(path)
    try:
        assert fresh.epoch != first
        assert (fresh.seq, fresh.prices()) == (0, [])
        assert 1 <= fresh.epoch < 2**53
    finally:
        fresh.close()


def test_a_till_sells_without_any_broker_and_tells_the_truth(path: Path) -> None:
    now = iter(range(1000, 2000))
    till = Till(TillConfig("0204", "till-1", "127.0.0.1", 1, "x", path), clock=lambda: next(now))
    till._journal.apply([TEA], 1)
    with pytest.raises(NotForSaleError):
        till.sell(["00000000000000"])
    sale = till.sell([(TEA.item, 2)])
    till.start()
    assert not till.connected
    till.stop()
    again = Till(till.config)
    try:
        assert till.truth.sales == [sale]
        assert (sale.total_minor, sale.at, sale.seq) == (398, 1000, 2)
        assert again.backlog == 2
        assert again.sell([TEA.item]).receipt != sale.receipt
    finally:
        again.stop()
