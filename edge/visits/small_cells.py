"""Joins what has too few people to what lies beside it, so that no figure that leaves the shop is about one or two.

Plain functions. What is joined keeps its sum; only where all of it together has too few people is it left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

SIDES = 9
"""Times that squares are doubled: 512 cells cover every plan."""
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time of a zone; see `cloud_sync.contract.footfall.ZoneSpan`."""

    start: int
    end: int
    visits: int
    dwell_ms: int
    waited: int = 0
    waited_ms: int = 0
    longest_ms: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Square:
    """A square of the floor, less what of it is told by itself."""

    x: int
    y: int
    side: int
    visits: int
    dwell_ms: int


def join_spans(spans: Iterable[Span], least: int) -> list[Span]:
    """Spans in order of time, each with at least so many visits; () when all together have fewer."""
    joined: list[Span] = []
    rest: Span | None = None
    for one in spans:
        rest = one if rest is None else _joined(rest, one)
        if rest.visits >= least:
            joined.append(rest)
            rest = None
    if rest is not None and joined:
        joined[-1] = _joined(joined[-1], rest)
    return joined


def join_cells(cells: Mapping[Cell, tuple[int, int]], least: int, most: int) -> list[Square]:
    """(column, row) → (visits, dwell) as at most `most` squares, each with at least so many visits.

    What has too few is joined with what else in the same square of twice the side has too few, and so on. Where the
    whole floor leaves a rest with too few, the square that was told last takes it in.
    """
    while True:
        squares = _join_cells(cells, least)
        if len(squares) <= most:
            return squares
        least *= 2


def _join_cells(cells: Mapping[Cell, tuple[int, int]], least: int) -> list[Square]:
    told: list[Square] = []
    rest = dict(cells)
    for doubled in range(SIDES + 1):
        small: dict[Cell, tuple[int, int]] = {}
        for (x, y), (visits, dwell) in sorted(rest.items()):
            if visits >= least:
                told.append(Square(x << doubled, y << doubled, 1 << doubled, visits, dwell))
            else:
                before = small.get((x >> 1, y >> 1), (0, 0))
                small[x >> 1, y >> 1] = before[0] + visits, before[1] + dwell
        rest = small
    if told:
        visits, dwell = (sum(one[i] for one in rest.values()) for i in (0, 1))
        told[-1] = replace(told[-1], visits=told[-1].visits + visits, dwell_ms=told[-1].dwell_ms + dwell)
    return told


def _joined(one: Span, other: Span) -> Span:
    return Span(
        one.start, other.end, one.visits + other.visits, one.dwell_ms + other.dwell_ms, one.waited + other.waited,
        one.waited_ms + other.waited_ms, max(one.longest_ms, other.longest_ms), max(one.most, other.most),
    )  # fmt: skip
