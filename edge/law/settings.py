"""Which rules a shop keeps, and how strictly."""

from dataclasses import dataclass, field
from enum import StrEnum

from edge.law.lexicon import Lexicon


class Basis(StrEnum):
    """What the price before a reduction is taken from."""

    OFFERED = "offered"
    """Prices in force at tills or labels, sold at or not."""
    PAID = "paid"
    """Prices at which something was really sold."""


class Action(StrEnum):
    """What becomes of a row that a rule objects to."""

    REFUSE = "refuse"
    HOLD = "hold"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Reductions:
    """How a reduction may be announced. `days`: how far back the lowest price is looked for.

    The relaxations that some states allow are off unless set: `progressive` counts a reduction that is deepened
    without a break as one; `perishables` are beginnings of GTIN-14s that the rule leaves alone; an item first offered
    less than `days` ago is judged by the last `new_goods_days` only.
    """

    basis: Basis
    days: int
    raise_days: int = 0
    """A "was" that came in force by a raise less than so many days ago is refused; 0: not looked at."""
    progressive: bool = False
    perishables: tuple[str, ...] = ()
    new_goods_days: int = 0
    unrecorded: Action = Action.ACCEPT
    """For a "was" of an item that has no earlier price on record: this gateway may simply be new."""


def european() -> Reductions:
    """Directive 98/6/EC Art. 6a: the lowest price applied in the last 30 days."""
    return Reductions(Basis.OFFERED, 30)


def chinese() -> Reductions:
    """SAMR Order 56: Art. 16, the lowest price paid in the same place in the last 7 days; Art. 17, no raise before."""
    return Reductions(Basis.PAID, 7, raise_days=7)


@dataclass(frozen=True, slots=True)
class Law:
    """Everything that may be set. `reductions` None: where no law asks for it.

    `unit_tolerance`: minor units by which a unit price may differ from what follows from price and content.
    """

    reductions: Reductions | None = None
    unit_price: Action = Action.REFUSE
    unit_tolerance: int = 1
    words: Lexicon = field(default_factory=Lexicon)
