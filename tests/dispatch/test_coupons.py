"""Tills borrow coupons over a real broker, and use them with and without a line."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloud_sync.contract.goods import LendCoupon
from drivers.base import CouponAsk, CouponLent, CouponRefused, PriceRow
from drivers.errors import Unreachable
from drivers.mqtt import MqttDriver
from edge.devices.sink import DriverSink
from edge.dispatch.coupons import CouponDesk, decide
from edge.dispatch.tills import Receipts
from edge.intake import Intake
from edge.inventory.coupons import take_in
from provisioning.credentials import Credentials
from simulators.till import NotForSaleError, NotHeldError, Till, TillConfig
from tests.dispatch.floor import A, B, Floor, running
from tests.drivers.mqtt.kit import BROKERS, STORE, options
from tests.store.rig import until


@dataclass
class Shop:
    """A gateway's parts for coupons, and two tills."""

    floor: Floor
    driver: MqttDriver
    tills: tuple[Till, ...]

    def coupon(self, name: str) -> tuple[str, str, str]:
        """State, till and receipt of a coupon, as the store of record has it."""
        with self.floor.store.reading() as db:
            row = db.conn.execute("SELECT state, till, receipt FROM coupon WHERE id = ?", (name,)).fetchone()
            return tuple(row)

    async def price(self, **minors: int) -> None:
        """Prices at every till."""
        rows = [PriceRow(item, 1, "thing", minor, "EUR", "each") for item, minor in minors.items()]
        for till in self.tills:
            await self.driver.send_prices(till.config.device, rows)
            await until(lambda till=till: till.price(rows[-1].item) is not None)  # type: ignore[misc]


@asynccontextmanager
async def opened(floor: Floor, broker: str, folder: Path) -> AsyncIterator[Shop]:
    """A shop with two tills in service, that lends three coupons."""
    credentials = Credentials(folder / "passwords")
    password, names = credentials.renew("gateway"), ("till-1", "till-2")
    secrets = {name: credentials.renew(name) for name in names}
    driver = MqttDriver(options(broker, folder, credentials, password))
    for name in names:
        floor.till(name)
    for word in (
        LendCoupon(id="C-1", minor_off=50, currency="EUR"),
        LendCoupon(id="C-2", minor_off=500, currency="EUR", item=B),
        LendCoupon(id="C-3", minor_off=50, currency="CNY"),
    ):
        floor.do(lambda tx, word=word: take_in(tx, word, 1))  # type: ignore[misc]
    desk = CouponDesk(floor.store, {"mqtt": driver}, lambda _: "mqtt")
    receipts = Receipts({"mqtt": driver}, lambda _: "mqtt")
    sink = DriverSink(
        "mqtt", "till", floor.store, floor.registry, Intake(floor.engine), receipts.owe, lambda *_: None,
        asyncio.get_running_loop(), borrow=desk.asked,
    )  # fmt: skip
    await driver.start(sink)
    try:
        host, port = driver.broker_address
        tills = tuple(
            Till(TillConfig(STORE, name, host, port, secrets[name], folder / f"{name}.journal")) for name in names
        )
        async with running(desk.run()), running(receipts.run()):
            try:
                for till in tills:
                    till.start()
                    await until(lambda till=till: till.connected)  # type: ignore[misc]
                yield Shop(floor, driver, tills)
            finally:
                for till in tills:
                    till.stop()
    finally:
        await driver.stop()


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_coupon_is_lent_to_one_till_and_used_there_without_a_line(
    floor: Floor, broker: str, tmp_path: Path
) -> None:
    async with opened(floor, broker, tmp_path) as shop:
        first, second = shop.tills
        await shop.price(**{A: 199, B: 120})
        first.borrow("C-1")
        await until(lambda: first.coupon("C-1"))
        first.borrow("C-2")
        await until(lambda: first.coupon("C-2"))
        second.borrow("C-1")
        await until(lambda: "C-1" in second.refusals)
        assert "is at till-1; only there" in second.refusals["C-1"]
        with pytest.raises(NotForSaleError, match="is not here"):
            second.sell([A], coupons=["C-1"])
        first.disconnect()
        sale = first.sell([(A, 1), (B, 2)], coupons=["C-1", "C-2"])
        assert [line.total_minor for line in sale.lines] == [199, 240]  # a line says what the item costs
        assert (sum(one.minor for one in sale.coupons), sale.total_minor) == (50 + 240, 149)
        with pytest.raises(NotForSaleError, match="is not here"):
            first.sell([A], coupons=["C-1"])
        first.reconnect()
        await until(lambda: not first.backlog)
        assert shop.coupon("C-1") == ("used", "till-1", sale.receipt)
        assert shop.coupon("C-2") == ("used", "till-1", sale.receipt)
        (fact,) = [body for kind, _, body in floor.ledger("sale") if body["receipt"] == sale.receipt]
        assert (fact["coupons"], fact["total"]) == ([["C-1", 50], ["C-2", 240]], 149)
        second.borrow("C-1")
        await until(lambda: "was used" in second.refusals.get("C-1", ""))


