"""The unit price is recomputed, within what lists round, and within nothing more."""

import json
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.change import ChangeRow, Per
from cloud_sync.contract.reasons import read
from cloud_sync.hq.price_csv import read_prices
from edge.labels.lint import undrawable
from edge.law.config import LawConfig
from edge.law.lows import Record
from edge.law.unit_price import unit_price_fault, unit_prices
from edge.prices.checks import Accept, Hold, Limits, Refuse, Same, Seen, check_row
from tests.desk import A

LISTS = Path(__file__).parents[3] / "shared" / "data" / "pricelists"


def row(unit_minor: int | None, content: int | None, within: int = 0, minor: int = 99, per: Per = "each") -> ChangeRow:
    unit: Literal["kg"] | None = None if unit_minor is None else "kg"
    return ChangeRow(
        item=A, name="Pašteta 405 g", minor=minor, currency="EUR", per=per, unit_minor=unit_minor, unit=unit,
        content=content, content_within=within,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("unit_minor", "content", "within", "good"),
    [
        (244, 405, 0, True),
        (245, 405, 0, True),  # a cent of rounding
        (246, 405, 0, False),
        (244, 410, 0, False),  # 405 g that the list wrote as 0.41 kg
        (244, 410, 5, True),
        (247, 410, 5, False),
        (22708, 10, 10, True),  # 4.8 g written as 0.01 kg
        (2, 10, 10, False),
        (24400, 405, 0, False),
        (0, 405, 5, False),
        (99, None, 0, True),  # nothing to compute with
    ],
)
def test_the_unit_price_follows_from_price_and_content(
    unit_minor: int, content: int | None, within: int, good: bool
) -> None:
    why = unit_price_fault(row(unit_minor, content, within), 1)
    assert (why == "") == good
    if why:
        assert why.startswith(f"unit price: {unit_minor} per kg does not follow from 99 for {content} g")
        assert read(why) is not None


def test_what_is_sold_by_the_unit_has_one_price() -> None:
    assert unit_price_fault(row(99, None, per="kg"), 0) == ""
    assert "does not follow" in unit_price_fault(row(100, None, per="kg"), 0)
    assert "sold per l" in unit_price_fault(row(99, None, per="l"), 0)
    assert unit_price_fault(row(None, 405), 0) == ""


@given(st.integers(1, 10**6), st.integers(1, 10**5), st.integers(1, 50), st.integers(-49, 49))
def test_rounding_a_content_never_makes_a_right_unit_price_wrong(minor: int, true: int, step: int, off: int) -> None:
    """Whatever the true content, the list's rounded one and half a step allow the unit price that comes from it."""
    shown = max(step, (2 * true + step) // (2 * step) * step)
    within = step if shown == step else -(-step // 2)
    least, most = unit_prices(minor, 1000, shown, within, 0)
    exact = (2 * minor * 1000 + true) // (2 * true)
    assert least <= exact
    assert most is None or exact <= most


def write_up(name: str) -> Counter[str]:
    law = LawConfig(words=("hr", "en", "zh")).rules("hr")
    found: Counter[str] = Counter()
    for landing in read_prices((LISTS / name).read_bytes()).rows:
        match check_row(landing.row, Seen(None, Record(), 0), Limits(), law, undrawable):
            case Accept():
                found["accepted"] += 1
            case Hold(why) | Refuse(why):
                found[why.split(":")[0]] += 1
            case Same():
                found["same"] += 1
    return found


@pytest.mark.parametrize(("name", "accepted"), [("0204.csv", 10948), ("0530.csv", 11466), ("1601.csv", 5982)])
def test_of_the_real_lists_only_what_contradicts_itself_is_refused(name: str, accepted: int) -> None:
    """A bar sold by the litre whose unit price is per kg, and a chocolate of 98 g with the unit price of 95 g."""
    if not LISTS.is_dir():
        pytest.skip("the real price lists are not here")
    assert write_up(name) == Counter({"accepted": accepted, "unit price": 2})


def test_an_unknown_content_field_is_no_content() -> None:
    plain = json.loads(row(244, None).model_dump_json())
    del plain["content"], plain["content_within"], plain["override"]
    assert ChangeRow.model_validate(plain) == row(244, None)
