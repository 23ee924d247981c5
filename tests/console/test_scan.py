"""Replacing, covering and finding labels: codes, photos, verbs, and what a waiting raise costs."""

import asyncio
import sys
from contextlib import suppress
from fractions import Fraction
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from drivers.base import Sighting, load_driver
from edge.labels.photo import read_codes
from edge.verbs import ShopVerbs, lamps_of
from edge.views.scan import find_scanned
from edge.views.selling import PAUSE_MS, SHORTEST_MS, WINDOW_MS, Sold, loss_per_hour, trading_time
from edge.views.tasks import TaskKind, list_tasks
from tests.console.conftest import MILK, NOW, OIL
from tests.console.floor import HOUR, MIDDLE, MINUTE, Floor, row
from tests.desk import empty_database


def sell(shop: Floor, at: int, item: str, minor: int, total: int) -> None:
    line = f'{{"lines":[["{item}",1,{minor},1,{total}]]}}'
    shop.do(
        lambda tx: tx.sql.execute(
            "INSERT INTO sale VALUES ('till-1', 1, (SELECT COUNT(*) FROM sale), 'r', ?, 'EUR', ?, ?)", (at, total, line)
        )
    )


def test_waiting_raises_are_ordered_by_what_they_cost_an_hour(shop: Floor) -> None:
    shop.silent = {"shelf-02", "shelf-03"}
    shop.change([row(MILK, 149, "Whole milk 1 l"), row(OIL, 1349, "Olive oil 0.75 l")])
    shop.answer()
    shop.now += 5 * MINUTE
    for number in range(48):  # a sale of milk every five minutes, two a receipt; oil gives away more a piece
        sell(shop, NOW - number * 5 * MINUTE, MILK, 129, 258)
    sell(shop, NOW - 10 * HOUR, OIL, 1149, 1149)
    with shop.store.reading() as db:
        tasks = [task for task in list_tasks(db, shop.now) if task.kind is TaskKind.HELD_RAISE]
    assert [(task.name, task.gives_away) for task in tasks] == [("Whole milk 1 l", 20), ("Olive oil 0.75 l", 200)]
    milk, oil = (task.loss for task in tasks)
    assert milk is not None
    assert oil is not None
    assert (milk.per_hour, milk.sales, milk.window_ms) == (480, 48, WINDOW_MS)
    assert (oil.per_hour, oil.sales) == (0, 0)


def test_units_are_what_was_paid_by_the_price() -> None:
    """Half a kilogram at 1000 a kilogram is half a unit, whatever its quantity is counted in."""
    assert loss_per_hour([Sold(1000, 500), Sold(1000, 250)], 100, HOUR).per_hour == 75
    assert loss_per_hour([Sold(0, 0)], 100, HOUR).per_hour == 0


@given(st.lists(st.integers(1, 40), max_size=30), st.integers(0, 500), st.integers(1, 4))
def test_the_estimate_is_in_proportion_to_what_was_sold(units: list[int], each: int, hours: int) -> None:
    found = loss_per_hour([Sold(7, 7 * n) for n in units], each, hours * HOUR)
    assert found.per_hour == round(Fraction(sum(units) * each, hours))


def test_the_estimate_of_the_rate_has_the_true_rate_as_its_mean() -> None:
    """Every day of four half hours, in each of which one is sold with a chance of 1/4: all 16 days, weighed."""
    chance, mean = Fraction(1, 4), Fraction()
    for day in product((0, 1), repeat=4):
        weight = chance ** sum(day) * (1 - chance) ** (4 - sum(day))
        mean += weight * loss_per_hour([Sold(5, 5)] * sum(day), 1_000_000, 2 * HOUR).per_hour
    assert mean == chance * 4 * 1_000_000 / 2


def test_the_rate_counts_from_when_the_shop_opened() -> None:
    opened = NOW - 80 * MINUTE
    assert trading_time([NOW - 60 * MINUTE, opened], NOW) == 80 * MINUTE
    assert trading_time([], NOW) == WINDOW_MS
    assert trading_time([NOW - 5 * MINUTE], NOW) == SHORTEST_MS
    assert trading_time([NOW - WINDOW_MS + PAUSE_MS - 1, NOW - HOUR], NOW) == WINDOW_MS