async def test_a_coupon_that_is_given_back_can_be_lent_to_another_till(floor: Floor, tmp_path: Path) -> None:
    async with opened(floor, "amqtt", tmp_path) as shop:
        first, second = shop.tills
        await shop.price(**{A: 30})
        first.borrow("C-1")
        await until(lambda: first.coupon("C-1"))
        first.give_back("C-1")
        with pytest.raises(NotHeldError):
            first.give_back("C-1")
        await until(lambda: shop.coupon("C-1")[0] == "here")
        second.borrow("C-1")
        await until(lambda: second.coupon("C-1"))
        second.kill()
        second.start()  # what it borrowed is in its journal
        sale = second.sell([A], coupons=["C-1"])
        assert (sale.total_minor, sale.coupons[0].minor) == (0, 30)  # never more than there is
        await until(lambda: shop.coupon("C-1") == ("used", "till-2", sale.receipt))


async def test_a_till_that_lost_its_journal_cannot_be_lent_what_it_held(floor: Floor, tmp_path: Path) -> None:
    async with opened(floor, "amqtt", tmp_path) as shop:
        first, _ = shop.tills
        first.borrow("C-1")
        await until(lambda: first.coupon("C-1"))
        first.wipe()
        first.start()
        await until(lambda: first.connected)
        first.borrow("C-1")
        await until(lambda: "C-1" in first.refusals)
        assert first.coupon("C-1") is None
        first.borrow("C-3")
        await until(lambda: first.coupon("C-3"))
        await shop.price(**{A: 30})
        assert first.sell([A], coupons=["C-3"]).total_minor == 30  # it is not of this currency, and stays
        assert first.coupon("C-3") is not None


async def test_nobody_is_lent_a_coupon_who_could_not_give_it_back(floor: Floor) -> None:
    floor.till("till-1")
    floor.do(lambda tx: take_in(tx, LendCoupon(id="C-1", minor_off=50, currency="EUR"), 1))
    intake = Intake(floor.engine)
    floor.do(lambda tx: intake.meet(tx, "till-1", 8))
    for ask, why in (
        (CouponAsk("till-1", 1, "C-1", 7), "a journal that it does not keep"),
        (CouponAsk("till-9", 1, "C-1", 8), "is not in service"),
        (CouponAsk("till-1", 1, "C-9", 8), "is not known in this shop"),
    ):
        (answer,) = floor.do(lambda tx, ask=ask: decide(tx, [ask]))  # type: ignore[misc]
        assert isinstance(answer, CouponRefused)
        assert why in answer.why
    asks = [CouponAsk("till-1", n, "C-1", 8) for n in (1, 2)]
    lent = floor.do(lambda tx: decide(tx, asks))
    assert lent == [CouponLent(ask, 1, 50, "EUR") for ask in asks]  # asked twice, lent once


async def test_an_answer_that_cannot_be_sent_is_asked_for_again(floor: Floor) -> None:
    floor.till("till-1")
    floor.do(lambda tx: take_in(tx, LendCoupon(id="C-1", minor_off=50, currency="EUR"), 1))
    floor.do(lambda tx: Intake(floor.engine).meet(tx, "till-1", 8))
    desk = CouponDesk(floor.store, {"mqtt": floor.tills}, lambda device: "mqtt" if device == "till-1" else None)
    tries: list[str] = []

    def fail(till: str) -> Unreachable | None:
        tries.append(till)
        return Unreachable(till, "no line") if len(tries) == 1 else None

    floor.tills.fail = fail
    async with running(desk.run()):
        desk.asked(CouponAsk("a-stranger", 1, "C-1", 8))
        desk.asked(CouponAsk("till-1", 1, "C-1", 8))
        await until(lambda: tries)
        desk.asked(CouponAsk("till-1", 2, "C-1", 8))
        await until(lambda: floor.tills.coupons)
    ((till, answer),) = floor.tills.coupons
    assert (till, answer.to.ask, isinstance(answer, CouponLent)) == ("till-1", 2, True)
    assert json.dumps(floor.ledger("coupon.lent")).count("coupon.lent") == 1
