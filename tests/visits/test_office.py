"""Head office hears of a day once it is over, again when something came late, and of nothing too small."""

from collections.abc import Iterator

import pytest

from cloud_sync.contract.footfall import DAY_KIND, HEAT_KIND, FootfallDay, HeatDay
from edge.vision.facts import Crossing, HeatTotal, Totals, ZoneTotal
from edge.vision.line import Direction, LineKind
from edge.vision.scene import ZoneKind
from edge.visits.counting import Excused, count_crossings, excuse, take_totals
from edge.visits.keeping import forget, make_hours
from edge.visits.office import tell_days
from tests.desk import Desk

DAY, HOUR, MINUTE = 86_400_000, 3_600_000, 60_000
MIDNIGHT = 1_793_574_000_000
"""2026-11-02 00:00 in Zagreb."""
ZONE = "Europe/Zagreb"


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    desk.now = MIDNIGHT + 12 * HOUR
    yield desk
    desk.close()


def zone(at: int, visits: int, dwell_ms: int = 10_000) -> ZoneTotal:
    return ZoneTotal("fruit", ZoneKind.BROWSE, at, visits, dwell_ms, visits, dwell_ms, dwell_ms, visits)


def busy_day(desk: Desk) -> None:
    """Three hours in a zone, one of them with too few people; a floor; people in, out and past."""
    zones = tuple(zone(MIDNIGHT + hour * HOUR + 5 * MINUTE, visits) for hour, visits in ((8, 6), (9, 1), (10, 7)))
    cells = tuple(
        HeatTotal(MIDNIGHT + 8 * HOUR, x, 3, visits, 1_000 * visits) for x, visits in ((4, 9), (5, 2), (6, 4))
    )
    desk.do(lambda tx: take_totals(tx, [Totals("cam-1", desk.now, 1, zones, cells)]))
    crossings = [
        Crossing("cam-1", "door", MIDNIGHT + 9 * HOUR + n, Direction.IN, 1, n, joined=n == 2, again=n == 3)
        for n in range(1, 7)
    ]
    passers = [Crossing("cam-1", "street", MIDNIGHT + 9 * HOUR, Direction.IN, 1, n, LineKind.PASSAGE) for n in (7, 8)]
    desk.do(lambda tx: count_crossings(tx, [*crossings, *passers]))


def told(desk: Desk) -> list[tuple[str, dict[str, object]]]:
    desk.do(lambda tx: tell_days(tx, ZONE, least=5))
    batch = desk.outbox.peek(desk.sql)
    if batch is None:
        return []
    desk.do(lambda tx: desk.outbox.confirm(tx.sql, desk.outbox.epoch, batch.events[-1].seq))
    return [(event.kind, dict(event.body)) for event in batch.events]


def test_a_day_is_told_when_it_is_over_and_only_once(desk: Desk) -> None:
    busy_day(desk)
    assert told(desk) == []
    desk.now = MIDNIGHT + DAY + HOUR
    (kind, body), (other, heat) = told(desk)
    assert (kind, other) == (DAY_KIND, HEAT_KIND)
    day = FootfallDay.model_validate(body)
    assert (day.entered, day.again, day.parties, day.passed) == (6, 1, 5, 2)
    spans = [((one.start - MIDNIGHT) // HOUR, (one.end - MIDNIGHT) // HOUR, one.visits) for one in day.zones[0].spans]
    assert spans == [(8, 9, 6), (9, 11, 8)]  # the hour with one visit is joined to the next
    cells = [(one.x, one.y, one.side, one.visits) for one in HeatDay.model_validate(heat).cells]
    assert cells == [(4, 3, 1, 9), (4, 0, 4, 6)]
    assert told(desk) == []


def test_what_comes_late_is_told_again_with_all_of_its_day(desk: Desk) -> None:
    busy_day(desk)
    desk.now = MIDNIGHT + DAY + HOUR
    told(desk)
    late = zone(MIDNIGHT + 23 * HOUR, 5)
    desk.do(lambda tx: take_totals(tx, [Totals("cam-1", desk.now, 2, (late,))]))
    (_, body), _ = told(desk)
    assert sum(span.visits for span in FootfallDay.model_validate(body).zones[0].spans) == 19


def test_a_zone_with_fewer_people_than_the_floor_is_named_without_figures(desk: Desk) -> None:
    desk.do(lambda tx: take_totals(tx, [Totals("cam-1", desk.now, 1, (zone(MIDNIGHT + HOUR, 4),))]))
    desk.now = MIDNIGHT + DAY + HOUR
    (_, body), (_, heat) = told(desk)
    assert body["zones"] == [{"zone": "fruit", "kind": "browse", "spans": []}]
    assert heat["cells"] == []


def test_a_crossing_that_was_staff_after_all_is_taken_back(desk: Desk) -> None:
    crossing = Crossing("cam-1", "door", MIDNIGHT + 9 * HOUR, Direction.IN, 1, 1)
    desk.do(lambda tx: count_crossings(tx, [crossing]))
    desk.do(lambda tx: excuse(tx, [Excused(crossing)]))
    assert desk.sql.execute("SELECT entered, parties, staff, sent FROM visit").fetchall() == [(0, 0, 1, 0)]


def test_minutes_become_hours_with_the_same_sums_and_go_after_a_year(desk: Desk) -> None:
    busy_day(desk)
    sums = (
        "SELECT SUM(visits), SUM(dwell_ms), SUM(waited_ms), MAX(longest_ms), MAX(most) FROM zone_minute",
        "SELECT SUM(visits), SUM(dwell_ms) FROM heat",
    )
    before = [desk.sql.execute(query).fetchone() for query in sums]
    assert not desk.do(make_hours)
    desk.now = MIDNIGHT + 40 * DAY
    while desk.do(make_hours):
        pass
    assert [desk.sql.execute(query).fetchone() for query in sums] == before
    assert desk.sql.execute("SELECT DISTINCT step, epoch, minute % ? FROM zone_minute", (HOUR,)).fetchall() == [
        (HOUR, 0, 0)
    ]
    assert desk.do(lambda tx: take_totals(tx, [Totals("cam-1", 0, 1, (zone(MIDNIGHT + 8 * HOUR, 9),))])) == [1]
    assert [desk.sql.execute(query).fetchone() for query in sums] == before
    desk.now = MIDNIGHT + 402 * DAY
    desk.do(forget)
    counts = [
        desk.sql.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in ("zone_minute", "heat", "visit")
    ]
    assert counts == [0, 0, 0]
