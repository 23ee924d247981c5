"""What an item is called: every code that comes out is a GTIN-14, and ours never meets a maker's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.item import check_digit, gtin14, internal_item, is_internal


@pytest.mark.parametrize("code", ["3850334043641", "80629580", "089686170313", "03850334043641", "40170725"])
def test_real_barcodes(code: str) -> None:
    assert gtin14(code) == code.zfill(14)


@pytest.mark.parametrize("code", ["", "3850334043642", "385033404364", "٣٨٥٠٣٣٤٠٤٣٦٤١", "3850334043641 ", "1" * 15])
def test_what_is_no_barcode_says_why(code: str) -> None:
    with pytest.raises(ValueError, match=r"barcode|check digit"):
        gtin14(code)


@given(st.text("0123456789", min_size=1, max_size=10))
def test_an_own_number_is_a_good_gtin_of_the_internal_range(number: str) -> None:
    item = internal_item(number)
    assert gtin14(item) == item
    assert gtin14(item[1:]) == item  # also as the EAN-13 that a label prints
    assert is_internal(item)
    assert int(item[3:13]) == int(number)


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11))
def test_one_wrong_digit_is_always_found(body: str, place: int) -> None:
    code = body + check_digit(body)
    wrong = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
    with pytest.raises(ValueError, match="check digit"):
        gtin14(wrong)
