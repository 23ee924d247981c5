"""What codes mean: golden ones of each kind, and anything at all without an exception."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.item import check_digit, internal_item
from edge.lane.codes import BadgeCode, Code, CouponCode, Goods, MemberCode, Reading, Unreadable, read_code
from edge.lane.config import LaneConfigError, read_lane_config
from edge.lane.layouts import Layout, Part, country_layouts, read_restricted

PLAIN = Reading()
CHINA, GERMANY = Reading(country_layouts("cn")), Reading(country_layouts("de"))
TEA = "04006381333931"


def closed(body: str) -> str:
    return body + check_digit(body)


@pytest.mark.parametrize(
    ("symbology", "text", "means"),
    [
        ("E0", "4006381333931", Goods(TEA)),
        ("", "4006381333931", Goods(TEA)),
        ("E4", "96385074", Goods("00000096385074")),
        ("E0", "0036000291452", Goods("00036000291452")),
        ("", "036000291452", Goods("00036000291452")),
        ("E0", "04252614", Goods("00042100005264")),  # a UPC-E that was not expanded
        ("I1", TEA, Goods(TEA)),
        ("e0", f"01{TEA}3103000195", Goods(TEA, "kg", 195)),
        ("e0", f"01{TEA}3201000100", Goods(TEA, "kg", 4536)),
        ("C1", f"01{TEA}310300019517261231\x1d10AB12", Goods(TEA, "kg", 195, batch="AB12", expires="2026-12-31")),
        ("C1", f"01{TEA}392201999", Goods(TEA, minor=1999)),
        ("C1", f"01{TEA}39329781999", Goods(TEA, minor=1999, currency="978")),
        ("C1", f"01{TEA}30012", Goods(TEA, count=12)),
        ("C1", f"01{TEA}70032612311430", Goods(TEA, expires="2026-12-31T14:30")),
        ("C1", f"01{TEA}15200101", Goods(TEA)),  # best before forbids no sale
        ("C1", f"01{TEA}17260200", Goods(TEA, expires="2026-02-28")),  # day 00: the month's last
        ("d2", f"01{TEA}", Goods(TEA)),
        ("Q3", f"01{TEA}1726123110L", Goods(TEA, batch="L", expires="2026-12-31")),
        ("Q1", f"https://id.example.com/01/{TEA}?17=261231", Goods(TEA, expires="2026-12-31")),
        ("Q3", f"https://id.example.com/01/{TEA}/10/LOT%2F1?3103=000195", Goods(TEA, "kg", 195, batch="LOT/1")),
        ("C0", "MEMBER-1", MemberCode("1")),
        ("Q1", "C-2291", CouponCode("C-2291")),
        ("C0", "STAFF-x", BadgeCode("STAFF-x")),
        ("E0", "4006381333932", Unreadable()),
        ("C1", "rubbish", Unreadable()),
        ("Q1", "http://[", Unreadable()),
        ("Q1", "https://example.com/hello", Unreadable()),
        ("C1", "10LOT", Unreadable()),
        ("E0", "", Unreadable()),
    ],
)
def test_each_kind_of_code(symbology: str, text: str, means: Code) -> None:
    assert read_code(symbology, text, PLAIN) == means


def test_chinese_numbers_of_13_and_18_digits() -> None:
    apples = internal_item("12345")
    assert read_code("E0", closed("211234500385"), CHINA) == Goods(apples, "kg", 385)
    assert read_code("E0", closed("201234501299"), CHINA) == Goods(apples, minor=1299)
    assert read_code("C0", closed("20123450038500096"), CHINA) == Goods(apples, "kg", 385, minor=96)
    assert read_code("C0", "20123450038500096" + "x", CHINA) == Unreadable()


def test_german_numbers_have_a_digit_that_proves_weight_and_price() -> None:
    zeroed = closed("280123000000").zfill(14)
    good = closed("2801236" + "14685")
    assert read_code("E0", good, GERMANY) == Goods(zeroed, "kg", 14685)
    bad = closed("2801237" + "14685")
    assert read_code("E0", bad, GERMANY) == Goods(bad.zfill(14))  # a plain number then, which has no price


def test_a_store_has_its_own_table_which_goes_first() -> None:
    own = Layout(name="deli", prefixes=("21",), length=13, item=(2, 7), price=Part(at=(7, 12), decimals=1),
                 items={"12345": TEA})  # fmt: skip
    assert read_code("E0", closed("211234500385"), Reading((own, *country_layouts("cn")))) == Goods(TEA, minor=3850)


def test_an_american_price_comes_with_a_zero_before_it() -> None:
    code = closed("0" + closed("2123459" + "1234")[:-1])
    assert len(code) == 13
    found = read_restricted(code, country_layouts("us"))
    assert found is not None
    assert found.minor == 1234


def test_expiry_is_the_last_good_day() -> None:
    goods = Goods(TEA, expires="2026-12-31")
    assert not goods.expired("2026-12-31T23:59")
    assert goods.expired("2027-01-01T00:00")
    assert Goods(TEA, expires="2026-12-31T14:30").expired("2026-12-31T14:31")
    assert not Goods(TEA).expired("2027-01-01T00:00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": (2, 7)},
        {"item": (2, 7), "price": {"at": (7, 13), "decimals": 2}},
        {"item": (2, 7), "price": {"at": (7, 12), "decimals": 3}},
        {"item": (2, 7), "price": {"at": (7, 10), "decimals": 2}, "verifier": 10},
        {"length": 18, "item": (2, 7), "price": {"at": (7, 12), "decimals": 2}},
    ],
)
def test_a_table_that_makes_no_sense_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="deli"):
        Layout.model_validate({"name": "deli", "prefixes": ["2"], "length": 13} | wrong)


TABLES = {country: Reading(country_layouts(country)) for country in ("cn", "de", "dk", "no", "fi", "uk", "us")}
SYMBOLOGIES = st.sampled_from(["", "E0", "E4", "C0", "C1", "e0", "d1", "d2", "Q1", "Q3", "I1", "A0", "z9", "\x1d\x1d"])
DIGITS = st.text("0123456789\x1d", max_size=60)
TEXTS = st.one_of(
    st.text(max_size=60), DIGITS, DIGITS.map(lambda digits: f"01{TEA}{digits}"),
    st.text("0123456789/?=&%.:abcd", max_size=60).map(lambda rest: f"https://id.example.com/01/{TEA}{rest}"),
)  # fmt: skip


@given(symbology=SYMBOLOGIES, text=TEXTS, country=st.sampled_from(sorted(TABLES)))
def test_nothing_that_is_scanned_raises_and_goods_make_sense(symbology: str, text: str, country: str) -> None:
    code = read_code(symbology, text, TABLES[country])
    if isinstance(code, Goods):
        assert len(code.item) == 14
        assert check_digit(code.item[:-1]) == code.item[-1]
        assert code.amount is None or code.amount > 0
        assert code.minor is None or code.minor >= 0


@given(
    plu=st.integers(0, 99_999), grams=st.integers(1, 99_999), minor=st.integers(1, 99_999),
)  # fmt: skip
def test_what_a_chinese_scale_prints_is_what_is_read(plu: int, grams: int, minor: int) -> None:
    code = closed(f"20{plu:05}{grams:05}{minor:05}")
    assert read_code("C0", code, CHINA) == Goods(internal_item(f"{plu:05}"), "kg", grams, minor=minor)


@given(st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(place: int, by: int) -> None:
    code = closed("20123450038500096")
    digits = list(code)
    digits[place] = str((int(digits[place]) + by) % 10)
    assert read_code("C0", "".join(digits), CHINA) == Unreadable()


def test_the_example_in_the_documentation_is_read() -> None:
    config = read_lane_config(Path(__file__).parents[2] / "docs" / "lane.toml")
    assert read_code("E0", closed("279900100250"), config.reading()) == Goods(TEA, minor=250)
    assert config.machine_rules().ages == {"03850334018236": 18}


def test_settings_that_are_wrong_are_named(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "docs" / "lane.toml").read_text()
    for old, new, said in (
        ('language = "en"', 'language = "xx"', "language"), ('country = "cn"', 'country = "zz"', "no layout table"),
        ('timezone = "Europe/Zagreb"', 'timezone = "Mars"', "timezone"), ("[screen]", "[screens]", "screens"),
    ):  # fmt: skip
        wrong = tmp_path / "lane.toml"
        wrong.write_text(example.replace(old, new))
        with pytest.raises(LaneConfigError, match=said):
            read_lane_config(wrong)
