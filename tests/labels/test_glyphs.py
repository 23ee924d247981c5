"""A name is drawn right or refused, never with a question mark in place of a letter."""

import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.labels import CannotDraw, draw
from edge.labels.glyphs import BOLD, SMALLEST, Undrawable, face
from edge.labels.typeset import name_face
from tests.labels.samples import COMMON, label

CROATIAN = string.ascii_letters + string.digits + "ČĆĐŠŽčćđšž€%,.-+/&()'’!?:;\""


@pytest.mark.parametrize("cap", [SMALLEST, 8, 9, 10, 13, 20, 48])
def test_letters_that_differ_look_different(cap: int) -> None:
    letters = name_face(cap)
    shapes = {char: letters.line(char).tobytes() for char in CROATIAN}
    alike = [(a, b) for a in shapes for b in shapes if a < b and shapes[a] == shapes[b]]
    assert set(alike) <= {("I", "l"), ("'", "’")}


@pytest.mark.parametrize("char", list("牛奶蒙脂灭菌乳盒整箱装元件折特价ЖщΩßøÅőűěřťạễ½™°×–−"))
def test_other_scripts_draw(char: str) -> None:
    mask = face(20, BOLD).line(char)
    assert mask.any()
    assert not np.array_equal(mask, face(20, BOLD).line("?"))


@pytest.mark.parametrize(
    "name",
    [
        *("حليب", "חלב", "นม", "दूध", "மில்க்", "ြ", "Milk 🥛", "20℃"),
        *("a\x00b", "a\x1fb", "a\x85b", "Mili\u200bko", "a\u202eb", "x\ufffdy", "e\u0301\u0327\u0308"),
        *("\ue000", "\U000e0041", "\u2028", "\ud800"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_item_and_the_letter(name: str) -> None:
    with pytest.raises(CannotDraw, match=r"03850334043641: .*U\+[0-9A-F]{4}") as refused:
        draw(label(name), COMMON)
    assert refused.value.item == "03850334043641"


def test_white_space_of_any_kind_is_one_space() -> None:
    assert draw(label(" MLIJEKO\t\u00a0 1L\r\n"), COMMON).digest == draw(label("MLIJEKO 1L"), COMMON).digest


def test_a_question_mark_of_its_own_is_drawn() -> None:
    draw(label("ŠTO? TO!"), COMMON)


def test_an_accent_of_its_own_joins_its_letter() -> None:
    apart, joined = draw(label("C\u030cOKOLADA"), COMMON), draw(label("ČOKOLADA"), COMMON)
    assert apart.digest == joined.digest


def test_zero_has_one_counter_so_that_it_is_not_read_as_an_eight() -> None:
    zero = face(40, BOLD).line("0")
    middle = zero[:, face(40, BOLD).rise - 20]
    assert np.count_nonzero(np.diff(middle.astype(int)) == 1) + int(middle[0]) == 2


@given(st.characters())
@settings(max_examples=300, deadline=None)
def test_any_character_is_drawn_or_refused(char: str) -> None:
    letters = face(16, BOLD)
    try:
        mask = letters.line(char)
    except Undrawable:
        return
    assert mask.shape[1] == letters.height
    assert mask.any() or char.isspace()
    assert char == "?" or not np.array_equal(mask, letters.line("?"))
