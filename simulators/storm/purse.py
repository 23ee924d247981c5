"""The coupons that a simulated till holds, as docs/mqtt.md asks of it. They are on its disk, and gone with it."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from simulators.till.basket import Basket
from simulators.till.coupons import Coupon, Question, TakenOff
from simulators.till.words import read_lent, write


class Holder(Protocol):
    """The till."""

    name: str
    epoch: int
    redeems: Callable[[str, str], None]

    def steady(self) -> int:
        """Its own monotonic clock, in milliseconds."""

    def ask_for_coupon(self, payload: bytes) -> bool:
        """Send a question; False without a line."""

    def write(self, kind: str, body: dict[str, Any]) -> None:
        """Put an event into the journal."""


class Purse:
    """What it holds, what it asks for, and which lendings are over."""

    def __init__(self, till: Holder) -> None:
        self._till = till
        self.held: dict[str, Coupon] = {}
        self.ended: dict[str, int] = {}
        self._questions: dict[str, Question] = {}
        self._asks = 0

    def lost(self) -> None:
        """The till's disk was swapped."""
        self.held, self.ended, self._questions = {}, {}, {}

    def want(self, coupon: str) -> None:
        """A shopper shows a coupon that is perhaps not here yet."""
        if coupon in self.held:
            return
        self._asks += 1
        question = Question(coupon, self._asks, self._till.steady())
        if self._till.ask_for_coupon(write({"ask": question.ask, "coupon": coupon, "epoch": self._till.epoch})):
            self._questions[coupon] = question

    def hear(self, payload: bytes) -> None:
        """An answer; one to no open question, or about a lending that is over, is an old one."""
        said = read_lent(payload)
        question = self._questions.get(said.id)
        if question is None or (question.ask, self._till.epoch) != (said.ask, said.epoch):
            return
        del self._questions[said.id]
        if said.coupon is not None and self.begins(said.coupon):
            self.held[said.id] = said.coupon

    def begins(self, coupon: Coupon) -> bool:
        """A lending that ended never begins again."""
        return coupon.lending > self.ended.get(coupon.id, 0)

    def show(self, basket: Basket, coupon: str) -> tuple[TakenOff, ...]:
        """What the shopper's coupon takes off, if it is here."""
        if coupon in self.held:
            basket.show(self.held[coupon])
        return basket.off()

    def use(self, receipt: str, off: Sequence[TakenOff]) -> None:
        """Coupons were taken for money: in the journal right behind the sale."""
        for one in off:
            self._till.redeems(one.coupon, self._till.name)
            used = {"coupon": one.coupon, "lending": self._end(one.coupon), "receipt": receipt, "minor": one.minor}
            self._till.write("coupon.used", used)

    def give_back(self, coupon: str) -> None:
        """No basket needs it any more."""
        if coupon in self.held:
            self._till.write("coupon.returned", {"coupon": coupon, "lending": self._end(coupon)})

    def _end(self, coupon: str) -> int:
        self.ended[coupon] = self.held.pop(coupon).lending
        return self.ended[coupon]
