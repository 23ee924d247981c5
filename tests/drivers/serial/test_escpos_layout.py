"""Receipts as bytes: code pages, Chinese, columns, codes, the drawer; and no text that says something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import Receipt, ReceiptLine
from drivers.serial.escpos import OddTextError, write_receipt
from drivers.serial.escpos.layout import width
from simulators.serial import Printer

PAGES = ((0, "cp437"), (18, "cp852"), (19, "cp858"))


def _print(receipt: Receipt, columns: int = 42, *, chinese: bool = True) -> Printer:
    printer = Printer()
    printer.hear(write_receipt(receipt, columns, PAGES, chinese=chinese))
    return printer


def test_golden_bytes() -> None:
    receipt = Receipt((ReceiptLine("Čaj"),), ean13="4006381333931", qr="A1", drawer=True)
    said = write_receipt(receipt, 42, PAGES, chinese=False)
    assert said == (
        b"\x1b@\x1bt\x12\xacaj\n"
        b"\x1dkC\x0d4006381333931\n"
        b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1"
        b"\x1d(k\x05\x001P0A1\x1d(k\x03\x001Q0"
        b"\x1bd\x05\x1dV\x01\x1bp\x00\x19\xfa"
    )  # fmt: skip


def test_croatian_chinese_and_the_euro_on_one_receipt() -> None:
    lines = (
        ReceiptLine("Šećer i čaj, đumbir ž", "2,49 €"),
        ReceiptLine("新疆苹果 500克", "12.90", bold=True),
        ReceiptLine("Crème brûlée", "1.00", tall=True),
    )
    printer = _print(Receipt(lines))
    (receipt,) = printer.receipts
    rows = receipt.text.split("\n")
    assert rows[0].startswith("Šećer i čaj, đumbir ž")
    assert rows[0].endswith("2,49 €")
    assert rows[1].startswith("新疆苹果 500克")
    assert [width(row) for row in rows[:3]] == [42, 42, 42]


def test_a_name_that_is_too_long_is_broken_and_its_price_stays_at_the_edge() -> None:
    printer = _print(Receipt((ReceiptLine("苹果" * 12, "1234.00"),)), columns=30)
    rows = printer.receipts[0].text.split("\n")
    assert "".join(rows).replace(" ", "") == "苹果" * 12 + "1234.00"
    assert width(rows[-1]) == 30
    assert all(width(row) <= 30 for row in rows)


@pytest.mark.parametrize("text", ["ทดสอบ", "a\x1bp\x00", "a\x10\x04\x01", "a\nb", "\u202e1.00", "😀"])
def test_what_cannot_be_printed_is_refused(text: str) -> None:
    with pytest.raises(OddTextError):
        write_receipt(Receipt((ReceiptLine(text),)), 42, PAGES, chinese=True)


def test_chinese_needs_a_printer_that_has_it() -> None:
    with pytest.raises(OddTextError, match="苹"):
        write_receipt(Receipt((ReceiptLine("苹果"),)), 42, PAGES, chinese=False)


_TEXT = st.text(st.sampled_from("aZ9 .,€čćžšđßéü苹果。¥\x10\x04\x1b\x1dp"), max_size=60)


@given(st.lists(st.builds(ReceiptLine, _TEXT, _TEXT, st.booleans(), st.booleans(), st.booleans()), max_size=6))
def test_what_is_printed_is_what_was_meant(lines: list[ReceiptLine]) -> None:
    try:
        said = write_receipt(Receipt(tuple(lines)), 42, PAGES, chinese=True)
    except OddTextError:
        return
    assert b"\x10\x04" not in said, "no real-time request hides in a receipt"
    assert b"\x10\x14" not in said
    printer = Printer()
    for byte in said:
        printer.hear(bytes([byte]))
    (receipt,) = printer.receipts
    meant = "".join(line.left + ("" if line.centred else line.right) for line in lines)
    assert receipt.text.replace("\n", "").replace(" ", "") == meant.replace(" ", "")
    assert printer.drawer_kicks == 0
