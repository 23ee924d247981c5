"""Discount rules reach every till over a real broker, again after it forgot everything, and its sales say them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloud_sync.contract.goods import DiscountRule, SetDiscounts
from drivers.base import DiscountRow, Message, PriceRow
from drivers.errors import Unreachable
from drivers.mqtt import MqttDriver
from edge.devices.sink import DriverSink
from edge.dispatch import discounts as dispatching
from edge.dispatch.discounts import DiscountDispatcher
from edge.dispatch.tills import Receipts
from edge.dispatch.wanted import REPEAT_AFTER_MS
from edge.intake import Intake
from edge.prices.discounts import due_to, take_in
from edge.proof.asking import judged
from provisioning.credentials import Credentials
from simulators.till import Rule, Till, TillConfig
from tests.dispatch.floor import A, Floor, running
from tests.drivers.mqtt.kit import BROKERS, STORE, options
from tests.store.rig import until

GOLD = DiscountRule(id="gold-10", name="Gold", codes="G", permille=900)
SILVER = DiscountRule(id="silver-5", name="Silver", codes="S", permille=950, begins=1, ends=2**50)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "LOOK_EVERY_SECONDS", 0.01)


def order(floor: Floor, version: int, *rules: DiscountRule) -> None:
    floor.do(lambda tx: take_in(tx, SetDiscounts(rules=rules), version, "ana"))


@dataclass
class Shop:
    """A gateway's parts for discounts, and one till."""

    driver: MqttDriver
    till: Till

    async def price(self, minor: int) -> None:
        await self.driver.send_prices("till-1", [PriceRow(A, 1, "thing", minor, "EUR", "each")])
        await until(lambda: self.till.price(A) is not None)


@asynccontextmanager
async def opened(floor: Floor, broker: str, folder: Path) -> AsyncIterator[Shop]:
    credentials = Credentials(folder / "passwords")
    password, secret = credentials.renew("gateway"), credentials.renew("till-1")
    driver = MqttDriver(options(broker, folder, credentials, password))
    floor.till("till-1")
    receipts = Receipts({"mqtt": driver}, lambda _: "mqtt")
    sink = DriverSink(
        "mqtt", "till", floor.store, floor.registry, Intake(floor.engine), receipts.owe, lambda *_: None,
        asyncio.get_running_loop(),
    )  # fmt: skip
    dispatcher = DiscountDispatcher(floor.store, floor.registry, {"mqtt": driver}, floor.clock)
    await driver.start(sink)
    try:
        host, port = driver.broker_address
        till = Till(TillConfig(STORE, "till-1", host, port, secret, folder / "till.journal"))
        async with running(dispatcher.run()), running(receipts.run()):
            try:
                till.start()
                await until(lambda: till.connected)
                yield Shop(driver, till)
            finally:
                till.stop()
    finally:
        await driver.stop()


@pytest.mark.parametrize("broker", BROKERS)
async def test_rules_reach_a_till_and_its_receipt_says_which_one_lowered_a_line(
    floor: Floor, broker: str, tmp_path: Path
) -> None:
    order(floor, 3, GOLD, SILVER)
    async with opened(floor, broker, tmp_path) as shop:
        till = shop.till
        await until(lambda: len(till.discounts()) == 2)
        assert till.discounts()[1] == Rule("silver-5", "Silver", "S", 950, 1, 2**50)
        await until(lambda: floor.ledger("discounts.applied") == [("discounts.applied", "till-1", {"version": 3})])
        await shop.price(199)
        sale = till.sell([A], code="G-4711")
        assert (sale.lines[0].minor, sale.total_minor) == (179, 179)
        await until(lambda: not till.backlog)
        with floor.store.reading() as db:
            (found,) = judged(db.conn, sale.receipt)
        assert found.lines[0].discount is not None
        assert (found.lines[0].discount.rule, found.lines[0].discount.fit.value) == ("gold-10", "fits")
        assert "4711" not in str(floor.ledger("sale"))
        order(floor, 5)  # none is left
        await until(lambda: not till.discounts())
        assert till.sell([A], code="G-4711").total_minor == 199


async def test_a_till_that_forgot_everything_is_told_anew(floor: Floor, tmp_path: Path) -> None:
    async with opened(floor, "amqtt", tmp_path) as shop:
        order(floor, 3, GOLD)
        await until(lambda: floor.ledger("discounts.applied"))
        shop.till.wipe()
        assert not shop.till.discounts()
        shop.till.start()
        await until(lambda: shop.till.discounts())
        await until(lambda: len(floor.ledger("discounts.applied")) == 2)


def applied(floor: Floor, epoch: int, seq: int, version: object) -> None:
    message = Message("till-1", epoch, seq, 1, "discounts.applied", {"version": version}, lambda: None)
    floor.do(lambda tx: Intake(floor.engine)(tx, [message]))


def due(floor: Floor, epoch: int) -> int:
    with floor.store.reading() as db:
        found = due_to(db.conn, "till-1", epoch)
    return 0 if found is None else found.version


async def test_sets_never_go_back_and_a_word_that_is_too_big_keeps_nothing_from_the_till(floor: Floor) -> None:
    floor.till("till-1")
    assert due(floor, 8) == 0
    order(floor, 3, GOLD)
    order(floor, 2, SILVER)
    assert due(floor, 8) == 3
    floor.do(lambda tx: Intake(floor.engine).meet(tx, "till-1", 8))
    applied(floor, 8, 1, 2**60)
    assert due(floor, 8) == 0
    order(floor, 4)
    assert due(floor, 8) == 4
    applied(floor, 8, 2, "four")  # kept as it is, and believed by nobody
    assert due(floor, 8) == 4
    applied(floor, 7, 1, 4)  # of a journal that is gone
    assert due(floor, 8) == 4
    applied(floor, 8, 3, 4)
    assert (due(floor, 8), due(floor, 9)) == (0, 4)
    assert [kind for kind, *_ in floor.ledger("discounts.set", "device.unreadable")] == [
        "discounts.set", "discounts.set", "device.unreadable",
    ]  # fmt: skip


async def test_a_set_is_sent_again_until_the_till_has_it(floor: Floor) -> None:
    floor.till("till-1")
    floor.do(lambda tx: Intake(floor.engine).meet(tx, "till-1", 8))
    tries: list[str] = []

    def fail(till: str) -> Unreachable | None:
        tries.append(till)
        return Unreachable(till, "no line") if len(tries) == 1 else None

    floor.tills.fail = fail
    async with running(DiscountDispatcher(floor.store, floor.registry, {"mqtt": floor.tills}, floor.clock).run()):
        order(floor, 3, GOLD)
        await until(lambda: len(floor.tills.discounts) == 1)
        floor.clock.now += REPEAT_AFTER_MS
        await until(lambda: len(floor.tills.discounts) == 2)
        till, said, epoch = floor.tills.discounts[1]
        assert (till, said.version, epoch) == ("till-1", 3, 8)
        assert said.rules == (DiscountRow("gold-10", "Gold", "G", 900),)
        applied(floor, 8, 1, 3)
        floor.clock.now += REPEAT_AFTER_MS
        await asyncio.sleep(0.05)
        assert len(floor.tills.discounts) == 2
