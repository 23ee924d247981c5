"""What a box's code says."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from edge.receiving.scanned import Scanned, read_code

GTIN = "03850123456782"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (f"01{GTIN}17261231" + "103A-7", Scanned(GTIN, "3A-7", "2026-12-31")),
        (f"]C101{GTIN}17261231" + "103A-7", Scanned(GTIN, "3A-7", "2026-12-31")),
        (f"]d201{GTIN}15270105" + "10L/5\x1d21X", Scanned(GTIN, "L/5", "2027-01-05")),
        (f"(01){GTIN}(10)AB/1", Scanned(GTIN, "AB/1")),
        (f"https://id.gs1.org/01/{GTIN}/10/LOT7?17=261231", Scanned(GTIN, "LOT7", "2026-12-31")),
        ("3850123456782", Scanned(GTIN)),
        (f" {GTIN} ", Scanned(GTIN)),
    ],
)
def test_codes_on_boxes(code: str, said: Scanned) -> None:
    assert read_code(code) == said


@pytest.mark.parametrize("code", ["", "10ABC", "]C110ABC", "3850123456783", "hello", "(10", "https://example.com/"])
def test_what_names_no_item_is_refused_with_words(code: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        read_code(code)


@given(st.text(max_size=60) | st.from_regex(r"\]?[A-Z]?[0-9(][0-9()\x1d]{0,40}", fullmatch=True))
@hypothesis(max_examples=200, deadline=None)
def test_no_code_breaks_it(code: str) -> None:
    try:
        said = read_code(code)
    except ValueError:
        return
    assert len(said.item) == 14
