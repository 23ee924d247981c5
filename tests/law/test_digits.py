"""The digits of a price in millimetres: computed from the drawn picture and the panel's true size."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.base import Ink, Panel
from edge.labels import CannotDraw, draw, price_digits
from edge.law.digits import DigitRule, diagonal, digits_too_small, pixels_per_mm
from edge.pictures import Pictures
from tests.console.floor import MIDDLE, Floor, gtin, row
from tests.labels.samples import PANELS, label

HALF_AN_INCH = DigitRule(12.7, refuse=True, inches={})


@pytest.mark.parametrize(
    ("size", "inches", "dpi"),
    [((250, 122), 2.13, 130.6), ((296, 128), 2.9, 111.2), ((400, 300), 4.2, 119.0), ((800, 480), 7.5, 124.4)],
)
def test_a_panel_of_known_size_has_its_makers_resolution(size: tuple[int, int], inches: float, dpi: float) -> None:
    assert diagonal(*size, "", {}) == inches
    assert diagonal(size[1], size[0], "", {}) == inches  # stood on end
    assert pixels_per_mm(*size, inches) * 25.4 == pytest.approx(dpi, abs=0.1)


def test_digits_of_half_an_inch_need_a_label_of_some_size() -> None:
    pixels = round(pixels_per_mm(296, 128, 2.9) * 12.7 + 0.5)
    assert digits_too_small(pixels, (296, 128), "0033", HALF_AN_INCH) == ""
    why = digits_too_small(pixels - 1, (296, 128), "0033", HALF_AN_INCH)
    assert why == "digit height: the price's digits are 12.6 mm tall on 0033 (296 × 128, 2.9\"), 12.7 mm are required"


def test_a_label_of_unknown_size_needs_its_inches_named() -> None:
    assert "diagonal unknown" in digits_too_small(400, (300, 301), "odd", HALF_AN_INCH)
    assert digits_too_small(400, (300, 301), "odd", DigitRule(12.7, True, {"odd": 4.0})) == ""


@pytest.mark.parametrize("panel", [p for p in PANELS if p.inks == (Ink.BLACK, Ink.WHITE) and p.width > p.height])
def test_the_query_tells_the_digits_that_are_drawn(panel: Panel) -> None:
    """The tallest piece of ink left of the code is the large digit of the price."""
    content = label(minor=888)
    dark = (draw(content, panel).pixels == 0).astype(np.uint8)
    left_of_code = dark[:, : panel.width * 55 // 100]
    _, _, pieces, _ = cv2.connectedComponentsWithStats(left_of_code)
    tallest = max(int(piece[cv2.CC_STAT_HEIGHT]) for piece in pieces[1:])
    assert abs(price_digits(content, panel) - tallest) <= 1 + tallest // 20  # a round digit stands a little over


def test_a_promotion_has_digits_of_its_own_size() -> None:
    short, long = label(was_minor=1999), label(minor=1_199_900, was_minor=1_999_900)
    assert 11 <= price_digits(long, MIDDLE) < price_digits(short, MIDDLE) <= price_digits(label(), MIDDLE)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Floor]:
    """A shop where one item has a price."""
    shop = Floor(tmp_path, 1_760_000_000_000)
    shop.change([row(gtin(1), 119)])
    yield shop
    shop.store.close()


@pytest.mark.parametrize(("least_mm", "fits"), [(5, True), (60, False)])
async def test_a_label_too_small_is_refused_when_bound_and_when_drawn(shop: Floor, least_mm: float, fits: bool) -> None:
    pictures = Pictures(shop.shop, shop.store, lambda _: MIDDLE, lambda: 0, DigitRule(least_mm, refuse=True, inches={}))
    verbs = replace(shop.verbs, unfit=pictures.unfit)
    await verbs.bind("label-2", gtin(2), "", "mara")  # an item without a price
    if fits:
        await verbs.bind("label-1", gtin(1), "", "mara")
        assert pictures(gtin(1), 1, "label-1") is not None
    else:
        with pytest.raises(ValueError, match="digit height"):
            await verbs.bind("label-1", gtin(1), "", "mara")
        with pytest.raises(CannotDraw, match=r"digit height: .* mm tall on a label"):
            pictures(gtin(1), 1, "label-1")


def test_a_warning_is_said_once_and_stops_nothing(shop: Floor, caplog: pytest.LogCaptureFixture) -> None:
    pictures = Pictures(shop.shop, shop.store, lambda _: MIDDLE, lambda: 0, DigitRule(60, refuse=False, inches={}))
    with caplog.at_level(logging.WARNING, "edge.pictures"):
        assert pictures.unfit(gtin(1), "label-1") == ""
        assert pictures(gtin(1), 1, "label-1") is not None
    assert [record.getMessage()[:22] for record in caplog.records] == ["label-1: digit height:"]
