"""The demo's judge sees what a shopper could see, and no promise of an act passes unproven."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import zxingcpp

from edge.store import Store
from edge.vision.facts import Crossing
from edge.vision.line import Direction
from edge.visits.counting import count_crossings
from simulators.ble.label import Shown
from simulators.ble.radio import Radio
from simulators.demo.acts import Promise
from simulators.demo.judge import OfficeRecord, find_overcharges, read_walks, walks_arrived
from simulators.demo.report import judge
from simulators.demo.shop import Shop
from simulators.till.basket import Sale, SaleLine

ITEM, LABEL = "03850000014708", "ble-ffff92000001"
PRICES = {(ITEM, 1): 100, (ITEM, 2): 130}


@dataclass
class Glass:
    """A label that has shown the item's first version since time 0."""

    inks: tuple[str, ...] = ("black", "white")
    history: list[Shown] = field(default_factory=lambda: [Shown(0, b"", code(1))])

    @property
    def pixels(self) -> npt.NDArray[np.uint8] | None:
        return self.history[-1].pixels


@dataclass
class Truth:
    sales: list[Sale]


@dataclass
class Machine:
    truth: Truth


def code(version: int) -> npt.NDArray[np.uint8]:
    text = f"https://id.example.com/01/{ITEM}?v={version}"
    modules = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=2, add_quiet_zones=True
    )
    return (np.asarray(modules) > 127).astype(np.uint8)


def shop(*sold: tuple[int, int]) -> Shop:
    """A shop with one label, and sales of (time, price)."""
    sales = [
        Sale(1, n, at, f"r{n}", "EUR", (SaleLine(ITEM, 2, minor, 1, minor),), minor)
        for n, (at, minor) in enumerate(sold, 1)
    ]
    made = Shop(Radio([]), None, {"till-1": Machine(Truth(sales))}, {LABEL: ITEM})  # type: ignore[dict-item]
    made.radio.labels["FF:FF:92:00:00:01"] = Glass()  # type: ignore[assignment]
    return made


def test_a_label_that_was_taken_down_binds_nobody_from_then_on() -> None:
    made = shop((50, 130), (100, 130), (150, 130))
    assert [wrong.receipt for wrong in find_overcharges(made, PRICES)] == ["r1", "r2", "r3"]
    made.taken_down[LABEL] = 100
    assert [wrong.receipt for wrong in find_overcharges(made, PRICES)] == ["r1"]


@pytest.mark.parametrize(("promise", "broken"), [(Promise("It held"), 0), (Promise("It held", "it did not"), 1)])
def test_a_promise_that_an_act_did_not_keep_is_broken_in_the_report(promise: Promise, broken: int) -> None:
    record: dict[str, Any] = {
        "receipts": Counter({"r1": 1}), "outcomes": Counter({"landed": 1}), "walks": {}, "prices": PRICES,
        "newest": {ITEM: 1}, "senders": {},
    }  # fmt: skip
    told = judge(shop((50, 100)), OfficeRecord(**record), (0, 0), 1.0, 60.0, [promise])
    assert [words for words in told.broken if "It held" in words] == list(told.broken)
    assert len(told.broken) == broken
    assert "promises" not in told.facts()


def test_people_of_the_minute_that_is_not_over_count_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.db", lambda: 1_700_000_040_000, epoch=1)
    crossings = [Crossing("door", "entrance", 1_700_000_040_000 + n, Direction.IN, 1, n) for n in (1, 2, 3)]
    try:
        store.run(lambda tx: count_crossings(tx, crossings)).result()
        assert list(read_walks(tmp_path / "store.db").values()) == [3]
    finally:
        store.close()


def test_whoever_was_counted_at_closing_has_to_arrive_and_nobody_whom_the_store_has_not_counted() -> None:
    minute, later = ("door", "entrance", 60_000), ("door", "entrance", 120_000)
    assert walks_arrived({minute: 5}, {minute: 7}, {minute: 5}) == 5
    assert walks_arrived({minute: 5}, {minute: 7, later: 2}, {minute: 6, later: 1}) == 5
    assert walks_arrived({minute: 5}, {minute: 7}, {minute: 4}) == 4
    assert walks_arrived({minute: 5}, {minute: 7}, {minute: 9}) == 7
    assert walks_arrived({}, {}, {minute: 1}) == 1
