"""A shopper at a lane, with real bytes on every line."""

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_sync.contract.events import Sale
from drivers.mqtt.payloads import write_prices
from edge.lane import run
from edge.lane.events import (
    StaffDid,
    VoidPressed,
)
from edge.lane.journal import Journal, Stage
from edge.lane.run import Clocks
from edge.lane.state import (
    Closed,
    Deed,
    Phase,
    Reason,
)
from simulators.payment import Fault, Habits, Kind
from tests.lane.kit import APPLES, DEVICE, MILK, PRICES, TEA, WINE, packet, rig


async def test_scan_weigh_member_pay_print(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        await shop.buy(MILK[1:], TEA[1:])
        shop.scan(APPLES[1:])
        await shop.phase(Phase.WEIGHING)
        shop.pan.put(385)
        await shop.lines(3)
        shop.scan("MEMBER-4711", "C0")
        await shop.until("a member", lambda: lane.state.basket.member)
        await shop.pay()
        await shop.until("the sale arrives", lambda: shop.office.of("lane.visit"))
        sale = Sale.model_validate(shop.office.bodies("sale")[0])
        assert [(line.item, line.quantity, line.total_minor) for line in sale.lines] == [
            (MILK, 1, 129), (TEA, 1, 310), (APPLES, 385, 96)
        ]  # fmt: skip
        assert [charge.minor for charge in shop.bank.standing] == [sale.total_minor] == [535]
        printed = shop.printer.receipts[0]
        assert "5,35 €" in printed.text
        assert sale.receipt in printed.text
        visit = shop.office.bodies("lane.visit")[0]
        assert (visit["paid"], visit["steps"], visit["lines"]) == (True, 5, 3)
        assert "4711" not in str([message.body for message in shop.office.kept])  # who the member is stays here
        states = [body["state"] for body in shop.office.bodies("lane.state")]
        assert "busy" in states


async def test_goods_on_the_scale_are_sold_once(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        for count, grams in ((1, 500), (2, 0)):
            shop.scan(APPLES[1:])
            await shop.phase(Phase.WEIGHING)
            if grams:
                shop.pan.put(grams)
                await shop.lines(count)
        await asyncio.sleep(1)  # the same goods lie there, and lie there still
        assert lane.state.phase is Phase.WEIGHING
        assert lane.state.hint is not None
        assert lane.state.hint.word == "lift"
        shop.pan.shake()
        await asyncio.sleep(0.5)
        assert len(lane.state.basket.lines) == 1
        shop.pan.put(700)
        await shop.lines(2)
        assert [line.quantity for line in lane.state.basket.lines] == [500, 700]


async def test_a_price_on_the_packet_is_never_exceeded_and_never_believed_above_the_shelf(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        shop.scan(packet("21", 1000))  # a kilogram: 2.49
        await shop.lines(1)
        shop.scan(packet("20", 200))  # "2.00", and the scale says a kilogram
        await shop.phase(Phase.WEIGHING)
        shop.pan.put(1000)
        await shop.lines(2)
        shop.scan(packet("20", 300))  # "3.00" for what the shelf sells at 2.49
        await shop.phase(Phase.WEIGHING)
        shop.pan.put(0)
        await shop.until("empty", lambda: lane.state.pan.moved)
        shop.pan.put(1000)
        await shop.until("a call", lambda: lane.state.call)
        assert lane.state.call is not None
        assert (lane.state.call.reason, lane.state.call.why) == (Reason.REFUSED, "above-shelf")
        await shop.staff(Deed.ALLOW)
        await shop.lines(3)
        await shop.pay()
        await shop.until("the sale arrives", lambda: shop.office.of("sale"))
        sale = Sale.model_validate(shop.office.bodies("sale")[0])
        assert [line.total_minor for line in sale.lines] == [249, 200, 249]
        assert sale.lines[1].lowered is not None
        assert sale.lines[1].lowered.from_minor == 249


async def test_age_is_looked_at_and_a_line_is_taken_out_only_by_the_staff(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        await shop.buy(MILK[1:])
        shop.scan(WINE[1:])
        await shop.until("a call", lambda: lane.state.call)
        lane.put(StaffDid(Deed.ALLOW))
        shop.scan(TEA[1:])
        await shop.until("the shopper is told to wait", lambda: lane.state.hint)
        assert len(lane.state.basket.lines) == 1
        await shop.staff(Deed.ALLOW)
        await shop.lines(2)
        lane.put(VoidPressed(0))
        await shop.until("a call", lambda: lane.state.call)
        await shop.staff(Deed.ALLOW)
        await shop.lines(1)
        await shop.until("the staff's words arrive", lambda: len(shop.office.of("lane.staff")) == 2)
        assert {body["by"] for body in shop.office.bodies("lane.staff")} == {"Mara"}
        assert "attendant" in [body["state"] for body in shop.office.bodies("lane.state")]


async def test_past_its_date_is_not_sold_whoever_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        shop.scan(f"01{MILK}17200101", "C1")
        await shop.until("a call", lambda: lane.state.call)
        await shop.staff(Deed.ALLOW)
        await shop.until("no", lambda: lane.state.hint and lane.state.hint.word == "cannot-allow")
        assert lane.state.basket.lines == ()
        await shop.staff(Deed.REFUSE)
        await shop.until("done", lambda: lane.state.call is None)
        shop.scan(f"01{MILK}1731123110LOT-7", "C1")
        await shop.lines(1)
        await shop.pay()
        await shop.until("the sale arrives", lambda: shop.office.of("sale"))
        assert Sale.model_validate(shop.office.bodies("sale")[0]).lines[0].batch == "LOT-7"


async def test_a_price_that_falls_before_paying_is_charged_and_none_changes_while_the_card_is_read(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        await shop.buy(MILK[1:], TEA[1:])
        await shop.priced(replace(PRICES[0], version=2, minor=99), replace(PRICES[3], version=2, minor=999))
        shop.terminal.habits = Habits(card_ms=1500, ack_ms=500)
        await lane.press_pay()
        await shop.phase(Phase.PAYING)
        for late in write_prices([replace(PRICES[0], version=9, minor=1)], shop.journal.epoch + 1):
            shop.shop.driver._publish(DEVICE, "prices", late)  # for a journal that is gone
        await shop.shop.driver.send_prices(DEVICE, [replace(PRICES[0], version=3, minor=50)], shop.journal.epoch)
        await asyncio.sleep(0.3)
        assert shop.journal.price(MILK)[0] == replace(PRICES[0], version=2, minor=99)
        await shop.phase(Phase.FREE)
        await shop.until("the sale arrives", lambda: shop.office.of("sale"))
        assert shop.office.bodies("sale")[0]["total_minor"] == 99 + 310
        await shop.priced(replace(PRICES[0], version=3, minor=50))


async def test_declined_leaves_the_basket_and_another_try_is_another_payment(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        await shop.buy(MILK[1:])
        shop.terminal.decline = 0x6C
        await lane.press_pay()
        await shop.until("declined", lambda: lane.state.hint and lane.state.hint.word == "declined")
        assert lane.state.phase is Phase.SCANNING
        shop.terminal.decline = 0
        await shop.pay()
        assert [charge.minor for charge in shop.bank.standing] == [129]
        await shop.until("both are told", lambda: len(shop.office.of("lane.payment")) == 2)
        assert [body["outcome"] for body in shop.office.bodies("lane.payment")] == ["declined", "approved"]
        assert all(0 < body["ms"] < 60_000 for body in shop.office.bodies("lane.payment"))


async def test_without_a_lease_nothing_is_sold(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop:
        shop.office.lease_ms = 1500
        async with shop.open() as lane:
            await shop.buy(MILK[1:])
            shop.office.grants = False
            await shop.until("the lease ends", lambda: Closed.LEASE in lane.state.closed)
            await lane.press_pay()
            shop.scan(TEA[1:])
            await asyncio.sleep(0.5)
            assert lane.state.phase is Phase.SCANNING
            assert len(lane.state.basket.lines) == 1
            shop.office.grants = True
            await shop.until("a lease", lambda: not lane.state.closed)
            shop.office.lease_ms = 60_000
            await shop.pay()
            assert [charge.minor for charge in shop.bank.standing] == [129]


async def test_a_silent_printer_calls_somebody_and_the_sale_stands(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        await shop.buy(MILK[1:])
        shop.printer.dies_after = 2
        await lane.press_pay()
        await shop.until("a call", lambda: lane.state.call)
        assert lane.state.call is not None
        assert (lane.state.call.reason, lane.state.call.why) == (Reason.PRINTER, "unknown")
        await shop.until("the sale arrives", lambda: shop.office.of("sale"))
        shop.peers["printer"].unplug()
        shop.peers["printer"].plug()
        await shop.until("the printer is back", lambda: lane.look()["parts"]["printer"][0] in ("ready", "unknown"))
        await shop.staff(Deed.ALLOW)
        await shop.phase(Phase.FREE)
        assert len(shop.office.of("sale")) == 1
        assert len(shop.bank.standing) == 1


async def test_a_lane_without_paper_is_closed_and_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        shop.printer.paper = 0
        await shop.until("closed", lambda: Closed.PRINTER in lane.state.closed)
        await shop.until("told", lambda: shop.office.bodies("lane.state")[-1]["state"] == "out")
        assert shop.office.bodies("lane.state")[-1]["parts"]["printer"] == ["fault", "no paper"]
        shop.printer.refill()
        await shop.until("open", lambda: not lane.state.closed)


async def test_a_terminal_that_goes_closes_the_lane_between_payments_and_opens_it_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "TERMINAL_LOOK_S", 0.1)
    async with rig(tmp_path) as shop, shop.open() as lane:
        await shop.until("ready", lambda: lane.look()["parts"]["terminal"][0] == "ready")  # before any payment
        await shop.terminal_line.unplug()
        await shop.until("closed", lambda: Closed.TERMINAL in lane.state.closed)
        await shop.until("told", lambda: shop.office.bodies("lane.state")[-1].get("why") == "terminal")
        assert shop.office.bodies("lane.state")[-1]["parts"]["terminal"][0] == "lost"
        await shop.terminal_line.plug()
        await shop.until("open", lambda: not lane.state.closed)
        await shop.buy(MILK[1:])
        await shop.pay()
        assert [charge.minor for charge in shop.bank.standing] == [129]


@pytest.mark.parametrize("fault", [Kind.DROP, Kind.HANG, Kind.DUPLICATE])
@pytest.mark.parametrize("at", [2, 4])
async def test_one_charge_and_one_sale_whatever_the_terminal_does(fault: Kind, at: int, tmp_path: Path) -> None:
    async with rig(tmp_path, [Fault(fault, at, 1_000)]) as shop, shop.open() as lane:
        await shop.buy(MILK[1:])
        await lane.press_pay()
        await shop.until("an end", lambda: lane.state.phase is Phase.FREE or lane.state.hint, 60)
        paid = lane.state.phase is Phase.FREE
        await shop.until("all is told", lambda: shop.journal.waiting == 0)
        assert len(shop.bank.standing) == len(shop.office.of("sale")) == len(shop.printer.receipts) == int(paid)


async def test_killed_while_the_card_is_read_the_sale_is_found_again(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop:
        async with shop.open() as lane:
            await shop.buy(MILK[1:])
            shop.terminal.habits = Habits(card_ms=500, ack_ms=500)
            await lane.press_pay()
            await shop.until("the card is asked for", lambda: shop.terminal.authorisations)
        assert shop.office.of("sale") == []
        async with shop.running() as lane:
            await shop.until("a receipt", lambda: shop.printer.receipts)
            await shop.phase(Phase.FREE)
            await shop.until("the sale arrives", lambda: shop.office.of("sale"))
            assert len(shop.bank.standing) == len(shop.office.of("sale")) == len(shop.printer.receipts) == 1
        async with shop.running() as lane:
            await shop.until("it starts", lambda: Closed.STARTING not in lane.state.closed)
            assert lane.state.phase is Phase.FREE
        assert len(shop.printer.receipts) == len(shop.office.of("sale")) == 1


@pytest.mark.parametrize(("stage", "prints"), [(Stage.DUE, 1), (Stage.PRINTING, 0)])
async def test_killed_before_or_while_printing(stage: Stage, prints: int, tmp_path: Path) -> None:
    async with rig(tmp_path) as shop:
        async with shop.open():
            await shop.buy(MILK[1:])
            await shop.pay()
        with closing(Journal(shop.folder / "lane.db", Clocks().wall)) as left:  # a lane that runs notes its own stages
            left.stage(left.drafts(Stage.DONE)[0][0].receipt, stage)
        async with shop.running() as lane:
            if prints:
                await shop.until("a receipt", lambda: len(shop.printer.receipts) == 2)
            else:  # it may be on paper: somebody looks
                await shop.until("a call", lambda: lane.state.call)
                assert lane.state.call is not None
                assert lane.state.call.reason is Reason.PRINTER
                await shop.staff(Deed.REFUSE)
            await shop.phase(Phase.FREE)
            await shop.until("it starts", lambda: Closed.STARTING not in lane.state.closed)
        assert len(shop.printer.receipts) == 1 + prints
        assert len(shop.bank.standing) == 1


async def test_a_basket_that_is_given_up_is_no_sale(tmp_path: Path) -> None:
    async with rig(tmp_path, left_seconds=10) as shop, shop.open() as lane:
        await shop.buy(MILK[1:])
        lane.put(VoidPressed(-1))
        await shop.until("a call", lambda: lane.state.call)
        await shop.staff(Deed.ALLOW)
        await shop.phase(Phase.FREE)
        await shop.until("told", lambda: shop.office.of("lane.visit"))
        assert shop.office.bodies("lane.visit")[0]["paid"] is False
        assert shop.office.of("sale") == []


async def test_a_name_that_the_printer_cannot_write_is_printed_as_a_number(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open():
        await shop.priced(replace(PRICES[0], version=2, name="牛奶"))
        await shop.buy(MILK[1:])
        await shop.pay()
        assert MILK in shop.printer.receipts[0].text
        assert "1,29 EUR" in shop.printer.receipts[0].text


async def test_who_is_called_to_a_printer_is_told_of_the_paper_and_not_of_a_name(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        await shop.priced(replace(PRICES[0], version=2, name="牛奶"))
        await shop.buy(MILK[1:])
        shop.printer.paper = 0
        await lane.press_pay()
        await shop.until("a call", lambda: lane.state.call)
        assert lane.state.call is not None
        assert (lane.state.call.why, lane.state.call.about) == ("not-printed", "it is out of paper")
        shop.printer.refill()
        await shop.staff(Deed.ALLOW)
        await shop.phase(Phase.FREE)
        assert MILK in shop.printer.receipts[0].text


async def test_a_scanner_that_is_pulled_closes_the_lane(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        shop.peers["scanner"].unplug()
        await shop.until("closed", lambda: Closed.SCANNER in lane.state.closed)
        shop.peers["scanner"].plug()
        await shop.until("open", lambda: not lane.state.closed)
        await shop.buy(MILK[1:])
