"""Which discount rule a shopper has. Pure; the rules are those of head office, as the gateway sent them.

A rule fits when the shopper's code says so, and is in force by the lane's clock when somebody looks at the price. What
the code says beside that is forgotten at once: the basket knows the rules, never the code.
"""

from collections.abc import Iterable

from drivers.base import DiscountRow

MOST = 20
"""Rules of one store, and of one basket."""


def fitting(rules: Iterable[DiscountRow], rest: str) -> tuple[DiscountRow, ...]:
    """The rules for a member's code, in force or not. `rest`: what stands behind the prefix of members' codes."""
    return tuple(rule for rule in rules if rest.startswith(rule.codes))[:MOST]


def joined(had: tuple[DiscountRow, ...], more: tuple[DiscountRow, ...]) -> tuple[DiscountRow, ...]:
    """The rules of a basket in which one more code was shown: a second card takes nothing away."""
    return tuple(dict.fromkeys((*more, *had)))[:MOST]


def best(rules: Iterable[DiscountRow], at: int) -> DiscountRow | None:
    """The rule in force that lowers prices the most. `at`: UTC epoch milliseconds."""
    return min((rule for rule in rules if rule.in_force(at)), key=lambda rule: rule.permille, default=None)
