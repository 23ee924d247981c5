"""A self-checkout that speaks only MQTT as in docs/mqtt.md, and knows the truth about what it sold.

Every method may be called from any thread and returns when the till's disk has it. One thread of the till's
own does all network work.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from simulators.till.basket import Basket, LeaseEndedError, NotForSaleError, Sale, words
from simulators.till.config import TillConfig
from simulators.till.coupons import Coupon
from simulators.till.discounts import Rule, RuleSet
from simulators.till.journal import Journal, MemberPrice, Price, forget
from simulators.till.line import Faults, Line
from simulators.till.words import Prices


@dataclass(frozen=True, slots=True)
class Applied:
    """A price that came into force on the till: when (till's clock), which version, how much."""

    at: int
    version: int
    minor: int


@dataclass
class Truth:
    """What really happened, for a judge to compare with what others claim. Survives a wiped journal."""

    sales: list[Sale] = field(default_factory=list)
    prices: dict[str, list[Applied]] = field(default_factory=dict)
    epochs: list[int] = field(default_factory=list)


class Till:
    """Start it, sell, disturb it. It sells without a broker, too; the journal holds what it sold."""

    def __init__(self, config: TillConfig, clock: Callable[[], int] | None = None) -> None:
        """`clock` gives UTC epoch milliseconds. Opens the journal; raises sqlite3.Error."""
        self.config = config
        self.truth = Truth()
        self.faults = Faults()
        self._clock = clock or (lambda: time.time_ns() // 1_000_000)
        self._selling = threading.RLock()
        self._line: Line | None = None
        self._journal = self._open()

    @property
    def epoch(self) -> int:
        """Of the journal in use."""
        return self._journal.epoch

    @property
    def connected(self) -> bool:
        """Whether the broker let the till in and its birth is out."""
        return self._line is not None and self._line.connected

    @property
    def may_sell(self) -> bool:
        """Whether a lease is in force, or the till needs none."""
        return not self.config.leases or (self._line is not None and self._line.may_sell)

    @property
    def backlog(self) -> int:
        """Events the gateway has not receipted yet."""
        return self._journal.backlog

    def start(self) -> None:
        """Begin to connect, and to connect again whenever the link is lost. Nothing happens if it runs."""
        if self._line is None:
            self._line = Line(self.config, self._journal, self.faults, self._take_prices, self._take_rules)
            self._line.start()

    def stop(self) -> None:
        """Say goodbye, end the thread and close the journal. The till is done; make a new one to go on."""
        self._leave(abruptly=False)
        self._journal.close()

    def kill(self) -> None:
        """End as in a power cut: no goodbye, the broker finds out. `start` goes on from the journal."""
        self._leave(abruptly=True)
        self._journal.close()
        self._journal = self._open()

    def wipe(self) -> None:
        """As `kill`, and the journal is lost: a new epoch, no prices; the truth alone knows those sales."""
        self._leave(abruptly=True)
        self._journal.close()
        forget(self.config.journal)
        self._journal = self._open()

    def disconnect(self) -> None:
        """Drop the socket without a word and stay away until `reconnect`; selling goes on."""
        if self._line is not None:
            self._line.go_away()

    def reconnect(self) -> None:
        """End a `disconnect`."""
        if self._line is not None:
            self._line.come_back()

    def price(self, item: str) -> Price | None:
        """What the till would charge now."""
        return self._journal.price(item)

    def member_price(self, item: str) -> MemberPrice | None:
        """What the till would charge a member now, if it knows a price for them."""
        return self._journal.member_price(item)

    def prices(self) -> list[Price]:
        """The whole local price table."""
        return self._journal.prices()

    def open_basket(self) -> Basket:
        """For a shopper who takes time; `pay` ends it."""
        return Basket(self.price, self.member_price, lambda: self._journal.rules(), self._clock)

    def pay(self, basket: Basket) -> Sale:
        """Sell what is in the basket. Raises NotForSaleError when that is nothing, and LeaseEndedError."""
        with self._selling:
            if not self.may_sell:
                raise LeaseEndedError(f"{self.config.device} has been without the gateway for too long; call staff")
            currency, at = basket.currency, self._clock()
            lines, off = basket.lines(at), basket.off(at)
            total = sum(line.total_minor for line in lines) - sum(one.minor for one in off)
            receipt = f"{self.config.device}-{self.epoch:x}-{self._journal.seq + 1}"
            body: dict[str, Any] = {
                "receipt": receipt,
                "currency": currency,
                "lines": [words(line) for line in lines],
                "total_minor": total,
            }
            if off:
                body["coupons"] = [{k: v for k, v in asdict(one).items() if v is not None} for one in off]
            event = self._journal.sell(body, at, off)
            sale = Sale(self.epoch, event.seq, at, receipt, currency, lines, total, off)
            self.truth.sales.append(sale)
            return sale

    def borrow(self, coupon: str) -> None:
        """Ask the gateway to lend a coupon, until it answers; see `coupon` and `refusals`."""
        if self._line is not None:
            self._line.want(coupon)

    def coupon(self, name: str) -> Coupon | None:
        """A coupon that may be used here."""
        return next((one for one in self._journal.coupons() if one.id == name), None)

    @property
    def refusals(self) -> dict[str, str]:
        """Why a coupon was not lent, by its number."""
        return dict(self._line.refusals) if self._line is not None else {}

    def give_back(self, coupon: str) -> None:
        """A coupon is needed here no more. Raises NotHeldError."""
        with self._selling:
            self._journal.give_back(coupon, self._clock())

    def sell(
        self,
        items: Iterable[str | tuple[str, int] | tuple[str, int, str]],
        *,
        member: bool = False,
        coupons: Iterable[str] = (),
        code: str = "",
    ) -> Sale:
        """Scan and pay: GTIN-14s, each alone, with its quantity, or with that and its batch; then coupons.

        `code`: a member's, without its prefix. Raises NotForSaleError.
        """
        with self._selling:
            basket = self.open_basket()
            basket.member = member
            if code:
                basket.show_code(code)
            for item in items:
                basket.scan(*((item,) if isinstance(item, str) else item))
            for name in coupons:
                if (coupon := self.coupon(name)) is None:
                    raise NotForSaleError(f"coupon {name} is not here")
                basket.show(coupon)
            return self.pay(basket)

    def _take_prices(self, prices: Prices) -> None:
        """In the line's thread. Between two sales, so that the truth's order is the real one."""
        with self._selling:
            at = self._clock()
            for row in self._journal.apply(prices.rows, at, prices.members):
                self.truth.prices.setdefault(row.item, []).append(Applied(at, row.version, row.minor))

    def discounts(self) -> list[Rule]:
        """The discount rules that the till knows."""
        return self._journal.rules()

    def _take_rules(self, rules: RuleSet) -> None:
        """In the line's thread."""
        with self._selling:
            self._journal.apply_rules(rules, self._clock())

    def _open(self) -> Journal:
        journal = Journal(self.config.journal)
        if journal.epoch not in self.truth.epochs:
            self.truth.epochs.append(journal.epoch)
        return journal

    def _leave(self, *, abruptly: bool) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.stop(abruptly=abruptly)
