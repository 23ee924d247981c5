"""Turns are few, fair and patient, whatever fails."""

from hypothesis import given
from hypothesis import strategies as st

from edge.devices.pacing import FIRST_RETRY_MS, LONGEST_RETRY_MS, Pacing

WHAT = ["works", "fails", "hurry", "look"]
DEVICES = [f"label-{n}" for n in range(8)]


@given(
    at_once=st.integers(1, 3),
    steps=st.lists(
        st.tuples(
            st.sampled_from(DEVICES), st.sampled_from(["works", "fails", "hurry", "look"]), st.integers(0, 90_000)
        ),
        max_size=80,
    ),
)
def test_no_more_than_allowed_are_busy_and_nobody_waits_longer_than_a_minute(
    at_once: int, steps: list[tuple[str, str, int]]
) -> None:
    pacing, busy, now = Pacing(at_once), set[str](), 1_000_000
    waits: dict[str, int] = {}
    for device, what, passed in steps:
        now += passed
        if device in busy and what in ("works", "fails"):
            busy.remove(device)
            if what == "works":
                pacing.worked(device)
                waits.pop(device, None)
            else:
                pacing.failed(device, now)
                waits[device] = now
        elif what == "hurry":
            pacing.hurry(device)
            waits.pop(device, None)
        elif what == "look":
            chosen = pacing.next(DEVICES, now)
            assert not set(chosen) & busy
            for one in chosen:
                assert now - waits.get(one, -LONGEST_RETRY_MS) >= FIRST_RETRY_MS  # a failure is never followed at once
            busy |= set(chosen)
            assert len(busy) <= at_once
            if len(busy) < at_once:  # a free turn means that everyone else has a reason to wait, and not for long
                for one in set(DEVICES) - busy:
                    assert now - waits[one] < LONGEST_RETRY_MS
    for one in busy:
        pacing.worked(one)
    assert pacing.next(DEVICES, now + LONGEST_RETRY_MS)


@given(st.integers(1, 3), st.integers(1, 6))
def test_devices_that_always_fail_starve_nobody(at_once: int, broken: int) -> None:
    """Everyone wants a turn all the time; an attempt takes a second. Those that work get most of the turns."""
    pacing, now = Pacing(at_once), 0
    turns = dict.fromkeys(DEVICES, 0)
    for _ in range(400):
        chosen = pacing.next(DEVICES, now)
        now += 1_000
        for device in chosen:
            turns[device] += 1
            if device in DEVICES[:broken]:
                pacing.failed(device, now)
            else:
                pacing.worked(device)
    working = [turns[device] for device in DEVICES[broken:]]
    assert max(working) - min(working) <= 1  # they share fairly
    assert all(turns[device] <= 16 for device in DEVICES[:broken])  # each failure waits longer, to a minute
    assert all(turns[device] >= 5 for device in DEVICES[:broken])  # but nobody is given up


def test_waits_double_up_to_a_minute_and_a_success_forgets_them() -> None:
    def wait() -> int:
        """How long after a failure the next turn comes."""
        began = now = 10**6
        pacing.failed("label-1", began)
        while not pacing.next(["label-1"], now):
            now += 100
        return now - began

    pacing = Pacing(1)
    pacing.next(["label-1"], 0)
    assert [wait() for _ in range(9)] == [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]
    pacing.worked("label-1")
    pacing.next(["label-1"], 0)
    assert wait() == 1000


def test_a_device_that_comes_to_life_need_not_wait() -> None:
    pacing = Pacing(1)
    pacing.next(["label-1"], 0)
    pacing.failed("label-1", 0)
    assert pacing.next(["label-1"], 1) == []
    pacing.hurry("label-1")
    assert pacing.next(["label-1"], 1) == ["label-1"]


def test_hurry_gives_no_second_turn_to_a_busy_device() -> None:
    pacing = Pacing(2)
    pacing.next(["label-1"], 0)
    pacing.hurry("label-1")
    assert pacing.next(["label-1"], 1) == []


def test_a_clock_that_is_set_back_holds_nobody_up() -> None:
    pacing = Pacing(1)
    pacing.next(["label-1"], 10**12)
    pacing.failed("label-1", 10**12)
    assert pacing.next(["label-1"], 10**12 - 3_600_000) == ["label-1"]


@given(at_once=st.integers(1, 4), first=st.sets(st.sampled_from(DEVICES)))
def test_some_go_first_and_the_others_still_get_a_turn(at_once: int, first: set[str]) -> None:
    pacing = Pacing(at_once)
    chosen = pacing.next(DEVICES, 0, first)
    assert len(chosen) == min(at_once, len(DEVICES))
    hasty = [device for device in chosen if device in first]
    others = len(DEVICES) - len(first)
    assert len(hasty) == max(min(len(first), max(1, at_once - 1)), at_once - others)
    for _ in range(3):
        pacing.worked(chosen.pop())
        chosen += pacing.next(DEVICES, 0, first)
        assert sum(device in first for device in chosen) <= max(1, at_once - 1, at_once - others)
