"""The driver against terminals on real lines: TCP, a pseudo-terminal, HTTPS.
One charge if it says approved, else none.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drivers.base import Payment, PaymentOutcome
from simulators.payment import Bank, Fault, Habits, Kind, ZvtPort, ZvtTerminal
from tests.drivers.payment.bench import TERMINAL, driver_for, nexo_over_https, pay, zvt_over_serial, zvt_over_tcp

KINDS = tuple(Kind)
AFTER_APPROVAL = 9
"""The message that tells of the approval, of a terminal that had no transaction before."""


def judge(paid: Payment, bank: Bank) -> None:
    assert paid.outcome is not PaymentOutcome.UNKNOWN, paid.why
    assert len(bank.standing) == (1 if paid.outcome is PaymentOutcome.APPROVED else 0)
    assert len(bank.charges) <= 1


async def over_tcp(folder: Path, kind: Kind, at: int) -> None:
    async with zvt_over_tcp([Fault(kind, at, 300)]) as (terminal, options):
        async with driver_for(folder, options, quick=True) as driver:
            judge(await pay(driver, "b1"), terminal.bank)
        assert terminal.authorisations <= 1


async def over_serial(folder: Path, kind: Kind, at: int) -> None:
    async with zvt_over_serial([Fault(kind, at, 300)]) as (terminal, options):
        async with driver_for(folder, options, quick=True) as driver:
            judge(await pay(driver, "b1"), terminal.bank)
        assert terminal.authorisations <= 1


async def over_nexo(folder: Path, kind: Kind, at: int) -> None:
    """At the payment, or at the abort or the status request after it."""
    faults = [Fault(Kind.DROP, 0), Fault(kind, at, 300)] if at else [Fault(kind, 0, 300)]
    async with nexo_over_https(folder, faults) as (terminal, options):
        async with driver_for(folder, options, quick=True) as driver:
            assert await driver.reach(TERMINAL)
            judge(await pay(driver, "b1"), terminal.bank)
        assert terminal.payments <= 1


@pytest.mark.parametrize(
    ("line", "at"),
    [
        *((over_tcp, at) for at in (3, 7, AFTER_APPROVAL, 10, 12)),
        *((over_serial, at) for at in (7, AFTER_APPROVAL)),
        *((over_nexo, at) for at in (0, 1, 2)),
    ],
)
async def test_a_fault_of_any_kind_on_a_real_line(
    line: Callable[[Path, Kind, int], Awaitable[None]], at: int, tmp_path: Path
) -> None:
    for kind in KINDS:
        (tmp_path / kind).mkdir()
    await asyncio.gather(*(line(tmp_path / kind, kind, at) for kind in KINDS))


async def test_a_plain_payment_brings_a_masked_card_and_the_slip(tmp_path: Path) -> None:
    async with zvt_over_tcp() as (terminal, options), driver_for(tmp_path, options) as driver:
        paid = await pay(driver, "b1")
        assert (paid.outcome, paid.reference, paid.card) == (PaymentOutcome.APPROVED, "0001", "VISA •••• 1234")
        assert paid.slip == ("Karte •••• 1234", "Betrag bezahlt")
        assert [charge.minor for charge in terminal.bank.standing] == [1250]


@pytest.mark.parametrize(("encoding", "passphrase"), [("json", None), ("xml", None), ("json", "a shared secret")])
async def test_nexo_speaks_json_xml_and_sealed(tmp_path: Path, encoding: str, passphrase: str | None) -> None:
    async with (
        nexo_over_https(tmp_path, encoding=encoding, passphrase=passphrase) as (terminal, options),
        driver_for(tmp_path, options) as driver,
    ):
        paid = await driver.authorise(TERMINAL, "b1", 1250, "EUR")
        assert (paid.outcome, paid.card) == (PaymentOutcome.APPROVED, "visa •••• 1234")
        assert paid.slip == ("Card •••• 1234", "Thank you")
        terminal.decline = "Refusal"
        assert (await driver.authorise(TERMINAL, "b2", 99, "EUR")).why == "Refusal"
        back = await driver.reverse(TERMINAL, "b1")
        assert (back.outcome, back.given_back) == (PaymentOutcome.DECLINED, True)
        assert terminal.bank.standing == []


async def test_blocks_with_wrong_checksums_are_repeated(tmp_path: Path) -> None:
    async with (
        zvt_over_serial(spoil_blocks=2) as (terminal, options),
        driver_for(tmp_path, options) as driver,
    ):
        judge(await pay(driver, "b1"), terminal.bank)
        assert len(terminal.bank.standing) == 1


async def test_money_goes_back_once_over_zvt(tmp_path: Path) -> None:
    async with zvt_over_tcp() as (terminal, options), driver_for(tmp_path, options) as driver:
        assert (await pay(driver, "b1")).outcome is PaymentOutcome.APPROVED
        for _ in range(2):
            back = await driver.reverse(TERMINAL, "b1")
            assert (back.outcome, back.given_back) == (PaymentOutcome.DECLINED, True)
        assert terminal.bank.standing == []


async def test_another_amount_than_asked_for_is_given_back(tmp_path: Path) -> None:
    async with nexo_over_https(tmp_path) as (terminal, options), driver_for(tmp_path, options) as driver:
        terminal.part_minor = 1000
        paid = await pay(driver, "b1")
        assert (paid.outcome, paid.given_back) == (PaymentOutcome.DECLINED, True)
        assert terminal.bank.standing == []


async def test_a_terminal_with_another_certificate_name_is_told_nothing(tmp_path: Path) -> None:
    async with nexo_over_https(tmp_path) as (terminal, options):
        options["certificate_name"] = "P400-2.test.example"
        async with driver_for(tmp_path, options) as driver:
            paid = await pay(driver, "b1")
            assert paid.outcome is PaymentOutcome.DECLINED
            assert terminal.requests == 0


async def test_a_serial_cable_that_is_pulled_leaves_an_unknown_that_is_resolved_when_it_is_back(tmp_path: Path) -> None:
    terminal = ZvtTerminal(Bank(), Habits(card_ms=400, ack_ms=150, serial=True))
    cable = tmp_path / "tty"
    async with driver_for(tmp_path, {"protocol": "zvt", "address": str(cable)}) as driver:
        async with ZvtPort(terminal) as port:
            cable.symlink_to(port.address)
            paying = asyncio.create_task(driver.authorise(TERMINAL, "b1", 1250, "EUR"))
            while terminal.authorisations == 0 and not paying.done():
                await asyncio.sleep(0.01)
        cable.unlink()
        while not driver.open_payments(TERMINAL)[0].why:
            await asyncio.sleep(0.01)
        assert driver.open_payments(TERMINAL)[0].outcome is PaymentOutcome.UNKNOWN
        paying.cancel()
        await asyncio.gather(paying, return_exceptions=True)
        async with ZvtPort(terminal) as port:
            cable.symlink_to(port.address)
            paid = await pay(driver, "b1")
            assert paid.outcome is PaymentOutcome.APPROVED
    assert len(terminal.bank.standing) == terminal.authorisations == 1


@pytest.mark.parametrize("command", ["0601", "0630"])
async def test_a_command_whose_acknowledgement_is_lost_on_the_line_is_not_given_twice(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.payment.zvt.link._BLOCK_SECONDS", 0.8)
    terminal = ZvtTerminal(Bank(), Habits(card_ms=30, ack_ms=150, serial=True))
    async with ZvtPort(terminal) as port:
        port.lost_ack = bytes.fromhex(command)
        options = {"protocol": "zvt", "address": port.address}
        async with driver_for(tmp_path, options) as driver:
            assert (await pay(driver, "b1")).outcome is PaymentOutcome.APPROVED
            assert len(terminal.bank.standing) == terminal.authorisations == 1
            for _ in range(6):
                back = await driver.reverse(TERMINAL, "b1")
                if back.outcome is not PaymentOutcome.UNKNOWN:
                    break
            assert back.given_back
    assert terminal.bank.standing == []
