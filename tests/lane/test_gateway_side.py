"""What the gateway makes of a lane's words, and who goes to one that calls."""

from pathlib import Path

import pytest

from drivers.base import Message
from edge.intake import Intake, Taken
from edge.lanes import calls
from edge.views.lanes import Lane, read_lanes
from tests.console.floor import MINUTE, Floor

NOW = 1_793_000_000_000


@pytest.fixture
def floor(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = Floor(tmp_path, NOW)
    made.till("lane-1", "Self-checkout 1")
    yield made
    made.close()


def tell(floor: Floor, *told: tuple[str, dict[str, object]], first: int = 1) -> list[Taken]:
    messages = [
        Message("lane-1", 5, seq, NOW + seq, kind, body, lambda: None) for seq, (kind, body) in enumerate(told, first)
    ]
    return [one.taken for one in floor.do(lambda tx: Intake(floor.engine)(tx, messages))]


def lanes(floor: Floor) -> list[Lane]:
    with floor.store.reading() as db:
        return read_lanes(db, floor.now + MINUTE, "Europe/Zagreb")


CALL: tuple[str, dict[str, object]] = (
    "lane.state",
    {"state": "attendant", "call": "age", "why": "age", "about": "Wine", "parts": {"printer": ["low", ""]}},
)


async def test_a_call_is_shown_until_somebody_goes_and_it_is_answered(floor: Floor) -> None:
    tell(floor, ("lane.state", {"state": "busy", "parts": {}}), CALL)
    (lane,) = lanes(floor)
    assert (lane.state, lane.call, lane.about, lane.since) == ("attendant", "age", "Wine", NOW + 2)
    assert [(part.name, part.state) for part in lane.parts] == [("printer", "low")]
    assert [one.value for (found,) in floor.do(calls).values() for one in [found]] == ["attendant"]
    await floor.verbs.go_to_lane("lane-1", "ana")
    assert [one.value for (found,) in floor.do(calls).values() for one in [found]] == ["seen"]
    tell(floor, ("lane.state", {**CALL[1], "parts": {"printer": ["ready", ""]}}), first=3)
    (lane,) = lanes(floor)
    assert (lane.seen_by, lane.since, lane.parts[0].state) == ("ana", NOW + 2, "ready")  # the same call
    with pytest.raises(ValueError, match="ana goes there"):
        await floor.verbs.go_to_lane("lane-1", "bo")
    tell(floor, ("lane.state", {"state": "free"}), CALL, first=4)
    assert lanes(floor)[0].seen_by == ""  # another call
    with pytest.raises(ValueError, match="calls nobody"):
        await floor.verbs.go_to_lane("lane-9", "bo")


async def test_visits_are_counted_once_and_staff_s_words_are_in_the_ledger(floor: Floor) -> None:
    visits: list[tuple[str, dict[str, object]]] = [
        ("lane.visit", {"paid": paid, "ms": ms, "waited_ms": 0, "steps": 3, "lines": 2})
        for paid, ms in ((True, 40_000), (True, 90_000), (True, 50_000), (False, 1_000))
    ]
    staff: tuple[str, dict[str, object]] = (
        "lane.staff",
        {"did": "allow", "by": "Mara", "reason": "void", "about": "Milk"},
    )
    assert tell(floor, ("lane.state", {"state": "free"}), *visits, staff) == [Taken.RECORDED] * 6
    assert tell(floor, ("lane.state", {"state": "free"}), *visits, staff) == [Taken.REPEATED] * 6
    (lane,) = lanes(floor)
    assert (lane.visits, lane.left, lane.median_ms, lane.steps) == (3, 1, 50_000, 3)
    with floor.store.reading() as db:
        rows = db.conn.execute("SELECT subject, body FROM ledger WHERE kind = 'lane.staff'").fetchall()
    assert len(rows) == 1
    assert "Mara" in rows[0][1]


async def test_how_long_terminals_take_and_how_often_they_fail_is_kept_for_each_lane(floor: Floor) -> None:
    payments: list[tuple[str, dict[str, object]]] = [
        ("lane.payment", {"outcome": "approved", "ms": 1000 * number}) for number in range(1, 20)
    ]
    odd: list[tuple[str, dict[str, object]]] = [
        ("lane.payment", {"outcome": outcome, "ms": ms})
        for outcome, ms in (("declined", 30_000), ("unknown", 90_000), ("failed", 10))
    ]
    told: list[tuple[str, dict[str, object]]] = [("lane.state", {"state": "free"}), *payments, *odd]
    assert tell(floor, *told) == [Taken.RECORDED] * 23
    assert tell(floor, *told) == [Taken.REPEATED] * 23
    (lane,) = lanes(floor)
    assert (lane.asked, lane.failed, lane.answer_p95_ms) == (22, 2, 19_000)
    floor.now += 24 * 60 * MINUTE
    assert (lanes(floor)[0].asked, lanes(floor)[0].answer_p95_ms) == (0, None)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("lane.state", {"state": "happy"}),
        ("lane.state", {"state": "free", "parts": {"<b>": ["ready", ""]}}),
        ("lane.state", {"state": "free", "about": "x" * 500}),
        ("lane.visit", {"paid": True, "ms": -1}),
        ("lane.payment", {"outcome": "paid", "ms": 1}),
        ("lane.visit", {"paid": True, "ms": "1"}),
        ("lane.staff", {"did": "allow"}),
    ],
)
async def test_words_that_cannot_be_read_are_kept_and_believed_by_nobody(
    floor: Floor, kind: str, body: dict[str, object]
) -> None:
    assert tell(floor, (kind, body)) == [Taken.RECORDED]
    assert lanes(floor) == []
    with floor.store.reading() as db:
        assert db.conn.execute("SELECT COUNT(*) FROM ledger WHERE kind = 'device.unreadable'").fetchone()[0] == 1
