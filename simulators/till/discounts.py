"""Discount rules at a till: which one a shopper has, and what it makes of a price. Written from docs/mqtt.md alone."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """Whoever shows a member's code that begins with `codes` pays `permille` of what all pay, within its times."""

    id: str
    name: str
    codes: str
    permille: int
    begins: int | None = None
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A `discounts` message: every rule of the store. `epoch`: the journal that it is for; None: any."""

    version: int
    rules: tuple[Rule, ...]
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """What a sale says of a line that a rule made cheaper."""

    rule: str
    from_minor: int


def rules_for(code: str, rules: Sequence[Rule], now: int) -> list[Rule]:
    """The rules that a code fits and that are not over; `code` without the prefix that all members' codes have."""
    return [rule for rule in rules if code[: len(rule.codes)] == rule.codes and (rule.ends is None or rule.ends > now)]


def strongest(rules: Sequence[Rule], now: int) -> Rule | None:
    """Of a basket's rules that have begun by `now` (UTC epoch milliseconds) the one that leaves the least to pay."""
    begun = [rule for rule in rules if (rule.begins or 0) <= now]
    return min(begun, key=lambda rule: rule.permille) if begun else None


def cheaper(minor: int, rule: Rule) -> int:
    """The price of one `per` by a rule: a thousandth so often, to the nearest minor unit, halves upwards."""
    whole, rest = divmod(minor * rule.permille, 1000)
    return whole + (1 if rest >= 500 else 0)
