"""Discount rules as head office orders them, and lines that say one: nonsense is refused, the rest is kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from securesystemslib.signer import CryptoSigner

from cloud_sync.contract.events import SaleLine
from cloud_sync.contract.goods import DiscountRule, Goods, SetDiscounts, open_goods, sign_goods
from cloud_sync.contract.money import discounted

GOLD: dict[str, Any] = {"id": "gold-10", "name": "Gold", "codes": "G", "permille": 900}
LINE: dict[str, Any] = {"item": "03850102314218", "version": 7, "minor": 179, "quantity": 1, "total_minor": 179}


@pytest.mark.parametrize("rules", [[], [GOLD, GOLD | {"id": "s", "codes": "S-1", "begins": 5, "ends": 6}]])
def test_an_order_of_discounts_is_read_as_it_was_signed(rules: list[dict[str, Any]]) -> None:
    order = SetDiscounts(rules=tuple(DiscountRule(**rule) for rule in rules))
    signer = CryptoSigner.generate_ed25519()
    goods = Goods(store="0204", sequence=3, issued_at=1, author="ana", entries=(order,))
    assert open_goods(sign_goods(goods, signer), [signer.public_key]).entries == (order,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""}, {"id": "no blanks"}, {"name": ""}, {"name": "x" * 41}, {"name": "a\nb"}, {"codes": ""},
        {"codes": "x" * 21}, {"codes": "G_1"}, {"permille": 0}, {"permille": 1000}, {"permille": "900"},
        {"begins": 7, "ends": 7}, {"colour": "red"},
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DiscountRule(**(GOLD | wrong))


def test_each_rule_and_each_code_stands_in_a_set_once_and_twenty_are_enough() -> None:
    for other in (GOLD | {"codes": "S"}, GOLD | {"id": "other"}):
        with pytest.raises(ValidationError, match="two rules have the same"):
            SetDiscounts.model_validate({"rules": [GOLD, other]})
    many = [GOLD | {"id": f"r{n}", "codes": f"C{n}"} for n in range(21)]
    assert len(SetDiscounts.model_validate({"rules": many[:20]}).rules) == 20
    with pytest.raises(ValidationError):
        SetDiscounts.model_validate({"rules": many})


def test_a_line_says_its_rule_and_never_that_it_raised_the_price() -> None:
    for start in (179, 199):
        line = SaleLine.model_validate(LINE | {"discount": {"rule": "gold-10", "from_minor": start}})
        assert line.discount is not None
        assert line.discount.from_minor == start
    for wrong in (
        {"rule": "gold-10", "from_minor": 178}, {"rule": "gold-10"}, {"rule": "", "from_minor": 199},
        {"rule": "gold-10", "from_minor": 199, "member": "4711"}, {"rule": "gold-10", "from_minor": "199"},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            SaleLine.model_validate(LINE | {"discount": wrong})


@given(st.integers(0, 10**12), st.integers(1, 999))
def test_a_discounted_price_is_the_nearest_whole_one_and_never_a_raise(minor: int, permille: int) -> None:
    price = discounted(minor, permille)
    assert price <= minor
    assert -500 < price * 1000 - minor * permille <= 500  # half a minor unit rounds up
