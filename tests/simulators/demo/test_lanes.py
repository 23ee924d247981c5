"""The judge of the lanes reads what was printed, and finds whatever does not fit ledger or bank."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drivers.base import Receipt, ReceiptLine
from drivers.serial.escpos import write_receipt
from edge.store import Store
from simulators.demo.acts import Promise
from simulators.demo.lane_judge import judge_lanes
from simulators.demo.lanes import Lane
from simulators.demo.paper import Bought, Paper, PaperLine, read_paper
from simulators.payment import Bank
from simulators.serial import Pan, Printer, Scanner

MILK, APPLES = "03850000014005", "03850000001401"
NUMBER = "lane-1-1a2b-7"
PAPER = Paper(NUMBER, (PaperLine(129, 129, 1), PaperLine(96, 249, 385, "kg")), 225)
PAGES = ((0, "cp437"), (18, "cp852"), (19, "cp858"))


def printed(*rows: ReceiptLine) -> tuple[str, tuple[str, ...]]:
    """What comes out of a printer that is told to print this, by the driver's own bytes."""
    printer = Printer()
    printer.hear(write_receipt(Receipt(rows, qr=NUMBER), 42, PAGES, chinese=True))
    return printer.receipts[0].text, printer.receipts[0].codes


ROWS = (
    ReceiptLine("Shop 0204", bold=True, tall=True, centred=True),
    ReceiptLine("2026-11-22 03:10", NUMBER),
    ReceiptLine("Svježe mlijeko 3,2 % 1 L Jadran", "1,29 €"),
    ReceiptLine("Jabuke Idared", "0,96 €"),
    ReceiptLine("  385 g x 2,49 €/kg"),
    ReceiptLine("Total", "2,25 €", bold=True),
    ReceiptLine("Card", "**** 1234"),
    ReceiptLine("Thank you!", centred=True),
)


def test_a_receipt_is_read_as_it_was_printed() -> None:
    assert read_paper(*printed(*ROWS)) == PAPER


def test_names_that_hold_amounts_and_large_amounts_are_read_too() -> None:
    rows = (*ROWS[:2], ReceiptLine("Bon 5,00 € 绿茶", "1.234,56 €"), ReceiptLine("Total", "1.234,56 €"))
    paper = read_paper(*printed(*rows))
    assert paper is not None
    assert (paper.lines, paper.total_minor) == ((PaperLine(123_456, 123_456, 1),), 123_456)


@pytest.mark.parametrize("left", [slice(0, 5), slice(2, 8), slice(0, 0)])
def test_half_a_receipt_is_none(left: slice) -> None:
    assert read_paper(*printed(*list(ROWS)[left])) is None


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Writes sales into a store of record of its own; its path."""
    store = Store(tmp_path / "store.db", lambda: 1_700_000_000_000, epoch=1)

    def write(*bodies: dict[str, Any]) -> Path:
        for body in bodies:
            store.run(lambda tx, body=body: tx.record("sale", "lane-1", body)).result()  # type: ignore[misc]
        return tmp_path / "store.db"

    yield write
    store.close()


BODY = {"receipt": NUMBER, "at": 5, "total": 225,
        "lines": [[MILK, 3, 129, 1, 129], [APPLES, 3, 249, 385, 96, {"per": "kg"}]]}  # fmt: skip


def lane(*visits: Bought, charged: int = 225) -> Lane:
    bank = Bank()
    if charged:
        bank.charge(charged)
    nothing: Any = None
    return Lane("lane-1", Scanner(), Pan(), Printer(), bank, nothing, nothing, list(visits))


def broken(promise: Promise | None) -> str:
    assert promise is not None
    return promise.broken


VISIT = Bought((MILK, APPLES), 5, PAPER)


def test_what_fits_is_kept_and_a_shop_without_lanes_promises_nothing(ledger: Callable[..., Path]) -> None:
    assert broken(judge_lanes([lane(VISIT)], ledger(BODY))) == ""
    assert judge_lanes([], ledger()) is None


@pytest.mark.parametrize(("start", "wrong"), [(129, ""), (139, "does not make 116")])
def test_a_discount_is_on_paper_and_in_the_ledger_and_follows_from_its_rule(
    ledger: Callable[..., Path], start: int, wrong: str
) -> None:
    rows = (*ROWS[:2], ReceiptLine("Mlijeko", "1,16 €"), ReceiptLine("  Gold -10 % (gold-10)"))
    paper = read_paper(*printed(*rows, ReceiptLine("Total", "1,16 €")))
    assert paper is not None
    assert paper.lines == (PaperLine(116, 116, 1, rule="gold-10"),)
    line = [MILK, 3, 116, 1, 116, {"discount": {"rule": "gold-10", "from_minor": start}}]
    body = {"receipt": NUMBER, "at": 5, "total": 116, "lines": [line]}
    said = judge_lanes([lane(Bought((MILK,), 5, paper), charged=116)], ledger(body))
    assert said is not None
    assert "1 lines cheaper by a rule" in said.words
    assert (wrong in said.broken) if wrong else not said.broken


def test_a_ledger_that_says_otherwise_is_found(ledger: Callable[..., Path]) -> None:
    dearer = BODY | {"total": 226, "lines": [[MILK, 3, 130, 1, 130], [APPLES, 3, 249, 385, 96]]}
    assert "the ledger" in broken(judge_lanes([lane(VISIT)], ledger(dearer)))


def test_a_sale_twice_and_one_without_a_receipt_are_found(ledger: Callable[..., Path]) -> None:
    assert NUMBER in broken(judge_lanes([lane(VISIT)], ledger(BODY, BODY)))
    assert "nobody has a receipt for" in broken(judge_lanes([lane(VISIT)], ledger(BODY | {"receipt": "lane-1-x"})))


def test_a_bank_that_took_twice_or_nothing_is_found(ledger: Callable[..., Path]) -> None:
    path = ledger(BODY)
    twice = lane(VISIT)
    twice.bank.charge(225)
    assert "the bank took {225: 1}" in broken(judge_lanes([twice], path))
    assert "{225: 1} it did not" in broken(judge_lanes([lane(VISIT, charged=0)], path))


def test_other_goods_on_the_paper_and_unreadable_paper_are_found(ledger: Callable[..., Path]) -> None:
    path = ledger(BODY)
    assert "the ledger" in broken(judge_lanes([lane(replace(VISIT, items=(APPLES, MILK)))], path))
    assert "cannot be read" in broken(judge_lanes([lane(replace(VISIT, paper=None))], path))


def test_a_lane_at_which_nobody_could_buy_is_broken(ledger: Callable[..., Path]) -> None:
    assert "nobody bought" in broken(judge_lanes([lane(charged=0)], ledger()))


def test_a_lane_sells_what_its_paper_says() -> None:
    [sale] = lane(VISIT).sales
    assert [(line.item, line.minor, line.quantity, line.per) for line in sale.lines] == [
        (MILK, 129, 1, "each"), (APPLES, 249, 385, "kg"),
    ]  # fmt: skip
