"""What happens to a lane, and what it wants done. Facts only; `machine.py` decides what follows from what."""

from dataclasses import dataclass

from drivers.base import DiscountRow, Payment, Printout, Reading
from edge.lane.basket import Coupon
from edge.lane.codes import Code
from edge.lane.state import Closed, Deed, Draft, Step


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code was read, and what the shop knows of it. `local`: the shop's clock. `badge`: whose badge it is.

    `discounts`: the rules that fit a member's code.
    """

    code: Code
    local: str
    badge: str = ""
    discounts: tuple[DiscountRow, ...] = ()


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
    """Somebody of the staff decided. `at`: the lane's clock, UTC epoch milliseconds."""

    deed: Deed
    place: int = -1
    minor: int = 0
    reason: str = ""
    at: int = 0


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
class TellPayment:
    """The terminal was asked for money. `outcome`: approved, declined, unknown, or failed: it could not be asked.

    `ms`: from the asking to the answer, the shopper's time with the card included.
    """

    outcome: str
    ms: int


@dataclass(frozen=True, slots=True)
class TellStaff:
    """A decision of the staff, for the record."""

    deed: Deed
    who: str
    reason: str
    about: str = ""


Action = (
    AskCoupon | GiveBackCoupons | Authorise | Pursue | KeepSale | DropDraft | PrintReceipt | TellLeft | TellPayment
    | TellStaff
)  # fmt: skip
