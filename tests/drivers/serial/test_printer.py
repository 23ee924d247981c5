"""A receipt is printed only where the printer said so; a silent printer never has plenty of paper."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import Paper, Printout, Receipt, ReceiptLine
from drivers.errors import DeviceError, Refused, Unprintable, Unreachable
from drivers.serial import SerialDriver
from drivers.serial.escpos.status import read_health
from drivers.serial.escpos.talk import why_not
from simulators.serial import NetworkPeer, Peer, Printer
from tests.drivers.serial.kit import PYSERIAL_IS_OLD, WAYS, device, gone, here, peer_on, running, until

pytestmark = pytest.mark.filterwarnings(PYSERIAL_IS_OLD)

RECEIPT = Receipt((ReceiptLine("Šećer", "2,49 €"), ReceiptLine("新疆苹果", "12.90")), qr="https://example.com/r/1")


@pytest.mark.parametrize("way", WAYS)
async def test_a_receipt_comes_out_and_is_confirmed(way: str, tmp_path: Path) -> None:
    printer = Printer()
    with peer_on(way, printer, tmp_path) as peer:
        async with running({"printer": device(peer, "escpos")}) as (driver, sink):
            await here(sink, "printer")
            status = await driver.printer_status("printer")
            assert status.ready
            assert status.paper is Paper.PLENTY
            assert await driver.print_receipt("printer", RECEIPT) is Printout.PRINTED
            (receipt,) = printer.receipts
            assert receipt.text.startswith("Šećer")
            assert "新疆苹果" in receipt.text
            assert receipt.codes == ("https://example.com/r/1",)


@pytest.mark.parametrize(
    ("answers", "paper", "fit"),
    [
        ((0x12, 0x12, 0x12, 0x12), Paper.PLENTY, True),
        ((0x12, 0x12, 0x12, 0x1E), Paper.LOW, True),
        ((0x1A, 0x32, 0x12, 0x72), Paper.OUT, False),
        ((0x1A, 0x32, 0x12, 0x7E), Paper.OUT, False),
        ((0x1A, 0x16, 0x12, 0x12), Paper.PLENTY, False),
        ((0x1A, 0x52, 0x1A, 0x12), Paper.PLENTY, False),
        ((0x12, 0x12, 0x12, None), Paper.UNKNOWN, False),
        ((None, 0x12, 0x12, 0x12), Paper.PLENTY, False),
        ((0x12, None, 0x12, 0x12), Paper.PLENTY, False),
        ((None, None, None, None), Paper.UNKNOWN, False),
    ],
)
def test_what_the_four_answers_mean(answers: tuple[int | None, ...], paper: Paper, fit: bool) -> None:
    health = read_health(answers)
    assert health.paper is paper
    assert (why_not(health) == "") is fit


@given(st.lists(st.one_of(st.none(), st.integers(0, 255)), min_size=4, max_size=4))
def test_what_was_not_said_is_never_good(answers: list[int | None]) -> None:
    health = read_health(answers)
    assert (health.paper is Paper.UNKNOWN) == (answers[3] is None)
    assert (health.online is None) == (answers[0] is None)
    if None in answers:
        assert why_not(health)


def _paper_out(printer: Printer) -> None:
    printer.paper = 0


def _cover(printer: Printer) -> None:
    printer.cover_open = True


def _jam(printer: Printer) -> None:
    printer.cutter_jammed = True


@pytest.mark.parametrize(
    ("trouble", "word"), [(_paper_out, "paper"), (_cover, "cover"), (_jam, "cutter")], ids=["paper", "cover", "cutter"]
)
async def test_a_printer_in_trouble_refuses_before_the_first_byte(
    trouble: Callable[[Printer], None], word: str, tmp_path: Path
) -> None:
    printer = Printer()
    with NetworkPeer(printer) as peer:
        async with running({"printer": device(peer, "escpos")}) as (driver, sink):
            await here(sink, "printer")
            trouble(printer)
            with pytest.raises(Refused, match=word):
                await driver.print_receipt("printer", RECEIPT)
            status = await driver.printer_status("printer")
            assert not status.ready
            printer.refill()
            printer.cutter_jammed = False
            assert await driver.print_receipt("printer", RECEIPT) is Printout.PRINTED
            assert len(printer.receipts) == 1, "nothing of the refused one came out"


async def test_paper_that_ends_in_the_middle_is_no_printed_receipt(tmp_path: Path) -> None:
    printer = Printer(paper=2, near_end=0)
    with NetworkPeer(printer) as peer:
        async with running({"printer": device(peer, "escpos")}) as (driver, sink):
            await here(sink, "printer")
            assert await driver.print_receipt("printer", RECEIPT) is Printout.UNKNOWN
            assert printer.receipts == []
            assert (await driver.printer_status("printer")).paper is Paper.OUT


async def test_a_printer_that_falls_silent_is_never_plenty(tmp_path: Path) -> None:
    printer = Printer(dies_after=1)
    with NetworkPeer(printer) as peer:
        async with running({"printer": device(peer, "escpos")}) as (driver, sink):
            await here(sink, "printer")
            assert await driver.print_receipt("printer", RECEIPT) is Printout.UNKNOWN
            status = await driver.printer_status("printer")
            assert status.paper is Paper.UNKNOWN
            assert status.online is None
            assert not status.ready
            await gone(sink, "printer")
            with pytest.raises(Unreachable):
                await driver.print_receipt("printer", RECEIPT)


def _cut(peer: Peer, at: int) -> None:
    peer.faults.unplug_after = at


def _noise(peer: Peer, at: int) -> None:
    peer.faults.noise = b"\x00" * at + b"\xff"


async def test_printed_is_never_a_guess() -> None:
    """Cut at each of its answers, or among rubbish that looks like one: printed only if it is, and confirmed."""
    faults = [(_cut, at) for at in range(10)] + [(_noise, at) for at in (0, 1, 3)]
    printers = {f"printer-{n}": Printer() for n in range(len(faults))}
    with ExitStack() as stack:
        peers = {name: stack.enter_context(NetworkPeer(printer)) for name, printer in printers.items()}
        devices = {
            name: device(peer, "escpos", check_ms=60_000, print_ms=200, answer_ms=400) for name, peer in peers.items()
        }

        async def play(driver: SerialDriver, name: str, fault: Callable[[Peer, int], None], at: int) -> None:
            fault(peers[name], at)
            try:
                how = await driver.print_receipt(name, RECEIPT)
            except DeviceError:
                assert printers[name].receipts == [], (name, at)
                return
            if how is Printout.PRINTED:
                assert len(printers[name].receipts) == 1
                assert (fault, at) == (_cut, 9), "four answers before, one after it, four again"

        async with running(devices) as (driver, sink):
            await asyncio.gather(*(here(sink, name) for name in devices))
            await asyncio.gather(*(play(driver, name, *fault) for name, fault in zip(devices, faults, strict=True)))


async def test_status_that_comes_by_itself_does_not_pass_for_a_confirmation(tmp_path: Path) -> None:
    """Another program had switched automatic status on; the driver switches it off with its first receipt."""
    printer = Printer()
    with NetworkPeer(printer) as peer:
        async with running({"printer": device(peer, "escpos")}) as (driver, sink):
            await here(sink, "printer")
            with peer.lock:
                printer.automatic = 0xFF
            await until(lambda: printer._told != b"")
            assert await driver.print_receipt("printer", RECEIPT) is Printout.PRINTED
            assert printer.automatic == 0


async def test_text_that_the_printer_lacks_is_refused(tmp_path: Path) -> None:
    with NetworkPeer(Printer()) as peer:
        async with running({"printer": device(peer, "escpos", chinese=False)}) as (driver, _):
            with pytest.raises(Unprintable, match=r"苹|新"):
                await driver.print_receipt("printer", RECEIPT)
