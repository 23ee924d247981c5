"""How a device is: what may follow what, whatever happens in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import Asleep, DeviceError, Misspoke, Refused, Unreachable
from edge.devices import health as healths
from edge.devices.health import MISSPOKE_LIMIT, Health, State

NEW = Health(State.INIT, "", 0)
ERRORS: tuple[DeviceError, ...] = (
    Unreachable("label-1", "no answer"),
    Asleep("label-1", "it sleeps"),
    Refused("label-1", "wrong panel"),
    Misspoke("label-1", "half a message", b"\x01"),
)

happenings = st.one_of(
    st.sampled_from(["seen", "worked", "lost", "silent", "cleared", "understood"]),
    st.sampled_from(ERRORS),
)


def after(health: Health, what: str | DeviceError, now: int) -> Health:
    """The health after something happened."""
    match what:
        case DeviceError():
            return healths.failed(health, what, now)
        case "seen":
            return healths.seen(health, now)
        case "worked":
            return healths.worked(health, now)
        case "lost":
            return healths.lost(health, "its link broke", now)
        case "silent":
            return healths.silent(health, 1000, now)
        case "understood":
            return healths.understood(health)
    return healths.cleared(health, now)


@given(st.lists(st.tuples(happenings, st.integers(0, 2000)), max_size=40))
def test_the_machine_never_contradicts_itself(events: list[tuple[str | DeviceError, int]]) -> None:
    health, now = NEW, 0
    for what, passed in events:
        now += passed
        before, health = health, after(health, what, now)
        if before.state is State.FAULT:
            assert health.state is State.FAULT or what in ("worked", "cleared")  # only success or a person ends a fault
        if health.state is not before.state:
            assert health.at == now
        if health.state in (State.LOST, State.ASLEEP, State.FAULT):
            assert health.why  # whoever looks can read a reason
        if health.state is State.READY and before.state is not State.READY:
            assert not health.why
        if isinstance(what, Refused):
            assert health.state is State.FAULT
        if what == "worked":
            assert health == Health(State.READY, "", health.at, now)
        assert health.faults >= 0 or health.state is State.FAULT


@pytest.mark.parametrize("state", [State.INIT, State.LOST, State.ASLEEP])
def test_a_sign_of_life_makes_it_ready(state: State) -> None:
    assert healths.seen(Health(state, "why", 1), 5) == Health(State.READY, "", 5, seen_at=5)


def test_a_fault_stays_until_a_person_says_retry() -> None:
    health = healths.failed(healths.seen(NEW, 1), Refused("label-1", "wrong panel"), 2)
    later: tuple[str | DeviceError, ...] = ("seen", "lost", "silent", *ERRORS[:2])
    for what in later:
        health = after(health, what, 90_000)
    assert (health.state, health.why) == (State.FAULT, "wrong panel")
    assert healths.cleared(health, 99_000).state is State.READY


def test_one_failed_attempt_is_no_verdict_but_silence_is() -> None:
    health = healths.failed(healths.seen(NEW, 0), Unreachable("label-1", "no answer"), 10)
    assert health.state is State.READY
    assert healths.silent(health, 1000, 999).state is State.READY
    lost = healths.silent(health, 1000, 61_000)
    assert (lost.state, lost.why) == (State.LOST, "no sign of life for 61 s")


def test_only_protocol_faults_in_a_row_ask_for_a_person() -> None:
    health = healths.seen(NEW, 0)
    for _ in range(MISSPOKE_LIMIT * 3):
        for _ in range(MISSPOKE_LIMIT - 1):
            health = healths.failed(health, ERRORS[3], 1)
        health = healths.understood(health)
    assert health.state is State.READY
    for _ in range(MISSPOKE_LIMIT):
        health = healths.failed(health, ERRORS[3], 2)
    assert health.state is State.FAULT
    assert "said 01" in health.why
