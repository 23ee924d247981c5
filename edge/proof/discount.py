"""Judging a discount on a receipt's line: the rules of the shop are in the ledger, every set that ever was. Pure.

A discount only lowers a price, so it is never an overcharge; what does not follow from a rule is said all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cloud_sync.contract.events import Discount
from cloud_sync.contract.money import discounted
from edge.proof.facts import Row

BASKET_MS = 3_600_000
"""How long a basket may have been open when it was paid: it keeps a rule that ended meanwhile."""


class Fit(StrEnum):
    """Whether a line's price follows from the rule that it names."""

    FITS = "fits"
    OTHER_PRICE = "other-price"
    """The rule makes another price of what everybody else pays."""
    NOT_IN_FORCE = "not-in-force"
    """By the till's clock the rule had not begun, or was over before the basket can have been opened."""
    UNKNOWN = "unknown"
    """No set in the ledger has such a rule."""


@dataclass(frozen=True, slots=True)
class Discounted:
    """A line's discount, judged. Money is minor units; `name`, `permille`, `due`, `row`: of the rule, if known.

    `due`: what the rule makes of `from_minor`. `row`: the row of the ledger with the set that has the rule.
    """

    rule: str
    from_minor: int
    fit: Fit
    name: str = ""
    permille: int = 0
    due: int = 0
    row: Row | None = None


def judge_discount(said: Discount, charged: int, till_at: int, sets: Iterable[Row]) -> Discounted:
    """By the newest set of which it follows; else by the newest that has the rule. `sets`: rows of "discounts.set".

    A basket keeps the rules that it began with, and a till may not have heard of a set yet: so each set counts.
    """
    best = Discounted(said.rule, said.from_minor, Fit.UNKNOWN)
    for row in sorted(sets, key=lambda one: one.seq, reverse=True):
        rule = next((one for one in row.body.get("rules", ()) if one.get("id") == said.rule), None)
        if rule is None:
            continue
        found = _by(rule, row, said, charged, till_at)
        if found.fit is Fit.FITS:
            return found
        best = found if best.fit is Fit.UNKNOWN else best
    return best


def _by(rule: Mapping[str, Any], row: Row, said: Discount, charged: int, at: int) -> Discounted:
    permille, begins, ends = int(rule["permille"]), rule.get("begins"), rule.get("ends")
    due = discounted(said.from_minor, permille)
    open_then = (begins is None or begins <= at) and (ends is None or at < ends + BASKET_MS)
    fit = Fit.OTHER_PRICE if charged != due else Fit.FITS if open_then else Fit.NOT_IN_FORCE
    return Discounted(said.rule, said.from_minor, fit, str(rule["name"]), permille, due, row)
