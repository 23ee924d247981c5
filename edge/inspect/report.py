"""The result of an inspection as price inspectors report it (NIST Handbook 130, examination procedure for price
verification): accuracy, with what is too high and too low at the till apart. Pure.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from edge.inspect.accuracy import Looked, Share, estimate
from edge.inspect.sampling import Stratum

PASS_MARK = Fraction(98, 100)


class Found(StrEnum):
    """What was found at a label. OVER: the till charges more than the label shows; that is the one that hurts."""

    OPEN = "open"
    RIGHT = "right"
    OVER = "over"
    UNDER = "under"
    WRONG_ITEM = "wrong-item"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Entry:
    """A drawn label, and what was found there. Prices in minor units, as shown and as the tills charged then."""

    n: int
    label: str
    item: str
    name: str
    place: str
    stratum: str
    version: int
    minor: int
    currency: str
    found: Found = Found.OPEN
    shown: int | None = None
    charged: int | None = None
    answered_at: int | None = None
    answered_by: str = ""
    cleared_at: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a stratum or of all. `checked`: those that were there to be judged."""

    name: str
    labels: int
    drawn: int
    counts: dict[Found, int]

    @property
    def checked(self) -> int:
        """Labels whose price could be compared."""
        return sum(self.counts[one] for one in Found if one not in (Found.OPEN, Found.MISSING))

    @property
    def accuracy(self) -> Fraction | None:
        """Right ones among the checked, as they were counted."""
        return Fraction(self.counts[Found.RIGHT], self.checked) if self.checked else None


@dataclass(frozen=True, slots=True)
class Report:
    """What an inspection says. Shares are of the whole shop, by weights; None while nothing was checked."""

    total: Tally
    strata: tuple[Tally, ...]
    accuracy: Share | None
    over: Share | None
    under: Share | None
    over_minor: int
    """Sum of what was charged too much, one of each."""
    under_minor: int
    worst: Entry | None
    """The largest overcharge."""

    @property
    def passes(self) -> bool | None:
        """Whether the accuracy is at least 98 %; None while nothing was checked."""
        return None if self.accuracy is None else self.accuracy.value >= PASS_MARK

    @property
    def certain(self) -> bool:
        """Whether the whole interval lies on one side of the mark."""
        share = self.accuracy
        return share is not None and (share.low >= PASS_MARK or share.high < PASS_MARK)


def judge(item: str, seen: str, shown: int | None, charged: int) -> Found:
    """What a look at a label comes to. `seen`: the item it showed; `shown`: its price, None when it is not there."""
    if shown is None:
        return Found.MISSING
    if charged != shown:
        return Found.OVER if charged > shown else Found.UNDER
    return Found.RIGHT if seen == item else Found.WRONG_ITEM


def make_report(strata: Sequence[Stratum], entries: Iterable[Entry]) -> Report:
    """Put together what was found so far."""
    by_stratum: dict[str, list[Entry]] = {one.name: [] for one in strata}
    for entry in entries:
        by_stratum[entry.stratum].append(entry)
    every = [entry for found in by_stratum.values() for entry in found]

    def share(has: Callable[[Found], bool]) -> Share | None:
        return estimate([Looked(one.labels, _looks(by_stratum[one.name], has)) for one in strata])

    over = [entry for entry in every if entry.found is Found.OVER]
    return Report(
        _tally("", sum(one.labels for one in strata), every),
        tuple(_tally(one.name, one.labels, by_stratum[one.name]) for one in strata),
        share(lambda found: found is Found.RIGHT),
        share(lambda found: found is Found.OVER),
        share(lambda found: found is Found.UNDER),
        sum(_gap(entry) for entry in over),
        -sum(_gap(entry) for entry in every if entry.found is Found.UNDER),
        max(over, key=_gap, default=None),
    )


def _looks(entries: Iterable[Entry], has: Callable[[Found], bool]) -> tuple[bool | None, ...]:
    return tuple(
        None if entry.found is Found.MISSING else has(entry.found) for entry in entries if entry.found is not Found.OPEN
    )


def _tally(name: str, labels: int, entries: Sequence[Entry]) -> Tally:
    counts = {found: sum(entry.found is found for entry in entries) for found in Found}
    return Tally(name, labels, len(entries), counts)


def _gap(entry: Entry) -> int:
    return (entry.charged or 0) - (entry.shown or 0)
