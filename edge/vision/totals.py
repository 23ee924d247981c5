"""What a camera learnt, added up by the minute and the quarter of an hour: running totals that only grow. No clock."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from edge.vision.facts import HeatTotal, Waiting, ZoneTotal
from edge.vision.paths import Trodden
from edge.vision.scene import Zone
from edge.vision.stays import Gain

MINUTE_MS, QUARTER_MS = 60_000, 900_000
MOST_CELLS = 250
"""Cells told in one word, so that it stays small."""


class RunningTotals:
    """The totals of one life of a worker. Bounded: what is over and told is forgotten."""

    def __init__(self) -> None:
        self._zones: dict[tuple[str, int], ZoneTotal] = {}
        self._cells: dict[tuple[int, int, int], list[float]] = {}
        self._grown_zones: set[tuple[str, int]] = set()
        self._grown_cells: dict[tuple[int, int, int], None] = {}

    def gained(self, zones: Sequence[Zone], gains: Iterable[Gain], utc_ms: int) -> None:
        """Stays that a look added to."""
        minute = utc_ms // MINUTE_MS * MINUTE_MS
        for gain in gains:
            zone = zones[gain.zone]
            key = zone.name, minute
            before = self._zones.get(key) or ZoneTotal(zone.name, zone.kind, minute)
            self._zones[key] = replace(
                before,
                visits=before.visits + gain.visits,
                dwell_ms=before.dwell_ms + gain.dwell_ms,
                waited=before.waited + gain.waited,
                waited_ms=before.waited_ms + gain.waited_ms,
                longest_ms=max(before.longest_ms, gain.waited_ms),
            )
            self._grown_zones.add(key)

    def stand(self, now: Iterable[Waiting], utc_ms: int) -> None:
        """How many are in each zone now."""
        minute = utc_ms // MINUTE_MS * MINUTE_MS
        for one in now:
            key = one.zone, minute
            before = self._zones.get(key) or ZoneTotal(one.zone, one.kind, minute)
            if one.people > before.most:
                self._zones[key] = replace(before, most=one.people)
                self._grown_zones.add(key)

    def trodden(self, trodden: Iterable[Trodden], utc_ms: int) -> None:
        """Cells of the floor that a look added to."""
        quarter = utc_ms // QUARTER_MS * QUARTER_MS
        for one in trodden:
            key = quarter, *one.cell
            cell = self._cells.setdefault(key, [0.0, 0])
            cell[0] += one.seconds
            cell[1] += one.visits
            self._grown_cells[key] = None

    def take(self, utc_ms: int) -> tuple[tuple[ZoneTotal, ...], tuple[HeatTotal, ...]]:
        """What grew since the last time, at most MOST_CELLS of the floor; the rest with the next word."""
        zones = tuple(self._zones[key] for key in sorted(self._grown_zones))
        self._grown_zones.clear()
        told = list(self._grown_cells)[:MOST_CELLS]
        cells = []
        for key in told:
            del self._grown_cells[key]
            seconds, visits = self._cells[key]
            cells.append(HeatTotal(*key, visits=int(visits), dwell_ms=round(seconds * 1000)))
        self._forget(utc_ms)
        return zones, tuple(cells)

    def _forget(self, utc_ms: int) -> None:
        """What nothing is added to any more. The clock may be set back by a little."""
        for key in [key for key in self._zones if key[1] < utc_ms - 2 * MINUTE_MS]:
            del self._zones[key]
        for cell in [key for key in self._cells if key[0] < utc_ms - 2 * QUARTER_MS and key not in self._grown_cells]:
            del self._cells[cell]
