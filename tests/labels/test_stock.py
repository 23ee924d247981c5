"""What a label says of the stock takes the place of the item's number, and nothing else's."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from drivers.base import Panel
from edge.labels import draw, stock
from edge.labels.draw import price_digits
from tests.labels.samples import PANELS, label


@pytest.mark.parametrize("panel", PANELS[::4], ids=lambda panel: f"{panel.width}x{panel.height}")
def test_a_hint_moves_nothing_but_the_items_number(panel: Panel) -> None:
    for plain in (label(), label(was_minor=199), label(unit_minor=None, unit=None, locale="zh")):
        before = draw(plain, panel).pixels
        for left in (0, 3):
            said = replace(plain, left=left)
            rows, _ = np.nonzero(before != draw(said, panel).pixels)
            assert len(rows)
            assert rows.min() > panel.height // 2
            assert rows.max() - rows.min() < panel.height // 8
            assert price_digits(plain, panel) == price_digits(said, panel)


def test_a_hint_that_is_too_wide_or_has_no_words_is_left_out() -> None:
    few_digits = label(item="00000096385074", locale="nl")
    for panel in PANELS:
        assert draw(replace(few_digits, left=0), panel).digest == draw(few_digits, panel).digest
    assert stock.words(3, None, "xx") == ()
    assert stock.words(None, None, "en") == ()


@pytest.mark.parametrize("locale", sorted(stock._WORDS))
def test_every_language_says_it_on_a_common_label(locale: str) -> None:
    plain = label(locale=locale)
    panel = Panel(296, 128, PANELS[0].inks)
    assert draw(replace(plain, left=3), panel).digest != draw(plain, panel).digest


@pytest.mark.parametrize("locale", sorted(stock._WORDS))
def test_every_language_says_on_a_common_label_when_more_comes(locale: str) -> None:
    sold_out = label(locale=locale, left=0)
    panel = Panel(296, 128, PANELS[0].inks)
    digests = {
        draw(replace(sold_out, back=back), panel).digest for back in (None, date(2026, 11, 24), date(2027, 2, 1))
    }
    assert len(digests) == 3


def test_a_day_that_does_not_fit_gives_way_to_the_plain_word() -> None:
    short = label(item="00000096385074", locale="zh")
    sold_out = replace(short, left=0)
    for panel in PANELS:
        assert draw(replace(sold_out, back=date(2026, 11, 24)), panel).digest == draw(sold_out, panel).digest
        assert draw(sold_out, panel).digest != draw(short, panel).digest
