"""What a caller may rely on: ids, restarts, settling, and one open payment per terminal."""

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.base import Capability, PaymentDriver, PaymentOutcome, load_driver
from drivers.errors import Refused, Unreachable
from drivers.payment import PaymentTerminals
from drivers.payment.machine import PaymentState, Phase, Proof
from drivers.payment.storage import SqliteIntents
from simulators.payment import Fault, Kind
from tests.drivers.payment.bench import PATIENT, TERMINAL, Unheard, driver_for, nexo_over_https, pay, zvt_over_tcp


async def test_the_same_id_never_charges_again(tmp_path: Path) -> None:
    async with zvt_over_tcp() as (terminal, options), driver_for(tmp_path, options) as driver:
        first = await driver.authorise(TERMINAL, "b1", 1250, "EUR")
        again = await asyncio.gather(*(driver.authorise(TERMINAL, "b1", 1250, "EUR") for _ in range(3)))
        assert again == [first] * 3
        assert terminal.authorisations == 1
        with pytest.raises(Refused, match="another amount"):
            await driver.authorise(TERMINAL, "b1", 1251, "EUR")


async def test_a_till_that_dies_under_way_learns_the_outcome_after_its_restart(tmp_path: Path) -> None:
    async with zvt_over_tcp(card_ms=400) as (terminal, options):
        async with driver_for(tmp_path, options) as driver:
            paying = asyncio.create_task(driver.authorise(TERMINAL, "b1", 1250, "EUR"))
            while terminal.authorisations == 0 and not paying.done():
                await asyncio.sleep(0.01)
            paying.cancel()
            await asyncio.gather(paying, return_exceptions=True)
        async with driver_for(tmp_path, options) as driver:
            (left,) = driver.open_payments(TERMINAL)
            assert (left.id, left.outcome) == ("b1", PaymentOutcome.UNKNOWN)
            with pytest.raises(Refused, match="not known yet"):
                driver.settle(TERMINAL, "b1")
            with pytest.raises(Refused, match="resolve it first"):
                await driver.authorise(TERMINAL, "b2", 100, "EUR")
            assert (await driver.resolve(TERMINAL, "b1")).outcome is PaymentOutcome.APPROVED
            driver.settle(TERMINAL, "b1")
            assert driver.open_payments(TERMINAL) == []
        assert len(terminal.bank.standing) == terminal.authorisations == 1


async def test_stopping_in_the_middle_is_like_a_power_cut(tmp_path: Path) -> None:
    async with nexo_over_https(tmp_path) as (terminal, options), driver_for(tmp_path, options) as driver:
        terminal.card_ms = 20_000
        paying = asyncio.create_task(driver.authorise(TERMINAL, "b1", 1250, "EUR"))
        while terminal.payments == 0 and not paying.done():
            await asyncio.sleep(0.01)
        await driver.stop()
        await driver.stop()
        with pytest.raises(Refused, match="stopped"):
            await paying
        kept = SqliteIntents(tmp_path / "payments.db")
        assert [state.phase for state in kept.open(TERMINAL)] == [Phase.ASKING]
        kept.close()


async def test_a_terminal_that_is_not_there_has_surely_taken_nothing(tmp_path: Path) -> None:
    async with zvt_over_tcp() as (_, options):
        pass
    async with driver_for(tmp_path, options) as driver:
        paid = await driver.authorise(TERMINAL, "b1", 1250, "EUR")
        assert paid.outcome is PaymentOutcome.DECLINED
        assert "nothing was sent" in paid.why


