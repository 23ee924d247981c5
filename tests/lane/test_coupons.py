"""Coupons at a lane: borrowed from the gateway, used off-line, given back."""

import asyncio
from pathlib import Path

from drivers.base import CouponAsk, CouponLent, CouponRefused
from edge.lane.events import VoidPressed
from edge.lane.state import Deed, Phase
from tests.lane.kit import MILK, TEA, Office, Rig, rig


class Lender(Office):
    """Lends C-1 (1 euro off anything) and C-2 (off milk), each under one number; refuses the rest."""

    worth = {"C-1": (100, None), "C-2": (500, MILK)}  # noqa: RUF012
    silent = 0

    def borrows(self, ask: CouponAsk) -> None:
        if self.silent:
            self.silent -= 1
            return
        assert self.driver is not None
        answer: CouponLent | CouponRefused = CouponRefused(ask, f"{ask.coupon} is at till-2")
        if ask.coupon in self.worth:
            minor, item = self.worth[ask.coupon]
            answer = CouponLent(ask, 1, minor, "EUR", item)
        asyncio.run_coroutine_threadsafe(self.driver.send_coupon(ask.device, answer), self.loop)


async def coupons(shop: Rig, count: int) -> None:
    await shop.until(f"{count} coupons", lambda: len(shop.lane.state.basket.coupons) == count)


async def test_a_coupon_is_borrowed_used_and_told(tmp_path: Path) -> None:
    office = Lender()
    office.silent = 1  # the first question is lost: it is put again
    async with rig(tmp_path, office=office) as shop, shop.open() as lane:
        await shop.buy(MILK[1:], TEA[1:])
        lane.typed("C-1")
        await coupons(shop, 1)
        lane.typed("C-2")
        await coupons(shop, 2)
        lane.typed("C-9")
        await shop.until("refused", lambda: lane.state.hint and lane.state.hint.about == "C-9 is at till-2")
        await shop.pay()
        await shop.until("all is told", lambda: shop.office.of("lane.visit"))
        sale = shop.office.bodies("sale")[0]
        assert sale["coupons"] == [{"coupon": "C-1", "minor": 100}, {"coupon": "C-2", "minor": 29, "item": MILK}]
        assert sale["total_minor"] == 439 - 129 == shop.bank.standing[0].minor
        assert [body["coupon"] for body in shop.office.bodies("coupon.used")] == ["C-1", "C-2"]
        assert "C-1" in shop.printer.receipts[0].text


async def test_what_is_not_used_goes_back_and_what_is_held_works_off_line(tmp_path: Path) -> None:
    async with rig(tmp_path, office=Lender()) as shop, shop.open() as lane:
        await shop.buy(MILK[1:])
        lane.typed("C-1")
        await coupons(shop, 1)
        lane.put(VoidPressed(-1))
        await shop.until("a call", lambda: lane.state.call)
        await shop.staff(Deed.ALLOW)
        await shop.phase(Phase.FREE)
        await shop.until("it goes back", lambda: shop.office.of("coupon.returned"))
        await shop.buy(MILK[1:])
        lane.typed("C-2")
        await coupons(shop, 1)
        await shop.shop.driver.stop()
        await shop.until("no line", lambda: not lane.uplink.connected)
        await shop.pay()  # nothing is left to pay: the coupon is worth more than the milk
        assert shop.bank.standing == []
        assert shop.journal.held_coupons() == []
        await shop.buy(MILK[1:])
        lane.typed("C-1")
        await shop.until("not without a line", lambda: lane.state.hint and lane.state.hint.word == "coupon-no-line")


async def test_a_borrowed_coupon_goes_back_after_a_restart(tmp_path: Path) -> None:
    async with rig(tmp_path, office=Lender()) as shop:
        async with shop.open() as lane:
            await shop.buy(MILK[1:])
            lane.typed("C-1")
            await coupons(shop, 1)
        async with shop.running():
            await shop.until("it goes back", lambda: shop.office.of("coupon.returned"))
            assert shop.journal.held_coupons() == []
