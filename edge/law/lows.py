"""The lowest price of a window, from a record of what was in force and of what was paid. Pure.

A record holds what has happened, so nothing in it lies in the future whatever the clock said when it was written: a
clock that jumped ahead and back leaves spans that end before they begin, or begin after now. Each counts from the
earlier to the later of its two times; when in doubt a price was in force, for a low that is too low only refuses.
"""

from collections.abc import Iterable
from dataclasses import dataclass

DAY = 86_400_000
"""Milliseconds."""
FOREVER = 2**63


@dataclass(frozen=True, slots=True)
class Span:
    """A price version that was in force at some till or label of the shop. Times are UTC epoch milliseconds."""

    version: int
    minor: int
    began: int
    """When the first device confirmed it."""
    ended: int | None = None
    """When the last device had dropped it; None while one presents it."""
    was_minor: int | None = None
    """The price that it announced a reduction from."""

    @property
    def first(self) -> int:
        """The first moment that counts."""
        return self.began if self.ended is None else min(self.began, self.ended)

    @property
    def last(self) -> int:
        """Where it stops counting: what came and went in one moment was in force for that moment."""
        return FOREVER if self.ended is None else max(self.began, self.ended, self.first + 1)


@dataclass(frozen=True, slots=True)
class Paid:
    """Something was sold at this price and version; `at` is the last time."""

    version: int
    minor: int
    at: int


@dataclass(frozen=True, slots=True)
class Record:
    """All that is on record of one item."""

    spans: tuple[Span, ...] = ()
    paid: tuple[Paid, ...] = ()

    def without(self, versions: frozenset[int]) -> "Record":
        """The record less some price versions."""
        return Record(
            tuple(span for span in self.spans if span.version not in versions),
            tuple(sale for sale in self.paid if sale.version not in versions),
        )


def lowest_offered(spans: Iterable[Span], since: int, until: int = FOREVER) -> int | None:
    """The lowest price in force at any moment of [since, until); None when there was none."""
    return min((span.minor for span in spans if span.first < until and span.last > since), default=None)


def lowest_paid(sales: Iterable[Paid], since: int) -> int | None:
    """The lowest price paid since then; None when nothing was sold."""
    return min((sale.minor for sale in sales if sale.at >= since), default=None)


def last_offered(spans: Iterable[Span]) -> int | None:
    """The price that was in force last; the lower one where two ended together."""
    return min(((-span.last, span.minor) for span in spans), default=(0, None))[1]


def last_paid(sales: Iterable[Paid]) -> int | None:
    """The price that was paid last; the lower one where two were paid at one time."""
    return min(((-sale.at, sale.minor) for sale in sales), default=(0, None))[1]