@given(st.lists(st.integers(NOW - WINDOW_MS, NOW), max_size=20))
def test_the_time_that_a_rate_is_judged_by_is_never_too_short_or_too_long(sales: list[int]) -> None:
    assert SHORTEST_MS <= trading_time(sales, NOW) <= WINDOW_MS


def found(shop: Floor, code: str) -> tuple[str, list[str]] | None:
    with shop.store.reading() as db:
        hit = find_scanned(db, code, shop.now)
    return None if hit is None else (hit.device or hit.item, [one.id for one in hit.labels])


def test_a_label_is_known_by_its_id_its_address_its_display_and_its_items_barcode(shop: Floor) -> None:
    with shop.store.reading() as db:
        address = db.conn.execute("SELECT address FROM device WHERE id = 'shelf-02'").fetchone()[0]
    assert found(shop, " SHELF-02 ") == ("shelf-02", ["shelf-02"])
    assert found(shop, address.lower()) == ("shelf-02", ["shelf-02"])
    assert found(shop, address.replace(":", "")) == ("shelf-02", ["shelf-02"])
    assert found(shop, f"HTTPS://ID.EXAMPLE/01/{OIL}?V=1") == (OIL, ["shelf-03"])
    assert found(shop, MILK[1:]) == (MILK, ["shelf-01", "shelf-02"])
    assert found(shop, "3850000000099") == ("03850000000099", []) or found(shop, "3850000000099") is None
    assert found(shop, "till-1") is None
    assert found(shop, "") is None


def test_of_several_labels_the_one_that_shows_this_version_comes_first(shop: Floor) -> None:
    shop.silent = {"shelf-01"}
    shop.change([row(MILK, 149, "Whole milk 1 l")])
    shop.answer()
    assert found(shop, f"https://id.example/01/{MILK}?v=2") == (MILK, ["shelf-02", "shelf-01"])
    assert found(shop, f"https://id.example/01/{MILK}?v=1") == (MILK, ["shelf-01", "shelf-02"])


@settings(max_examples=150)
@given(st.text(max_size=300))
def test_any_code_is_looked_up_without_harm(tmp_path_factory: pytest.TempPathFactory, code: str) -> None:
    db = Database(empty_database())
    hit = find_scanned(db, code, NOW)
    assert hit is None or (hit.device, hit.labels) == ("", ())
    db.close()


def test_codes_are_read_from_a_photo_of_a_label(shop: Floor) -> None:
    image = shop.pictures(OIL, 1, "shelf-03")
    assert image is not None
    colours = np.array([[0, 0, 0], [255, 255, 255], [40, 40, 200]], np.uint8)
    photo = cv2.resize(colours[image.pixels], None, fx=3, fy=3, interpolation=cv2.INTER_LINEAR)
    for kind in (".jpg", ".png"):
        codes = read_codes(cv2.imencode(kind, photo)[1].tobytes())
        assert any(OIL in code for code in codes)


NO_PHOTOS = [
    b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"GIF89a....", b"\xff\xd8\xff\xe0\x00\x00" * 9,
    b"\x89PNG\r\n\x1a\n" + b"\xff" * 16,
]  # fmt: skip


@pytest.mark.parametrize("photo", NO_PHOTOS)
def test_what_is_no_photo_is_refused_with_words(photo: bytes) -> None:
    with pytest.raises(ValueError, match="photo"):
        read_codes(photo)


@given(st.binary(max_size=200))
def test_a_hostile_photo_is_refused_or_has_no_code(tail: bytes) -> None:
    with suppress(ValueError):
        assert read_codes(b"\xff\xd8\xff" + tail) == []


def act(deed: object) -> None:
    asyncio.run(deed)  # type: ignore[arg-type]


