"""A person's marks against the camera's count. Pure: which belong together, and how certain the result is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from edge.vision.line import Direction

WINDOW_MS = 2_000
"""A mark and a count this far apart can be the same person: a finger is late, and a camera counts behind the line."""
Z = 1.959964
"""Of a confidence of 95 %."""


@dataclass(frozen=True, slots=True, order=True)
class Passing:
    """Somebody crossed the line, as a person or a camera saw it. `at`: milliseconds from the clip's beginning."""

    at: int
    direction: Direction


class Verdict(StrEnum):
    """What a passing turned out to be."""

    COUNTED = "counted"
    MISSED = "missed"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Judged:
    """One passing of the clip. `at`: when the person marked it, or the camera counted it where nobody did."""

    at: int
    direction: Direction
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Score:
    """How the camera did, by passing, in the order of the clip."""

    passings: tuple[Judged, ...]

    def count(self, verdict: Verdict) -> int:
        """How many came out so."""
        return sum(one.verdict is verdict for one in self.passings)

    @property
    def marked(self) -> int:
        """How many the person saw."""
        return self.count(Verdict.COUNTED) + self.count(Verdict.MISSED)

    @property
    def accuracy(self) -> Fraction | None:
        """Passings that person and camera agree on, among all that either saw; None when nobody saw any.

        A missed and an extra one do not cancel out, as they would in a difference of two totals.
        """
        return Fraction(self.count(Verdict.COUNTED), len(self.passings)) if self.passings else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the accuracy lies with a confidence of 95 %."""
        return wilson(self.count(Verdict.COUNTED), len(self.passings))


def judge(marks: Sequence[Passing], counts: Sequence[Passing], window_ms: int = WINDOW_MS) -> Score:
    """Pair marks with counts of the same direction, each at most once, as many as can be.

    In time order the first mark takes the first count within reach: no other way pairs more of them, because all
    windows are equally wide.
    """
    judged: list[Judged] = []
    for direction in Direction:
        seen = sorted(one.at for one in marks if one.direction is direction)
        told = sorted(one.at for one in counts if one.direction is direction)
        judged += [Judged(at, direction, verdict) for at, verdict in _pair(seen, told, window_ms)]
    return Score(tuple(sorted(judged, key=lambda one: (one.at, one.direction, one.verdict))))


def _pair(seen: list[int], told: list[int], window_ms: int) -> list[tuple[int, Verdict]]:
    found: list[tuple[int, Verdict]] = []
    mark = count = 0
    while mark < len(seen) and count < len(told):
        apart = told[count] - seen[mark]
        if apart < -window_ms:
            found.append((told[count], Verdict.EXTRA))
            count += 1
        elif apart > window_ms:
            found.append((seen[mark], Verdict.MISSED))
            mark += 1
        else:
            found.append((seen[mark], Verdict.COUNTED))
            mark, count = mark + 1, count + 1
    found += [(at, Verdict.MISSED) for at in seen[mark:]]
    return found + [(at, Verdict.EXTRA) for at in told[count:]]


def wilson(hits: int, tries: int, z: float = Z) -> tuple[float, float]:
    """The interval of a share (E. B. Wilson, 1927): honest for few tries and for shares near one. (0, 1) for none."""
    if tries <= 0:
        return 0.0, 1.0
    share, spread = hits / tries, z * z / tries
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / tries + spread / (4 * tries))
    return max(0.0, middle - half), min(1.0, middle + half)
