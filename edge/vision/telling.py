"""Tells what a camera learnt: crossings at once and numbered, sums every few seconds, who is there twice a second.

Times come in as milliseconds of the stream and go out as UTC. What is told of the moment is kept nowhere.
"""

from collections.abc import Callable

from edge.vision.analysis import Learnt
from edge.vision.config import WorkOrder
from edge.vision.facts import Crossing, Present, Totals
from edge.vision.totals import RunningTotals
from edge.vision.watch import Watch
from edge.vision.wire import Told

SUMS_MS, PRESENT_MS, NOBODY_MS = 5_000, 500, 2_000


class Telling:
    """`utc(at)`: the UTC milliseconds of a frame."""

    def __init__(self, order: WorkOrder, watch: Watch, send: Callable[[Told], None], utc: Callable[[int], int]) -> None:
        self._order, self._watch, self._send, self._utc = order, watch, send, utc
        self._totals = RunningTotals()
        self._n = 0
        self._told_sums = self._told_present = 0
        self._anybody = False
        self._now = 0

    def learnt(self, at: int, learnt: Learnt) -> None:
        """Tell what one frame added."""
        now = self._now = self._utc(at)
        camera, epoch = self._order.camera.id, self._order.epoch
        for one in learnt.entries:
            self._n += 1
            then = max(0, now - round((learnt.at - one.at) * 1000))
            self._send(
                Crossing(
                    camera, one.line.name, then, one.direction, epoch, self._n,
                    kind=one.line.kind, again=one.again, joined=one.joined, staff=one.staff,
                )
            )  # fmt: skip
        self._totals.gained(self._watch.scene.zones, learnt.gains, now)
        self._totals.trodden(learnt.trodden, now)
        if not 0 <= now - self._told_present < (PRESENT_MS if self._anybody or self._watch.people else NOBODY_MS):
            self._tell_present(now)
        if not 0 <= now - self._told_sums < SUMS_MS:
            self._tell_sums(now)

    def finish(self) -> None:
        """Tell what is not told yet."""
        while self._tell_sums(self._now):
            pass

    def _tell_present(self, now: int) -> None:
        feet, zones = self._watch.feet(), self._watch.zones()
        self._totals.stand(zones, now)
        self._send(Present(self._order.camera.id, now, feet, zones))
        self._told_present, self._anybody = now, bool(feet)

    def _tell_sums(self, now: int) -> bool:
        zones, cells = self._totals.take(now)
        self._told_sums = now
        if zones or cells:
            self._send(Totals(self._order.camera.id, now, self._order.epoch, zones, cells))
        return bool(cells)
