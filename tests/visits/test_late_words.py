"""Whatever order facts come in and however often: the figures on record are the same, at every step of adding up."""

import random
from collections import defaultdict
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.views.footfall import read_zone_curve, read_zones
from edge.views.footfall_heat import read_heat
from edge.vision.facts import HeatTotal, Totals, ZoneTotal
from edge.vision.scene import ZoneKind
from edge.visits.counting import DAY_MS, HOUR_MS, MINUTE_MS, QUARTER_MS, take_totals
from tests.desk import Desk

START = 1_700_006_400_000 // DAY_MS * DAY_MS
Grown = tuple[str, int, int, int, int, int]
"""Zone, minute, life of the worker, visits, seconds of dwell, people at a time: what one word adds."""
grown = st.tuples(
    st.sampled_from(["fruit", "till"]), st.integers(0, 200), st.integers(1, 3), st.integers(0, 3), st.integers(0, 60),
    st.integers(0, 9),
)  # fmt: skip


def said(steps: Sequence[Grown]) -> list[Totals]:
    """The running totals that a worker tells while these things happen."""
    zones: dict[tuple[str, int, int], ZoneTotal] = {}
    cells: dict[tuple[int, int, int], HeatTotal] = {}
    words = []
    for zone, number, epoch, visits, seconds, most in steps:
        minute = START + number * MINUTE_MS
        one = zones.get((zone, minute, epoch), ZoneTotal(zone, ZoneKind.BROWSE, minute))
        dwell, long = one.dwell_ms + seconds * 1000, max(one.longest_ms, seconds * 1000)
        one = ZoneTotal(
            zone, ZoneKind.BROWSE, minute, one.visits + visits, dwell, one.waited + visits, dwell, long,
            max(one.most, most),
        )  # fmt: skip
        zones[zone, minute, epoch] = one
        quarter = minute // QUARTER_MS * QUARTER_MS
        cell = cells.get((quarter, most, epoch), HeatTotal(quarter, most, 3, 0, 0))
        cell = HeatTotal(quarter, most, 3, cell.visits + visits, cell.dwell_ms + seconds * 1000)
        cells[quarter, most, epoch] = cell
        words.append(Totals("cam-1", minute, epoch, (one,), (cell,)))
    return words


def on_record(words: Sequence[Totals]) -> tuple[list[tuple[object, ...]], Desk]:
    """Every row after these words have been taken, each in a transaction of its own or not."""
    desk = Desk()
    desk.now = START + DAY_MS
    for i in range(0, len(words), 3):
        desk.do(lambda tx, i=i: take_totals(tx, words[i : i + 3]))  # type: ignore[misc]
    rows = desk.sql.execute("SELECT * FROM zone_minute").fetchall() + desk.sql.execute("SELECT * FROM heat").fetchall()
    return rows, desk


@settings(max_examples=25, deadline=None)
@given(st.lists(grown, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_any_order_and_any_repeats_come_to_the_same(steps: list[Grown], chance: random.Random) -> None:
    words = said(steps)
    late = [*words, *chance.choices(words, k=len(words) // 2)]
    chance.shuffle(late)
    in_order, one = on_record(words)
    shuffled, other = on_record(late)
    assert in_order == shuffled
    one.close()
    other.close()


@settings(max_examples=25, deadline=None)
@given(st.lists(grown, min_size=1, max_size=30))
def test_every_step_of_adding_up_holds_exactly_what_happened(steps: list[Grown]) -> None:
    _, desk = on_record(said(steps))
    database = Database(desk.sql)
    visits: dict[str, int] = defaultdict(int)
    dwell: dict[str, int] = defaultdict(int)
    for zone, _, _, came, seconds, _ in steps:
        visits[zone] += came
        dwell[zone] += seconds * 1000
    for zone in visits:
        for step in (MINUTE_MS, QUARTER_MS, HOUR_MS, DAY_MS):
            curve = read_zone_curve(database, "cam-1", zone, START, START + DAY_MS, step)
            assert len(curve) == min(DAY_MS // step, 2_000)
            assert sum(one.visits for one in curve) == visits[zone]
            assert sum(one.dwell_ms for one in curve) == dwell[zone]
    figures = {one.zone: (one.visits, one.dwell_ms) for one in read_zones(database, START, START + DAY_MS)}
    assert figures == {zone: (visits[zone], dwell[zone]) for zone in visits}
    heat = read_heat(database, [(START, START + DAY_MS)])
    assert round(heat.dwell_s.sum() * 1000) == sum(dwell.values())
    assert int(heat.visits.sum()) == sum(visits.values())
    desk.close()


def test_a_cell_beyond_every_plan_is_not_taken() -> None:
    _, desk = on_record([Totals("cam-1", START, 1, (), (HeatTotal(START, 10_000, -1, 1, 1),))])
    assert desk.sql.execute("SELECT COUNT(*) FROM heat").fetchone() == (0,)
    desk.close()
