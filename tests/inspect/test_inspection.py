"""An inspection from the draw to the result: what is asked, what the tills charge, what becomes a task."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.inspect.amount import parse_amount
from edge.inspect.commands import read_answers
from edge.inspect.desk import Inspector
from edge.inspect.frame import By, area, kind_of_change, read_frame
from edge.inspect.plain import plain_inspection, walking_text
from edge.inspect.records import Inspection, Look, read_inspection
from edge.inspect.report import Found, judge, make_report
from edge.inspect.sampling import Stratum
from edge.store.ledger import verify
from edge.views.tasks import TaskKind, list_tasks
from tests.console.conftest import MILK, NOW, OIL, SALT
from tests.console.floor import DAY, HOUR, Floor, row


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Floor]:
    """Two tills and five labels; the milk's price is a week old, the salt's an hour, one label hangs at the till."""
    made = Floor(tmp_path, NOW - 7 * DAY)
    made.till("till-1")
    made.till("till-2")
    made.change([row(MILK, 129, "Whole milk 1 l"), row(OIL, 1149, "Olive oil 0.75 l"), row(SALT, 99, "Sea salt 1 kg")])
    for label, item, place in (
        ("shelf-01", MILK, "Dairy, shelf 10"), ("shelf-02", MILK, "Till zone"), ("shelf-03", OIL, "Aisle 2, shelf 2"),
        ("shelf-04", SALT, "Aisle 2, shelf 1"), ("shelf-05", MILK, "Dairy, shelf 9"),
    ):  # fmt: skip
        made.label(label, item, place)
    made.answer()
    made.now = NOW - HOUR
    made.change([row(SALT, 119, "Sea salt 1 kg")])
    made.answer()
    made.now = NOW
    yield made
    made.close()


def inspector(shop: Floor) -> Inspector:
    return Inspector(shop.store, shop.clock)


def drawn(shop: Floor, size: int = 5, by: By = By.PLACE, seed: str = "7") -> int:
    return asyncio.run(inspector(shop).draw(size, "ana", by, seed))[0]


def answer(shop: Floor, number: int, *looks: Look) -> list[Found]:
    shop.now += 1_000
    return asyncio.run(inspector(shop).answer(number, looks, "ana"))


def read(shop: Floor, number: int) -> Inspection:
    with shop.store.reading() as db:
        found = read_inspection(db.conn, number)
    assert found is not None
    return found


def errors(shop: Floor) -> list[tuple[str, str]]:
    with shop.store.reading() as db:
        found = [task for task in list_tasks(db, shop.now) if task.kind is TaskKind.INSPECTED]
    return sorted((task.device, task.state) for task in found)


def test_the_frame_knows_places_changes_and_what_is_watched(shop: Floor) -> None:
    asyncio.run(shop.verbs.cover("shelf-05", "ana"))
    with shop.store.reading() as db:
        places = {one.label: one.stratum for one in read_frame(db, By.PLACE, NOW)}
        changes = {one.label: one.stratum for one in read_frame(db, By.CHANGE, NOW)}
    assert places == {"shelf-01": "Dairy", "shelf-02": "Till zone*", "shelf-03": "Aisle 2", "shelf-04": "Aisle 2*"}
    assert changes == {"shelf-01": "first", "shelf-02": "first*", "shelf-03": "first", "shelf-04": "raise*"}
    assert kind_of_change(90, 100, moved=False) == "cut"
    assert kind_of_change(90, 100, moved=True) == "moved"
    assert (area(" *, x"), area("Aisle 2, shelf 1")) == ("–", "Aisle 2")


def test_an_inspection_is_walked_by_place_judged_against_the_tills_and_kept(shop: Floor) -> None:
    number = drawn(shop)
    one = read(shop, number)
    assert [entry.place for entry in one.entries] == [
        "Aisle 2, shelf 1", "Aisle 2, shelf 2", "Dairy, shelf 9", "Dairy, shelf 10", "Till zone",
    ]  # fmt: skip
    found = answer(
        shop, number,
        Look("shelf-01", 129), Look("shelf-02", 119), Look("shelf-03", 1200), Look("shelf-04"),
    )  # fmt: skip
    assert found == [Found.RIGHT, Found.OVER, Found.UNDER, Found.MISSING]
    assert read(shop, number).ended_at is None
    assert answer(shop, number, Look("shelf-05", item=MILK, version=1, source="phone")) == [Found.RIGHT]
    ended = read(shop, number)
    report = ended.report
    assert ended.ended_at == shop.now
    assert (report.over_minor, report.under_minor, report.passes) == (10, 51, False)
    assert report.worst is not None
    assert report.worst.label == "shelf-02"
    assert report.total.checked == 4
    plain = plain_inspection(ended)
    assert plain["accuracy"] == {"value": 0.5, "low": 0.5, "high": 0.5}  # all labels of the shop were looked at
    with shop.store.reading() as db:
        rows = db.conn.execute("SELECT kind, body FROM ledger WHERE subject = 'inspection-1' ORDER BY seq").fetchall()
        assert verify(db.conn).intact
    kinds = [kind for kind, _ in rows]
    assert kinds == ["inspection.drawn", *["inspection.answered"] * 5, "inspection.ended"]
    assert json.loads(rows[0][1])["seed"] == "7"
    assert json.loads(rows[-1][1])["accuracy_ppm"] == 500_000
    assert "    1. [ ]          119   Sea salt 1 kg   (shelf-04)" in walking_text(ended, str)


def test_what_the_tills_charge_counts_at_the_moment_of_the_look(shop: Floor) -> None:
    number = drawn(shop)
    shop.silent = {"shelf-01", "shelf-02", "shelf-05"}
    shop.change([row(MILK, 99, "Whole milk 1 l")])
    shop.answer()  # the tills have the cut, the labels do not
    assert answer(shop, number, Look("shelf-01", 129)) == [Found.UNDER]
    assert read(shop, number).report.under_minor == 30


def test_an_error_is_a_task_until_somebody_looks_again_and_the_figures_stand(shop: Floor) -> None:
    number = drawn(shop)
    answer(shop, number, Look("shelf-01", 119), Look("shelf-02", 129), Look("shelf-03", 1149), Look("shelf-04", 119))
    assert errors(shop) == [("shelf-01", "over")]
    answer(shop, number, Look("shelf-01", 119), Look("shelf-05", 129))  # a mistake may be entered anew until the end
    before = read(shop, number).report
    assert answer(shop, number, Look("shelf-01", 129)) == [Found.RIGHT]
    assert errors(shop) == []
    assert read(shop, number).report.accuracy == before.accuracy
    other = drawn(shop, seed="8")
    answer(shop, other, Look("shelf-03"), Look("shelf-04", item=OIL, version=1))
    assert errors(shop) == [("shelf-03", "missing"), ("shelf-04", "under")]
    asyncio.run(shop.verbs.retire("shelf-03", "gone", "ana"))
    assert errors(shop) == [("shelf-04", "under")]


def test_the_same_seed_draws_the_same_labels(shop: Floor) -> None:
    one, two, three = (read(shop, drawn(shop, 3, seed=seed)) for seed in ("a", "a", "b"))
    assert [entry.label for entry in one.entries] == [entry.label for entry in two.entries]
    assert one.seed == "a"
    assert three.seed == "b"


def test_what_cannot_be_answered_changes_nothing(shop: Floor) -> None:
    number = drawn(shop)
    for look, why in (
        (Look("shelf-99", 1), "not in the sample"), (Look("shelf-01", version=9), "not on record"),
        (Look("shelf-01", -1), "not a price"), (Look("shelf-01", item="1", version=1), "a barcode has"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=why):
            answer(shop, number, Look("shelf-02", 129), look)
    with pytest.raises(ValueError, match="nothing was looked at"):
        asyncio.run(inspector(shop).end(number, "ana"))
    assert {entry.found for entry in read(shop, number).entries} == {Found.OPEN}


def test_a_report_of_a_part_weighs_what_was_seen() -> None:
    """Two strata, drawn unevenly: 2 of 2 watched, 2 of 98 others."""
    from edge.inspect.report import Entry

    def entry(n: int, stratum: str, found: Found) -> Entry:
        return Entry(n, f"l{n}", OIL, "x", "", stratum, 1, 100, "EUR", found)

    strata = (Stratum("A*", 2, 2), Stratum("A", 98, 2))
    entries = [
        entry(1, "A*", Found.OVER),
        entry(2, "A*", Found.RIGHT),
        entry(3, "A", Found.RIGHT),
        entry(4, "A", Found.RIGHT),
    ]
    report = make_report(strata, entries)
    assert report.accuracy is not None
    assert float(report.accuracy.value) == 0.99
    assert report.passes
    assert not report.certain


@given(st.integers(0, 500), st.one_of(st.none(), st.integers(0, 500)), st.booleans())
def test_over_is_what_hurts_the_shopper(charged: int, shown: int | None, same: bool) -> None:
    found = judge(OIL, OIL if same else MILK, shown, charged)
    assert (found is Found.OVER) == (shown is not None and charged > shown)
    assert (found is Found.RIGHT) == (shown == charged and same)
    assert (found is Found.MISSING) == (shown is None)


@given(st.integers(0, 10**8), st.sampled_from([0, 2, 3]), st.sampled_from(".,"))
def test_prices_are_read_as_they_are_written(minor: int, digits: int, mark: str) -> None:
    whole, part = divmod(minor, 10**digits)
    text = f"{whole}{mark}{part:0{digits}}" if digits else str(whole)
    assert parse_amount(f" € {text} ", digits) == minor


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_price_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert parse_amount(text, 2) >= 0


def test_answers_come_from_a_walk_or_from_readings() -> None:
    assert read_answers("label,shows\nshelf-01,\"1,29\"\nshelf-02,\n", 2) == [
        {"label": "shelf-01", "shown": 129}, {"label": "shelf-02"},
    ]  # fmt: skip
    reading = {"label": "shelf-01", "item": OIL, "version": 2, "source": "camera-1", "sharpness": 9}
    assert read_answers(json.dumps([reading]), 2) == [
        {"label": "shelf-01", "item": OIL, "version": 2, "source": "camera-1"}
    ]
    for text in ("a,b\n1,2\n", "[1]", "label,shows\nx,abc\n", "["):
        with pytest.raises(ValueError, match=r"."):
            read_answers(text, 2)
