"""The states of a lane. Facts only; what happens is in `events.py`, and `machine.py` decides."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from drivers.weighing import Pan
from edge.lane.bagging import Bag
from edge.lane.basket import Basket, Bill, Coupon, Line
from edge.lane.codes import Goods


class Phase(StrEnum):
    """What the lane is doing with a shopper."""

    FREE = "free"
    SCANNING = "scanning"
    WEIGHING = "weighing"
    PAYING = "paying"
    PRINTING = "printing"


class Reason(StrEnum):
    """Why somebody of the staff is called."""

    AGE = "age"
    WEIGHT = "weight"
    VOID = "void"
    REFUSED = "refused"
    PAYMENT = "payment"
    PRINTER = "printer"
    HELP = "help"
    LEFT = "left"


class Closed(StrEnum):
    """Why the lane sells nothing at the moment."""

    STARTING = "starting"
    LEASE = "lease"
    SCANNER = "scanner"
    PRINTER = "printer"
    TERMINAL = "terminal"
    DISK = "disk"
    STAFF = "staff"


class Step(StrEnum):
    """The things that a lane asks a shopper to do between the first scan and having paid: five at most."""

    SCAN = "scan"
    WEIGH = "weigh"
    SHOW_CODE = "show a member's or coupon's code"
    PAY = "choose to pay"
    CARD = "hold the card to the terminal"


class Deed(StrEnum):
    """What somebody of the staff may do; each needs a badge first, but for asking the terminal again."""

    ALLOW = "allow"
    REFUSE = "refuse"
    ASK_AGAIN = "ask-again"
    GIVE_BACK = "give-back"
    TAKEN = "taken"
    NOT_TAKEN = "not-taken"
    LOWER = "lower"
    CLOSE = "close"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody of the staff is needed. `why` is a word of ours; `about` names what it is about, for people.

    `line` waits to come into the basket, `place` is the line to be taken out (-1: all of them).
    """

    reason: Reason
    since: int
    why: str = ""
    about: str = ""
    line: Line | None = None
    place: int = -1
    age: int = 0


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence for the shopper: a word of ours, what it is about, and since when it is shown."""

    word: str
    about: str = ""
    since: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Goods that have to be weighed."""

    line: Line
    goods: Goods


@dataclass(frozen=True, slots=True)
class Draft:
    """A sale that becomes one when it is paid. `receipt` is the payment's id too; `at` UTC epoch milliseconds.

    `ms` is what passed from the first scan until the shopper chose to pay, `waited` how long staff was waited for.
    """

    receipt: str
    bill: Bill
    at: int
    ms: int = 0
    waited: int = 0
    steps: tuple[Step, ...] = ()
    card: str = ""
    """The card's brand and last digits, as the terminal tells them."""
    slip: tuple[str, ...] = ()
    """What the terminal wants printed."""
    unused: tuple[Coupon, ...] = ()
    """Coupons of the basket that took nothing off: they go back."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Everything. Times are milliseconds of a clock that never jumps, unless said otherwise."""

    phase: Phase = Phase.FREE
    basket: Basket = field(default_factory=Basket)
    began: int = 0
    touched: int = 0
    """When the shopper last did something."""
    waited: int = 0
    steps: frozenset[Step] = frozenset()
    wanted: Wanted | None = None
    asked: str = ""
    """A coupon that the gateway was asked for."""
    asked_at: int = 0
    call: Call | None = None
    staff: str = ""
    """Who has shown a badge."""
    staff_at: int = 0
    draft: Draft | None = None
    pursuing: bool = False
    """Whether the terminal is asked what became of the payment, or told to give it back."""
    paying_since: int = 0
    hint: Hint | None = None
    closed: frozenset[Closed] = frozenset({Closed.STARTING})
    pan: Pan = field(default_factory=Pan)
    bag: Bag = field(default_factory=Bag)

    @property
    def selling(self) -> bool:
        """Whether a shopper may begin, and pay."""
        return not self.closed

    def hinting(self, word: str, about: str = "", now: int = 0) -> "Lane":
        """The same with something to tell the shopper."""
        return replace(self, hint=Hint(word, about, now))


@dataclass(frozen=True, slots=True)
class Rules:
    """What the machine has to know of this shop. `ages` and `grams`: item → years, and weight of a piece."""

    ages: dict[str, int] = field(default_factory=dict)
    grams: dict[str, int] = field(default_factory=dict)
    tolerance: int = 25
    """Grams by which a piece may differ under the bags, beside five per cent."""
    left_ms: int = 180_000
    """A basket that nobody touches for so long: somebody looks."""
    coupon_ms: int = 5_000
    paying_ms: int = 100_000
    """A payment that takes longer calls somebody."""
    staff_ms: int = 120_000
    """A badge is good for so long after the last deed."""
    bags: bool = False
    """Whether there is a scale under the bags."""
