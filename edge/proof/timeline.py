"""A device's past as spans of honest intervals, and questions about it. Pure.

The order of rows is truth; their times are what the gateway's clock said, and a clock may be set back. So a span lies
between two rows, and holds for every time that the clock may have shown between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from edge.proof.facts import Clock, Face, Look, Row, Step

SLACK_MS = 2_000
"""Doubt about when a clock was set back: what a restart may have lost of the count of time that never jumps."""
STORY = 4
"""Spans that a story goes back and forth at the most."""


@dataclass(frozen=True, slots=True)
class Window:
    """Times of the gateway's clock, both ends included; None is open."""

    start: int | None
    end: int | None

    def meets(self, start: int, end: int) -> bool:
        """Whether any time from `start` to `end` lies in it."""
        return (self.start is None or self.start <= end) and (self.end is None or start <= self.end)

    def overlaps(self, other: "Window") -> bool:
        """Whether they share more than the millisecond at which one follows the other."""
        starts = [one.start for one in (self, other) if one.start is not None]
        ends = [one.end for one in (self, other) if one.end is not None]
        return not starts or not ends or max(starts) < min(ends)


@dataclass(frozen=True, slots=True)
class Span:
    """What a device may have presented from row `first` until row `last` (None: up to now)."""

    look: Look
    first: int
    last: int | None
    windows: tuple[Window, ...]

    @property
    def start(self) -> int | None:
        """When it began, by the gateway's clock."""
        return self.windows[0].start

    @property
    def end(self) -> int | None:
        """When it ended; None: it has not."""
        return self.windows[-1].end

    def meets(self, start: int, end: int) -> bool:
        """Whether it may have held at any time from `start` to `end`."""
        return any(window.meets(start, end) for window in self.windows)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device may have presented at one time, and the spans this was read from."""

    at: int
    look: Look
    spans: tuple[Span, ...]
    doubtful_clock: bool = False
    """The gateway's clock showed this time more than once, so that the answers were put together."""

    @property
    def certain(self) -> bool:
        """Whether there is one answer only."""
        return self.look.certain


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the ledger has on one device (and, for a till, one item)."""

    device: str
    spans: tuple[Span, ...]

    def at(self, moment: int) -> Answer:
        """What it may have presented at this time of the gateway's clock."""
        answer = self.between(moment, moment)
        windows = [window for span in answer.spans for window in span.windows if window.meets(moment, moment)]
        return replace(answer, doubtful_clock=any(a.overlaps(b) for a, b in combinations(windows, 2)))

    def between(self, start: int, end: int) -> Answer:
        """What it may have presented at any time from `start` to `end`."""
        found = tuple(self.during(start, end))
        return Answer(end, _together([span.look for span in found]), found)

    def during(self, start: int, end: int) -> list[Span]:
        """The spans that meet any time from `start` to `end`, in the order of rows."""
        return [span for span in self.spans if span.meets(start, end)]

    def story(self, moment: int) -> list[Span]:
        """The span of this time; when it is uncertain, from the certain one before to the certain one after."""
        hit = [n for n, span in enumerate(self.spans) if span.meets(moment, moment)]
        if not hit:
            return []
        first, last = hit[0], hit[-1]
        if len(hit) > 1 or not self.spans[first].look.certain:
            while first > 0 and hit[0] - first < STORY and not self.spans[first].look.certain:
                first -= 1
            while last < len(self.spans) - 1 and last - hit[-1] < STORY and not self.spans[last].look.certain:
                last += 1
        return list(self.spans[first : last + 1])


def lay_out(device: str, looks: Sequence[tuple[Row | None, Look]], clock: Clock) -> Timeline:
    """Spans from the looks after each row; the first has no row and holds from the ledger's beginning.

    Where a row only added evidence, the span goes on, and its look carries all the evidence.
    """
    spans: list[Span] = []
    for (row, look), after in zip(looks, [*(row for row, _ in looks[1:]), None], strict=True):
        first, last = row.seq if row else 0, after.seq if after else None
        back = [step for step in clock.steps if first < step.seq and (last is None or step.seq <= last)]
        windows = _windows(row.at if row else clock.begin, after.at if after else None, back)
        before = spans[-1] if spans else None
        if before and (before.look.keys, before.look.bound) == (look.keys, look.bound):
            spans[-1] = Span(look, before.first, last, _joined(before.windows, windows))
        else:
            spans.append(Span(look, first, last, windows))
    return Timeline(device, tuple(spans))


def _windows(start: int | None, end: int | None, back: Sequence[Step]) -> tuple[Window, ...]:
    """Every time the clock may have shown between two rows."""
    windows = []
    for step in back:
        windows.append(Window(start, step.before + SLACK_MS))
        start = step.after - step.quiet - SLACK_MS
    if start is not None and end is not None and end < start:  # set back, and nobody noted it
        return (*windows, Window(start, start + SLACK_MS), Window(end - SLACK_MS, end))
    return (*windows, Window(start, end))


def _joined(one: tuple[Window, ...], two: tuple[Window, ...]) -> tuple[Window, ...]:
    """The windows of two neighbouring spans; the last of the one and the first of the other touch."""
    last, first = one[-1], two[0]
    if last.end is None or first.start is None or last.end != first.start:
        return one + two
    return (*one[:-1], Window(last.start, first.end), *two[1:])


def _together(looks: Sequence[Look]) -> Look:
    """One look that allows whatever any of them allows."""
    faces: dict[tuple[str, int], Face] = {}
    for look in looks:
        for face in look.faces:
            faces[face.key] = face
    away = bool(looks) and all(look.away for look in looks)
    unknown = not looks or any(look.unknown or (look.away and not away) for look in looks)
    lost = any(look.lost for look in looks)
    covered = looks[-1].covered if looks and all(look.covered for look in looks) else None
    return Look(tuple(faces.values()), unknown, away, looks[-1].bound if looks else "", lost, covered)
