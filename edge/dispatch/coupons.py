"""Lending coupons to the tills that ask for them; each answer is sent only once the lending is on disk."""

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from drivers.base import CouponAsk, CouponLent, CouponRefused, TillDriver
from drivers.errors import DeviceError
from edge.dispatch.bell import Bell
from edge.intake import journal_of
from edge.inventory.coupons import lend
from edge.store import Store, StoreError, Transaction

log = logging.getLogger(__name__)

ANSWERS = 1_000
"""Answers that may wait to be sent; the oldest is dropped, and its till asks again."""
Answer = CouponLent | CouponRefused


class CouponDesk:
    """Runs until cancelled."""

    def __init__(self, store: Store, drivers: Mapping[str, TillDriver], driver_of: Callable[[str], str | None]) -> None:
        self._store = store
        self._drivers = drivers
        self._driver_of = driver_of
        self._answers: deque[Answer] = deque(maxlen=ANSWERS)
        self._bell = Bell()

    def asked(self, ask: CouponAsk) -> None:
        """A till asks for a coupon. Any thread. What cannot be written is not lent; the till asks again."""

        def answered(answer: Answer | None, error: BaseException | None) -> None:
            if answer is None:
                log.warning("%s: coupon %s is not lent, it could not be written: %s", ask.device, ask.coupon, error)
                return
            self._answers.append(answer)
            self._bell.ring()

        try:
            self._store.post(decide, ask, answered)
        except StoreError as error:
            answered(None, error)

    async def run(self) -> None:
        """Send what was decided until the task is cancelled."""
        while True:
            await self._bell.wait(60)
            while self._answers:
                await self._send(self._answers.popleft())

    async def _send(self, answer: Answer) -> None:
        till = answer.to.device
        driver = self._drivers.get(self._driver_of(till) or "")
        if driver is None:
            return
        try:
            await driver.send_coupon(till, answer)
        except DeviceError as error:
            log.info("%s It will ask again.", error)


def decide(tx: Transaction, asks: Sequence[CouponAsk]) -> list[Answer]:
    """A lane of the store of record: lend what may be lent, and say why not where it may not."""
    return [_decide(tx, ask) for ask in asks]


def _decide(tx: Transaction, ask: CouponAsk) -> Answer:
    (enrolled,) = tx.sql.execute(
        "SELECT COUNT(*) FROM device WHERE id = ? AND role = 'till' AND enrolled = 1", (ask.device,)
    ).fetchone()
    if not enrolled:
        return CouponRefused(ask, f"{ask.device} is not in service; put it into service first")
    if journal_of(tx.sql, ask.device) != ask.epoch:  # a journal that is gone could never give it back
        return CouponRefused(ask, f"{ask.device} asks for a journal that it does not keep; connect it again")
    try:
        lent = lend(tx, ask.coupon, ask.device, ask.epoch)
    except ValueError as error:
        return CouponRefused(ask, str(error))
    return CouponLent(ask, lent.number, lent.minor_off, lent.currency, lent.item)
