"""A simulated till, written from the page alone, on both brokers: nothing is lost, nothing is doubled."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest

from drivers.base import MemberRow, PriceRow
from drivers.errors import Unreachable
from drivers.mqtt.payloads import write_prices
from simulators.till import NotForSaleError, Till
from tests.drivers.mqtt.kit import BROKERS, STORE, Gateway, eventually, needs_clients, open_shop, own

TEA, TOMATO = "03850102314218", "00400000000015"


def prices(version: int, minor: int) -> list[PriceRow]:
    return [
        PriceRow(TEA, version, "Čaj od šipka", minor, "EUR", "each"),
        PriceRow(TOMATO, version, "西红柿", 249, "EUR", "kg"),
    ]


def applied(gateway: Gateway, version: int) -> bool:
    said = [message.body["rows"] for message in gateway.kept if message.kind == "prices.applied"]
    return [TEA, version] in [row for rows in said for row in rows]


def agreed(gateway: Gateway, *tills: Till) -> bool:
    """The gateway has every sale once and in order, and every till knows that it has."""
    made = {till.config.device: [sale.receipt for sale in till.truth.sales] for till in tills}
    kept = {
        device: [m.body["receipt"] for m in gateway.kept if m.kind == "sale" and m.device == device] for device in made
    }
    return kept == made and not any(till.backlog for till in tills)


@pytest.mark.parametrize("broker", BROKERS)
async def test_prices_for_a_journal_that_is_gone_reach_no_till(broker: str, tmp_path: Path) -> None:
    gateway = Gateway()
    async with open_shop(broker, tmp_path, gateway) as shop:
        till = shop.till("till-1")
        till.start()
        try:
            await eventually(lambda: gateway.seen_)
            with pytest.raises(Unreachable, match="another journal"):
                await shop.driver.send_prices("till-1", prices(7, 199), till.epoch + 1)
            for late in write_prices(prices(7, 199), till.epoch + 1):  # as one sent before the birth was heard
                shop.driver._publish("till-1", "prices", late)
            await shop.driver.send_prices("till-1", prices(6, 149), till.epoch)
            await eventually(lambda: applied(gateway, 6))
            assert not applied(gateway, 7)
            assert [one.minor for one in till.truth.prices[TEA]] == [149]
        finally:
            till.stop()
        await eventually(lambda: gateway.lost_)
        await shop.driver.send_prices("till-1", prices(8, 199), till.epoch + 1)  # nobody here who says otherwise


@pytest.mark.parametrize("broker", BROKERS)
async def test_prices_in_sales_out(broker: str, tmp_path: Path) -> None:
    gateway = Gateway()
    async with open_shop(broker, tmp_path, gateway) as shop:
        till = shop.till("till-1", name="Blagajna 1")
        till.start()
        try:
            await eventually(lambda: till.connected)
            await eventually(lambda: gateway.seen_)
            assert (gateway.seen_[0].epoch, gateway.seen_[0].name) == (till.epoch, "Blagajna 1")
            with pytest.raises(NotForSaleError):
                till.sell([TEA])
            await shop.driver.send_prices("till-1", prices(7, 199))
            await eventually(lambda: applied(gateway, 7))
            sale = till.sell([(TEA, 2), (TOMATO, 385)])
            assert (sale.total_minor, sale.lines[0].version) == (2 * 199 + 96, 7)
            await eventually(lambda: agreed(gateway, till))
            await shop.driver.send_prices("till-1", prices(6, 1))
            await eventually(lambda: sum(m.kind == "prices.applied" for m in gateway.kept) == 2)
            assert gateway.kept[-1].body == {"rows": [[TEA, 7], [TOMATO, 7]]}
            assert [(one.version, one.minor) for one in till.truth.prices[TEA]] == [(7, 199)]
            await shop.driver.send_prices("till-1", [MemberRow(TEA, 8, 159), *prices(9, 189)])
            await eventually(lambda: applied(gateway, 9))
            assert {"rows": [], "members": [[TEA, 8]]} in [message.body for message in gateway.kept]
            assert till.sell([TEA]).total_minor == 189
            assert till.sell([TEA], member=True).lines[0].minor == 159
            await eventually(lambda: agreed(gateway, till))
        finally:
            till.stop()
        await eventually(lambda: gateway.lost_ == ["till-1"])


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_killed_broker_loses_and_doubles_nothing(broker: str, tmp_path: Path) -> None:
    gateway = Gateway()
    async with open_shop(broker, tmp_path, gateway) as shop:
        tills = [shop.till("till-1"), shop.till("till-2")]
        tills[1].faults.event_copies = 2
        try:
            for till in tills:
                till.start()
            for till in tills:
                await eventually(lambda till=till: till.connected)  # type: ignore[misc]
                await shop.driver.send_prices(till.config.device, prices(1, 100))
                await eventually(lambda till=till: till.price(TEA))  # type: ignore[misc]
            for round_ in range(60):
                for till in tills:
                    till.sell([TEA])
                if round_ == 30:
                    assert shop.driver.broker_pid is not None
                    os.kill(shop.driver.broker_pid, signal.SIGKILL)
                await asyncio.sleep(0)
            await eventually(lambda: agreed(gateway, *tills), "all sales, once, in order", within=60)
            assert all(len(till.truth.sales) == 60 for till in tills)
        finally:
            for till in tills:
                till.stop()


@pytest.mark.parametrize("broker", BROKERS)
async def test_off_line_killed_and_wiped_tills(broker: str, tmp_path: Path) -> None:
    gateway = Gateway()
    async with open_shop(broker, tmp_path, gateway) as shop:
        till = shop.till("till-1")
        try:
            till.start()
            await eventually(lambda: till.connected)
            await shop.driver.send_prices("till-1", prices(1, 100))
            await eventually(lambda: till.price(TEA))
            till.disconnect()
            await eventually(lambda: gateway.lost_ == ["till-1"])
            for _ in range(120):  # more than two windows
                till.sell([TEA])
            till.kill()
            till.start()
            await eventually(lambda: agreed(gateway, till))
            assert till.price(TEA) is not None
            first = till.epoch
            till.wipe()
            till.start()
            assert till.epoch != first
            assert till.price(TEA) is None
            await eventually(lambda: gateway.seen_[-1].epoch == till.epoch)
            await shop.driver.send_prices("till-1", prices(1, 100))
            await eventually(lambda: till.price(TEA))
            till.sell([TEA])
            await eventually(lambda: agreed(gateway, till))
            assert till.truth.epochs == [first, till.epoch]
        finally:
            till.stop()


async def test_disorder_on_purpose_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.till.window.REPEAT_MS", 300)
    gateway = Gateway()
    async with open_shop("amqtt", tmp_path, gateway) as shop:
        till = shop.till("till-1")
        try:
            till.faults.prices_twice = True
            till.start()
            await eventually(lambda: till.connected)
            await shop.driver.send_prices("till-1", prices(1, 100))
            await eventually(lambda: agreed(gateway, till) and gateway.kept)
            assert len(till.truth.prices[TEA]) == 1
            till.faults.deaf_to_receipts = True
            till.sell([TEA])
            await eventually(lambda: sum(m.kind == "sale" for m in gateway.said_) > 2)
            till.faults.deaf_to_receipts = False
            till.faults.backwards, till.faults.event_copies = True, 2
            for _ in range(3):
                till.sell([TEA])
            await eventually(lambda: agreed(gateway, till))
            till.faults.deaf_to_prices = True
            await shop.driver.send_prices("till-1", prices(2, 90))
            till.faults.backwards = False
            till.sell([TEA])
            await eventually(lambda: agreed(gateway, till))
            held = till.price(TEA)
            assert held is not None
            assert held.version == 1
        finally:
            till.stop()


async def test_a_ten_thousand_item_list_goes_in(tmp_path: Path) -> None:
    gateway = Gateway()
    async with open_shop("amqtt", tmp_path, gateway) as shop:
        till = shop.till("till-1")
        try:
            till.start()
            await eventually(lambda: till.connected)
            rows = [PriceRow(f"{number:014}", 1, f"Artikl {number}", number, "EUR", "each") for number in range(10_000)]
            await shop.driver.send_prices("till-1", rows)
            await eventually(lambda: agreed(gateway, till) and len(gateway.kept) >= 50)
            assert len(till.prices()) == 10_000
            assert sum(len(message.body["rows"]) for message in gateway.kept) == 10_000
        finally:
            till.stop()


@needs_clients
@pytest.mark.parametrize("broker", BROKERS)
async def test_by_hand_as_the_page_says(broker: str, tmp_path: Path) -> None:
    """mosquitto_sub and mosquitto_pub with nothing but a device's password complete a sale."""
    gateway = Gateway()
    async with open_shop(broker, tmp_path, gateway) as shop:
        host, port = shop.address
        login = ["-h", host, "-p", str(port), "-u", "till-3", "-P", shop.passwords["till-3"], "-q", "1"]
        topics = ["-t", own("till-3", "prices"), "-t", own("till-3", "receipt")]
        ears = await asyncio.create_subprocess_exec(
            "mosquitto_sub", *login, "-v", "-C", "2", *topics, stdout=subprocess.PIPE
        )

        async def say(leaf: str, words: str, *more: str) -> None:
            mouth = await asyncio.create_subprocess_exec(
                "mosquitto_pub", *login, *more, "-t", f"aisle/1/{STORE}/till-3/{leaf}", "-m", words
            )
            assert await mouth.wait() == 0

        await say("state", '{"state":"online","session":1,"epoch":77,"kind":"till","name":"By hand","seq":1}', "-r")
        await eventually(lambda: gateway.seen_)
        body = (
            '{"receipt":"1","currency":"EUR","lines":[{"item":"03850102314218","version":7,"minor":199,'
            '"quantity":1,"total_minor":199}],"total_minor":199}'
        )
        sale = f'{{"epoch":77,"seq":1,"at":1793000000000,"kind":"sale","body":{body}}}'
        listening = asyncio.create_task(ears.communicate())
        while not listening.done():  # as a till that has no receipt yet
            await say("event", sale)
        heard = await listening
        assert heard[0].decode().splitlines() == [own("till-3", "receipt") + ' {"epoch":77,"seq":1}'] * 2
        assert gateway.sales() == ["1"]
