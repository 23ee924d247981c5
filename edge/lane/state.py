"""The states of a lane, what happens to it, and what it wants done. Facts only; `machine.py` decides."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from drivers.base import Payment, Printout, Reading
from drivers.weighing import Pan
from edge.lane.bagging import Bag
from edge.lane.basket import Basket, Bill, Coupon, Line
from edge.lane.codes import Code, Goods


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


# What happens.


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code was read, and what the shop knows of it. `local`: the shop's clock. `badge`: whose badge it is."""

    code: Code
    local: str
    badge: str = ""


@dataclass(frozen=True, slots=True)
class ScaleSaid:
    """The scale answered; None: it did not."""

    reading: Reading | None


@dataclass(frozen=True, slots=True)
class BagSaid:
    """The scale under the bags is at rest with this weight; None: it moves, or does not answer."""

    grams: int | None


@dataclass(frozen=True, slots=True)
class PayPressed:
    """The shopper wants to pay. `receipt` is a number never given before; `at` UTC epoch milliseconds."""

    receipt: str
    at: int


@dataclass(frozen=True, slots=True)
class VoidPressed:
    """The shopper wants a line out, or with -1 all of it."""

    place: int


@dataclass(frozen=True, slots=True)
class HelpPressed:
    """The shopper calls somebody."""


@dataclass(frozen=True, slots=True)
class WeighCancelled:
    """The shopper does not want to weigh it after all."""


@dataclass(frozen=True, slots=True)
class StaffDid:
    """Somebody of the staff decided."""

    deed: Deed
    place: int = -1
    minor: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CouponLent:
    """The gateway lent it, and the journal has it."""

    coupon: Coupon


@dataclass(frozen=True, slots=True)
class CouponRefused:
    """The gateway did not, or nobody answers (`why` is "")."""

    coupon: str
    why: str


@dataclass(frozen=True, slots=True)
class PaymentTold:
    """What became of the payment."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class PaymentRefused:
    """The terminal could not be asked; nothing was taken by this."""

    why: str
    began: bool
    """Whether an authorisation may have been sent before."""


@dataclass(frozen=True, slots=True)
class PaymentFound:
    """At the start: a payment whose outcome nobody knows yet."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class SaleKept:
    """The sale is in the journal."""


@dataclass(frozen=True, slots=True)
class DiskFailed:
    """The journal could not be written."""

    why: str


@dataclass(frozen=True, slots=True)
class PrintEnded:
    """How printing ended; None: nothing was printed, because of `why`."""

    printout: Printout | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptFound:
    """At the start: a sale whose receipt is not known to be printed. `begun`: its first byte may have gone out."""

    draft: Draft
    begun: bool


@dataclass(frozen=True, slots=True)
class OpenChanged:
    """Why the lane sells nothing now, but for what the staff decided; empty: it may sell."""

    closed: frozenset[Closed]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Event = (
    Scanned | ScaleSaid | BagSaid | PayPressed | VoidPressed | HelpPressed | WeighCancelled | StaffDid | CouponLent
    | CouponRefused | PaymentTold | PaymentRefused | PaymentFound | SaleKept | DiskFailed | PrintEnded | ReceiptFound
    | OpenChanged | Tick
)  # fmt: skip


# What is to be done.


@dataclass(frozen=True, slots=True)
class AskCoupon:
    """Ask the gateway to lend it, until it answers."""

    coupon: str


@dataclass(frozen=True, slots=True)
class GiveBackCoupons:
    """They were not used."""

    coupons: tuple[Coupon, ...]


@dataclass(frozen=True, slots=True)
class Authorise:
    """Keep the draft, then take the money."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Pursue:
    """Ask the terminal what became of the payment (None), or give the money back, or keep a person's word."""

    draft: Draft
    deed: Deed = Deed.ASK_AGAIN
    who: str = ""


@dataclass(frozen=True, slots=True)
class KeepSale:
    """Write the sale into the journal, before anything is printed; then settle the payment."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class DropDraft:
    """Nothing was taken: settle the payment and forget the draft."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Print it. `again`: a copy, because somebody of the staff said so."""

    draft: Draft
    again: bool = False


@dataclass(frozen=True, slots=True)
class TellLeft:
    """A shopper went without paying."""

    ms: int
    waited: int
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class TellStaff:
    """A decision of the staff, for the record."""

    deed: Deed
    who: str
    reason: str
    about: str = ""


Action = (
    AskCoupon | GiveBackCoupons | Authorise | Pursue | KeepSale | DropDraft | PrintReceipt | TellLeft | TellStaff
)  # fmt: skip


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
