from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.labels import money


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "per", "text"),
    [
        (330, "EUR", "hr", "kg", "3,30 €/kg"),
        (5, "EUR", "hr-HR", "", "0,05 €"),
        (129999, "EUR", "de_AT", "each", "1.299,99 €/St."),
        (4990, "CNY", "zh-CN", "l", "¥49.90/L"),
        (1990, "CNY", "zh", "each", "¥19.90/件"),
        (198, "JPY", "ja", "", "¥198"),
        (1234567, "USD", "en", "", "$12,345.67"),
        (1500, "KWD", "en", "kg", "KWD 1.500/kg"),
        (123456789, "PLN", "pl", "m", "1 234 567,89 zł/m"),
    ],
)
def test_as_people_write_it(minor: int, currency: str, locale: str, per: str, text: str) -> None:
    assert money.price(minor, currency, locale, per, show_piece=True).text == text


@given(st.integers(0, 10**12), st.sampled_from([("EUR", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4)]))
def test_no_digit_is_lost(minor: int, currency: tuple[str, int]) -> None:
    code, digits = currency
    made = money.price(minor, code, "en")
    assert Decimal(made.major.replace(",", "") + made.mark + made.minor) == Decimal(minor).scaleb(-digits)
    assert len(made.minor) == digits


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_percent_never_promises_more_than_the_till_gives(was: int, minor: int) -> None:
    minor = min(minor, was)
    percent = money.percent_off(minor, was)
    assert 0 <= percent <= 100
    assert minor * 100 <= was * (100 - percent)
    assert minor * 100 > was * (100 - percent - 1)


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "per"),
    [(-1, "EUR", "hr", ""), (1, "eur", "hr", ""), (1, "EURO", "hr", ""), (1, "EUR", "xx", ""), (1, "EUR", "hr", "lb")],
)
def test_what_is_not_known_is_refused(minor: int, currency: str, locale: str, per: str) -> None:
    with pytest.raises(ValueError, match=r"below zero|currency|not known"):
        money.price(minor, currency, locale, per)
