"""A small shop for the console's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.floor import Floor, gtin, row

NOW = 1_793_619_600_000
"""2026-11-02 11:40 UTC, a Monday: 12:40 on the shop's clock."""
MILK, OIL, SALT = gtin(1), gtin(2), gtin(3)


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """A store of record on disk, with nothing in it."""
    made = Floor(tmp_path, NOW)
    yield made
    made.close()


@pytest.fixture
def shop(floor: Floor) -> Floor:
    """Two tills and four labels: milk twice, oil, salt. All is right."""
    floor.till("till-1", "Self-checkout 1")
    floor.till("till-2", "Self-checkout 2")
    floor.change([row(MILK, 129, "Whole milk 1 l"), row(OIL, 1149, "Olive oil 0.75 l"), row(SALT, 99, "Sea salt 1 kg")])
    for label, item, place in (
        ("shelf-01", MILK, "Dairy 1"), ("shelf-02", MILK, "Dairy 2"),
        ("shelf-03", OIL, "Aisle 2"), ("shelf-04", SALT, "Aisle 2"),
    ):  # fmt: skip
        floor.label(label, item, place)
    floor.answer()
    return floor
