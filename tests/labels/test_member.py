"""Labels with two prices: both can be read, on every panel, and neither hides the other."""

import pytest
import zxingcpp

from drivers.base import Ink, Panel
from edge.labels import money
from edge.labels.content import CannotDraw
from edge.labels.digital_link import parse
from edge.labels.draw import draw, price_digits
from tests.labels.samples import COMMON, PANELS, label


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel.width}x{panel.height}-{len(panel.inks)}")
@pytest.mark.parametrize("was", [None, 199])
def test_both_prices_stand_on_every_panel(panel: Panel, was: int | None) -> None:
    content = label(minor=119, member_minor=99, was_minor=was)
    image = draw(content, panel)
    assert image.pixels.any()
    one = price_digits(label(minor=119, was_minor=was), panel)
    smaller = price_digits(content, panel)
    assert smaller >= 11
    assert smaller * 5 >= one * 2  # the smaller of the two is no footnote
    if panel == COMMON:
        grey = (image.pixels != panel.inks.index(Ink.WHITE)) * 255
        seen = zxingcpp.read_barcodes(255 - grey.astype("uint8").repeat(4, 0).repeat(4, 1))
        assert [parse(code.text) for code in seen] == [(content.item, content.version)]


def test_a_price_for_members_changes_the_picture_and_the_same_price_does_not() -> None:
    plain = draw(label(minor=119), COMMON)
    assert draw(label(minor=119, member_minor=119), COMMON).digest == plain.digest
    assert draw(label(minor=119, member_minor=99), COMMON).digest != plain.digest
    assert (
        draw(label(minor=119, member_minor=98), COMMON).digest != draw(label(minor=119, member_minor=99), COMMON).digest
    )


def test_a_price_for_members_above_the_price_is_not_drawn() -> None:
    with pytest.raises(CannotDraw, match="members"):
        draw(label(minor=119, member_minor=120), COMMON)


def test_every_language_names_members() -> None:
    assert money.members("hr") == "članovi"
    assert money.members("zh-CN") == "会员"
    with pytest.raises(ValueError, match="not known"):
        money.members("tlh")
