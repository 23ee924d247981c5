"""Which discount rule a shopper has. Pure; the rules are those of head office, as the gateway sent them.

A rule fits when the shopper's code says so and it is not over by then, and counts from its beginning on: what a
shopper was shown falls, and never rises because a rule ended meanwhile. What the code says beside that is forgotten at
once: the basket knows the rules, never the code. Times are UTC epoch milliseconds by the lane's clock.
"""

from collections.abc import Iterable

from drivers.base import DiscountRow

MOST = 20
"""Rules of one store, and of one basket."""


def fitting(rules: Iterable[DiscountRow], rest: str, at: int) -> tuple[DiscountRow, ...]:
    """The rules for a member's code that is shown now. `rest`: what stands behind the prefix of members' codes."""
    return tuple(rule for rule in rules if rest.startswith(rule.codes) and (rule.ends is None or at < rule.ends))[:MOST]


def joined(had: tuple[DiscountRow, ...], more: tuple[DiscountRow, ...]) -> tuple[DiscountRow, ...]:
    """The rules of a basket in which one more code was shown: a second card takes nothing away."""
    return tuple(dict.fromkeys((*more, *had)))[:MOST]


def best(rules: Iterable[DiscountRow], at: int) -> DiscountRow | None:
    """Of a basket's rules that have begun, the one that lowers prices the most."""
    begun = [rule for rule in rules if rule.begins is None or rule.begins <= at]
    return min(begun, key=lambda rule: rule.permille, default=None)