async def test_an_unknown_that_nobody_answers_needs_a_person(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with nexo_over_https(tmp_path, [Fault(Kind.DROP, 0)]) as (terminal, options):
        async with driver_for(tmp_path, options, quick=True) as driver:
            terminal.faults += [Fault(Kind.DROP, at) for at in range(1, 100)]
            paying = asyncio.create_task(driver.authorise(TERMINAL, "b1", 1250, "EUR"))
            while terminal.requests < 4:
                await asyncio.sleep(0.01)
            paying.cancel()
            await asyncio.gather(paying, return_exceptions=True)
            (left,) = driver.open_payments(TERMINAL)
            assert left.outcome is PaymentOutcome.UNKNOWN
            terminal.faults.clear()
            back = await driver.reverse(TERMINAL, "b1")
            assert (back.outcome, back.given_back) == (PaymentOutcome.DECLINED, True)
        assert terminal.bank.standing == []


@pytest.mark.parametrize(
    ("payment", "minor", "currency", "why"),
    [("", 1, "EUR", "id"), ("a" * 41, 1, "EUR", "id"), ("a b", 1, "EUR", "id"), ("b", 0, "EUR", "amount"),
     ("b", -1, "EUR", "amount"), ("b", 10**12, "EUR", "amount"), ("b", 1, "XXX", "XXX")],
)  # fmt: skip
async def test_what_no_terminal_could_take_is_refused(
    payment: str, minor: int, currency: str, why: str, tmp_path: Path
) -> None:
    async with zvt_over_tcp() as (terminal, options), driver_for(tmp_path, options) as driver:
        with pytest.raises(Refused, match=why):
            await driver.authorise(TERMINAL, payment, minor, currency)
        with pytest.raises(Refused, match="no payment terminal"):
            await driver.authorise("term-9", "b1", 1, "EUR")
        with pytest.raises(Refused, match="there is no payment"):
            await driver.resolve(TERMINAL, "b1")
        assert terminal.said == 0


def test_the_driver_is_found_by_its_name(tmp_path: Path) -> None:
    options = {"storage": tmp_path / "p.db", "terminals": {"t1": {"protocol": "zvt", "address": "tcp://10.0.0.1"}}}
    driver = load_driver("payment", options)
    assert isinstance(driver, PaymentDriver)
    assert driver.capabilities == {Capability.TAKES_PAYMENT}


@pytest.mark.parametrize(
    ("terminal", "names"),
    [
        ({"protocol": "zvt", "address": "tcp://h", "password": "12345x"}, "password"),
        ({"protocol": "zvt", "address": "http://h"}, "address"),
        ({"protocol": "zvt", "address": "tcp://h", "speed": 1}, "speed"),
        ({"protocol": "cash"}, "terminals"),
        ({"protocol": "nexo", "url": "http://h/nexo"}, "url"),
    ],
)
def test_a_bad_option_is_named_and_its_value_is_not(terminal: dict[str, object], names: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=names) as raised:
        PaymentTerminals({"storage": tmp_path / "p.db", "terminals": {"t1": terminal}})
    assert "12345x" not in str(raised.value)


async def test_storage_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.db").write_bytes(b"something else" * 100)
    options = {"storage": tmp_path / "p.db", "terminals": {"t1": {"protocol": "zvt", "address": "tcp://10.0.0.1"}}}
    with pytest.raises(Refused, match="cannot be kept"):
        await PaymentTerminals(options).start(Unheard())


def test_what_is_saved_is_on_disk_at_once(tmp_path: Path) -> None:
    kept = SqliteIntents(tmp_path / "p.db")
    state = PaymentState("b1", "t1", 5, "EUR", Phase.APPROVED, "0001/1", Proof("2", "VISA", ("a", "b")), clear_since=7)
    kept.save(PaymentState("b0", "t1", 4, "EUR"))
    kept.save(PaymentState("b1", "t1", 5, "EUR"))
    kept.save(state)
    other = SqliteIntents(tmp_path / "p.db")  # another process would see the same
    assert [one.id for one in other.open("t1")] == ["b0", "b1"]
    assert other.find("b1") == state
    kept.settle("b0")
    assert [one.id for one in other.open("t1")] == ["b1"]
    with sqlite3.connect(tmp_path / "p.db") as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    plain.close()
    kept.close()
    kept.close()
    other.close()


async def test_a_declined_payment_says_why(tmp_path: Path) -> None:
    async with zvt_over_tcp() as (terminal, options), driver_for(tmp_path, options) as driver:
        terminal.decline = 0x71
        paid = await pay(driver, "b1")
        assert (paid.outcome, paid.why) == (PaymentOutcome.DECLINED, "not enough money on the card")
        terminal.decline = 0
        assert (await pay(driver, "b2")).outcome is PaymentOutcome.APPROVED
        assert len(terminal.bank.standing) == 1


async def test_a_look_at_the_line_says_whether_it_stands_and_disturbs_no_payment(tmp_path: Path) -> None:
    async with zvt_over_tcp() as (terminal, options):
        driver = PaymentTerminals({"storage": tmp_path / "p.db", "terminals": {TERMINAL: options}, **PATIENT})
        await driver.start(Unheard())
        assert await driver.reach(TERMINAL)
        paying = asyncio.create_task(driver.authorise(TERMINAL, "b1", 100, "EUR"))
        while not paying.done():
            await asyncio.sleep(0)
            assert not await driver.reach(TERMINAL)
        assert (await paying).outcome is PaymentOutcome.APPROVED
        assert not await driver.reach(TERMINAL)  # nobody has acted on it yet
        driver.settle(TERMINAL, "b1")
        assert await driver.reach(TERMINAL)
        assert terminal.authorisations == 1
    with pytest.raises(Unreachable, match="nothing answers"):
        await driver.reach(TERMINAL)
    with pytest.raises(Refused, match="no payment terminal"):
        await driver.reach("nobody")
    await driver.stop()


async def test_a_terminal_that_hangs_or_floods_keeps_no_other_waiting(tmp_path: Path) -> None:
    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(bytes.fromhex("04FF020A01") * 500)
                await writer.drain()
        except OSError:
            writer.close()

    flooding = await asyncio.start_server(flood, "127.0.0.1", 0)
    port = flooding.sockets[0].getsockname()[1]
    async with zvt_over_tcp([Fault(Kind.HANG, 7, 60_000)]) as (hanging, bad), zvt_over_tcp() as (good, options):
        terminals = {"bad": bad, "flood": {"protocol": "zvt", "address": f"tcp://127.0.0.1:{port}"}, TERMINAL: options}
        driver = PaymentTerminals({"storage": tmp_path / "p.db", "terminals": terminals, **PATIENT})
        await driver.start(Unheard())
        stuck = asyncio.create_task(driver.authorise("bad", "x1", 100, "EUR"))
        flooded = await driver.authorise("flood", "x2", 100, "EUR")
        assert flooded.outcome is PaymentOutcome.DECLINED
        for number in range(3):
            assert (await driver.authorise(TERMINAL, f"b{number}", 100, "EUR")).outcome is PaymentOutcome.APPROVED
        assert not stuck.done()
        assert len(good.bank.standing) == 3
        await driver.stop()
        await asyncio.gather(stuck, return_exceptions=True)
        assert hanging.authorisations == 1
    flooding.close()
    await flooding.wait_closed()


async def test_what_the_terminal_cannot_tell_any_more_a_person_decides(tmp_path: Path) -> None:
    async with zvt_over_tcp([Fault(Kind.DROP, 10)]) as (terminal, options), driver_for(tmp_path, options) as driver:
        paying = asyncio.create_task(driver.authorise(TERMINAL, "b1", 1250, "EUR"))
        while not terminal.bank.charges and not paying.done():
            await asyncio.sleep(0)
        assert terminal.last is not None
        terminal.last = replace(terminal.last, receipt=77, minor=999)  # somebody typed in another payment by hand
        paid = await paying
        assert (paid.outcome, paid.needs_person) == (PaymentOutcome.UNKNOWN, True)
        with pytest.raises(Refused, match="resolve it first"):
            await driver.authorise(TERMINAL, "b2", 100, "EUR")
        decided = await driver.decide(TERMINAL, "b1", True, "Ana")
        assert decided.outcome is PaymentOutcome.APPROVED
        with pytest.raises(Refused, match="nobody's decision"):
            await driver.decide(TERMINAL, "b1", False, "Ben")
        driver.settle(TERMINAL, "b1")
        assert (await driver.authorise(TERMINAL, "b2", 100, "EUR")).outcome is PaymentOutcome.APPROVED
