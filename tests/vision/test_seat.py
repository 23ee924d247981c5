"""One camera in a vision worker, by a clock of the test's own."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from edge.vision import CameraConfig, Health
from edge.vision.config import WorkOrder
from edge.vision.seat import Seat
from edge.vision.slot import Slot, SlotReader, SlotWriter
from edge.vision.still import MOST_BYTES
from edge.vision.wire import StillMade, Told


@dataclass
class Sitting:
    """A seat, and what is put before it."""

    slot: SlotWriter
    seat: Seat
    told: list[Told] = field(default_factory=list)

    def show(self, now: float, moved: bool = False) -> None:
        self.slot.write(np.full((36, 48, 3), 90, np.uint8), round(now * 1000), now, moved)

    def looked(self, now: float) -> bool:
        """As a worker does: look if it is time."""
        since, there = self.seat.due(now)
        if not there or since > now:
            return False
        before = len(self.told)
        self.seat.look(now)
        return len(self.told) > before


@pytest.fixture
def sitting() -> Iterator[Sitting]:
    camera = CameraConfig(id="door", address="usb:0", model="background", health_s=0.1)  # type: ignore[arg-type]
    told: list[Told] = []
    with Slot() as slot:
        work = WorkOrder(camera=camera, epoch=7)
        seat = Seat(work, SlotReader(os.dup(slot.fd)), told.append)
        yield Sitting(SlotWriter(slot.fd), seat, told)
        seat.close()


def _count_looks(sitting: Sitting, begin: float, seconds: float, moved: bool = False) -> int:
    """A camera of ten pictures a second."""
    before = sitting.slot.looked_at
    looks = 0
    for tenth in range(round(seconds * 10)):
        now = begin + tenth / 10
        sitting.show(now, moved)
        sitting.looked(now)
        looks += sitting.slot.looked_at > before
        before = sitting.slot.looked_at
    return looks


def test_looks_follow_what_moves(sitting: Sitting) -> None:
    assert _count_looks(sitting, 100.0, 4) == pytest.approx(20, abs=1)
    assert _count_looks(sitting, 104.0, 8) == pytest.approx(20, abs=2)
    assert _count_looks(sitting, 112.0, 10) == pytest.approx(10, abs=2)
    assert _count_looks(sitting, 122.0, 0.2, moved=True) == 1, "at once, not at the end of a second"
    assert _count_looks(sitting, 122.2, 3) == pytest.approx(15, abs=1)
    assert {told.dropped for told in sitting.told if isinstance(told, Health)} == {0}


def test_a_picture_older_than_a_second_is_never_looked_at(sitting: Sitting) -> None:
    sitting.show(100.0)
    assert sitting.looked(100.9)
    sitting.show(101.0)
    assert not sitting.looked(102.1)
    assert sitting.slot.looked_at == 2, "nor waited for"
    assert sitting.seat.due(102.2)[1] is False
    sitting.show(102.2)
    sitting.seat.look(102.3)
    sitting.seat.close()
    health = [told for told in sitting.told if isinstance(told, Health)]
    assert max(one.age_ms for one in health) == 900
    assert health[-1].dropped > 0


def test_stills_are_of_the_next_picture_and_only_so_many_wait(sitting: Sitting) -> None:
    sitting.show(100.0)
    assert sitting.looked(100.0)
    files = [os.memfd_create("still") for _ in range(6)]
    for n, file in enumerate(files):
        os.truncate(file, MOST_BYTES)
        sitting.seat.want_still(n, os.dup(file))
    assert sitting.seat.due(100.01) == (100.01, False)
    sitting.show(100.05)
    assert sitting.looked(100.05), "a person waits"
    made = {told.n: told.why for told in sitting.told if isinstance(told, StillMade)}
    assert [bool(made[n]) for n in range(6)] == [False] * 4 + [True] * 2
    heads = [os.pread(file, 4, 0) for file in files]
    assert heads == [b"\x89PNG"] * 4 + [bytes(4)] * 2
    for file in files:
        os.close(file)


def test_a_core_with_far_too_much_to_do_sees_smaller_pictures_and_says_so() -> None:
    told: list[Told] = []
    with Slot() as slot:
        work = WorkOrder(camera=CameraConfig(id="door", address="usb:0", health_s=0.1), epoch=7, core_looks=1e6)
        seat = Seat(work, SlotReader(os.dup(slot.fd)), told.append)
        sitting = Sitting(SlotWriter(slot.fd), seat, told)
        _count_looks(sitting, 100.0, 0.5, moved=True)
        seat.close()
    assert {one.detector for one in told if isinstance(one, Health)} == {"own, 320×224"}
