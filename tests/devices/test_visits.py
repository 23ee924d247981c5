"""Crossings are counted once each, and head office hears running totals."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.facts import Crossing
from edge.vision.line import Direction
from edge.visits.counting import count_crossings
from edge.visits.office import tell_visits
from tests.desk import Desk

MINUTE = 1_700_000_040_000


def crossing(n: int, epoch: int = 1, at: int = MINUTE, direction: Direction = Direction.IN) -> Crossing:
    return Crossing("door", "entrance", at, direction, epoch, n)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


def visits(desk: Desk) -> list[tuple[int, int, int]]:
    """(minute, entered, left) on record."""
    return desk.sql.execute("SELECT minute, entered, departed FROM visit ORDER BY minute").fetchall()


def told(desk: Desk) -> list[dict[str, object]]:
    """What head office is told, and no longer waits to hear."""
    desk.do(tell_visits)
    batch = desk.outbox.peek(desk.sql)
    if batch is None:
        return []
    desk.do(lambda tx: desk.outbox.confirm(tx.sql, desk.outbox.epoch, batch.events[-1].seq))
    return [dict(event.body) for event in batch.events if event.kind == "visit.minute"]


def test_each_crossing_counts_in_its_own_minute(desk: Desk) -> None:
    crossings = [
        crossing(1),
        crossing(2, at=MINUTE + 59_999),
        crossing(3, at=MINUTE + 60_000),
        crossing(4, direction=Direction.OUT),
    ]
    desk.do(lambda tx: count_crossings(tx, crossings))
    assert visits(desk) == [(MINUTE, 2, 1), (MINUTE + 60_000, 1, 0)]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 8)), max_size=40))
def test_repeats_and_old_lives_count_nobody_twice(said: list[tuple[int, int]]) -> None:
    desk = Desk()
    counted, last = 0, dict.fromkeys(range(1, 4), 0)
    for epoch, n in said:
        counted += n > last[epoch]
        last[epoch] = max(last[epoch], n)
        desk.do(lambda tx, epoch=epoch, n=n: count_crossings(tx, [crossing(n, epoch)]))  # type: ignore[misc]
    assert sum(entered for _, entered, _ in visits(desk)) == counted
    desk.close()


def test_head_office_hears_totals_and_only_when_they_grew(desk: Desk) -> None:
    desk.do(lambda tx: count_crossings(tx, [crossing(1), crossing(2)]))
    assert told(desk) == [{"line": "entrance", "minute": MINUTE, "entered": 2, "left": 0}]
    assert told(desk) == []
    desk.do(lambda tx: count_crossings(tx, [crossing(2), crossing(3, direction=Direction.OUT)]))
    assert told(desk) == [{"line": "entrance", "minute": MINUTE, "entered": 2, "left": 1}]