def test_a_new_label_takes_the_place_of_an_old_one_and_the_raise_goes_on(shop: Floor) -> None:
    shop.silent = {"shelf-02"}
    shop.change([row(MILK, 149, "Whole milk 1 l")])
    shop.answer()
    shop.see(Sighting("shelf-50", "AA:BB:CC:00:00:50", "", "NEMR 2.9", "4.1", MIDDLE, 3000, -50), "label", "ble")
    act(shop.verbs.replace("shelf-02", "shelf-50", "ana"))
    shop.answer()
    with shop.store.reading() as db:
        assert db.conn.execute("SELECT phase FROM price WHERE version = 2").fetchone() == ("landed",)
        assert db.conn.execute("SELECT item FROM binding WHERE device = 'shelf-50'").fetchone() == (MILK,)
        assert db.conn.execute("SELECT place FROM device WHERE id = 'shelf-50'").fetchone() == ("Dairy 2",)
        assert db.conn.execute("SELECT enrolled FROM device WHERE id = 'shelf-02'").fetchone() == (0,)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("shelf-02", "shelf-02", "scan the new one"),
        ("shelf-02", "shelf-04", "stands for another item already"),
        ("shelf-02", "shelf-77", "was not heard yet"),
        ("shelf-77", "shelf-02", "not a label in service"),
        ("till-1", "shelf-02", "not a label in service"),
    ],
)
def test_a_wrong_scan_changes_nothing_and_says_why(shop: Floor, old: str, new: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        act(shop.verbs.replace(old, new, "ana"))


def test_a_covered_label_is_a_task_of_its_own_until_it_is_uncovered(shop: Floor) -> None:
    shop.silent = {"shelf-02"}
    shop.change([row(MILK, 149, "Whole milk 1 l")])
    shop.answer()
    shop.now += 5 * MINUTE
    act(shop.verbs.cover("shelf-02", "ana", "SHELF-02"))
    shop.answer()
    with shop.store.reading() as db:
        tasks = list_tasks(db, shop.now)
    assert [(task.kind, task.device, task.why) for task in tasks] == [(TaskKind.COVERED, "shelf-02", "ana")]
    with pytest.raises(ValueError, match="does not show the present price yet"):
        act(shop.verbs.uncover("shelf-02", "ana"))
    shop.silent = set()
    shop.answer()
    act(shop.verbs.uncover("shelf-02", "ana"))
    with shop.store.reading() as db:
        assert list_tasks(db, shop.now) == []


THIRD_PARTY = """
from drivers.base import BlinkingLabelDriver, Capability
from drivers.errors import Asleep

class Lamps(BlinkingLabelDriver):
    capabilities = frozenset({Capability.SHOWS_LABEL, Capability.BLINKS})
    def __init__(self, options):
        self.blinked = []
    async def start(self, sink): ...
    async def stop(self): ...
    async def show(self, device, image, progress=None): ...
    async def blink(self, device, seconds):
        if device == "shelf-02":
            raise Asleep(device, "it was not heard")
        self.blinked.append((device, seconds))
"""


def test_a_label_blinks_where_the_driver_of_a_third_party_has_a_lamp(
    shop: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver comes as a package of its own, found by its entry point and by nothing else."""
    home = tmp_path / "site"
    info = home / "lampmaker-1.0.dist-info"
    info.mkdir(parents=True)
    (home / "lampmaker_labels.py").write_text(THIRD_PARTY)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lampmaker\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[aisle.drivers]\nlampmaker = lampmaker_labels:Lamps\n")
    monkeypatch.syspath_prepend(str(home))
    drivers = {"ble": load_driver("lampmaker", {}), "dark": load_driver("ble", {})}
    lamps = lamps_of(drivers)
    assert list(lamps) == ["ble"]
    verbs = ShopVerbs(shop.store, shop.engine, shop.registry, lambda _: "", lambda _: None, lamps=lamps)
    assert verbs.can_blink("shelf-01")
    assert not verbs.can_blink("till-1")
    assert not shop.verbs.can_blink("shelf-01")
    act(verbs.blink("shelf-01", "ana"))
    assert lamps["ble"].blinked == [("shelf-01", 15.0)]  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="it was not heard"):
        act(verbs.blink("shelf-02", "ana"))
    with pytest.raises(ValueError, match="up to 60 seconds"):
        act(verbs.blink("shelf-01", "ana", 61))
    with pytest.raises(ValueError, match="has no lamp"):
        act(shop.verbs.blink("shelf-01", "ana"))
    sys.modules.pop("lampmaker_labels")
