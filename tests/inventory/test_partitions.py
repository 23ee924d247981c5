"""Sales, reservations and coupons while lines part: the book is the sum of its movements, no promise is broken.

`AISLE_PARTITIONS=10000` plays that many days instead of the suite's few.
"""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.desk import Desk
from tests.inventory.oracle import fold, happened
from tests.inventory.partitions import ITEMS, Day

DAYS = int(os.environ.get("AISLE_PARTITIONS", "100"))


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def check(day: Day) -> None:
    """What must be so when all has healed."""
    sql = day.desk.sql
    for item in ITEMS:
        kept = sql.execute("SELECT hand, reserved FROM stock WHERE item = ?", (item,)).fetchone()
        moves = happened(sql, item)
        assert kept == (sum(move.hand for move in moves), sum(move.reserved for move in moves))
        assert kept == fold(moves)[:2]
        assert kept[0] == day.expected(item)
        (promised,) = sql.execute(
            "SELECT COALESCE(SUM(quantity), 0) FROM reservation_line JOIN reservation ON id = reservation"
            " WHERE item = ? AND state IN ('held', 'aside')",
            (item,),
        ).fetchone()
        assert kept[1] == promised
    assert day.oversold == 0
    assert max(day.redeemed.values(), default=0) <= 1
    assert day.hq.misused == 0
    assert set(day.hq.requests.values()) <= {1}  # one per crossing


def test_no_partition_breaks_a_promise(desk: Desk) -> None:
    seen: Counter[str] = Counter()
    for seed in range(DAYS):
        day = Day(desk, seed)
        day.play()
        try:
            check(day)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error
        seen["collected"] += day.served
        seen["redeemed"] += sum(day.redeemed.values())
        seen["requests"] += sum(day.hq.requests.values())
        seen["refused"] += sum(state == "refused" for state in day.hq.state.values())
    print(dict(seen))
    assert min(seen[what] for what in ("collected", "redeemed", "requests", "refused")) >= DAYS // 20


def test_a_promise_before_the_goods_are_aside_is_found_out(desk: Desk) -> None:
    found = 0
    for seed in range(100):
        day = Day(desk, seed, rash=True)
        day.play()
        found += day.oversold
    assert found


def test_a_till_that_takes_an_old_answer_is_found_out(desk: Desk) -> None:
    found = 0
    for seed in range(100):
        day = Day(desk, seed, careless=True)
        day.play()
        found += max(day.redeemed.values(), default=0) > 1
    assert found


def test_the_same_seed_plays_the_same_day(desk: Desk) -> None:
    def ledger() -> list[bytes]:
        Day(desk, 5).play()
        return [row[0] for row in desk.sql.execute("SELECT hash FROM ledger ORDER BY seq")]

    assert ledger() == ledger()
