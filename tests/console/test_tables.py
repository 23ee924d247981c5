"""CSV in and out."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.console.tables import Binding, read_bindings, write_csv


def test_bindings_are_read_by_their_header() -> None:
    text = "\ufeffPlace;Item;Label\r\nDairy 1;03850334043641;shelf-01\r\n\r\n;40084107;shelf-02\r\n"
    assert read_bindings(text) == [
        Binding("shelf-01", "03850334043641", "Dairy 1"),
        Binding("shelf-02", "40084107", ""),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "first row"),
        ("label,place\nshelf-01,x\n", "first row"),
        ("label,item\nshelf-01,\n", "row 2"),
        ('label,item\n"shelf', "CSV"),
        ("label,item\n" + "a,1\n" * 5_001, "at most 5000"),
        ("label,item\n\0", "not a text file"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_bindings(text)


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_bindings(text)
    except ValueError:
        return
    assert all(one.label and one.item for one in found)


@settings(max_examples=60)
@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
        min_size=1,
        max_size=5,
    )
)
def test_no_cell_is_a_formula_and_none_is_lost(cells: list[str]) -> None:
    text = write_csv(["column"] * len(cells), [cells])
    row = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))[1]
    for cell, written in zip(cells, row, strict=True):
        assert written in (cell, "'" + cell)
        assert written[:1] not in ("=", "+", "-", "@", "\t", "\r") or written == ""


def test_negative_numbers_stay_numbers() -> None:
    assert write_csv(["rssi"], [[-71]]) == "\ufeffrssi\r\n-71\r\n"
