"""How a device is, as a pure state machine over its signs of life and how the last attempt ended."""

from dataclasses import dataclass, replace
from enum import StrEnum

from cloud_sync.contract.reasons import say
from drivers.errors import Asleep, DeviceError, Misspoke, Refused

MISSPOKE_LIMIT = 3
"""Protocol faults in a row after which a person is asked."""


class State(StrEnum):
    """The five states of a twin."""

    INIT = "init"
    READY = "ready"
    LOST = "lost"
    ASLEEP = "asleep"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Health:
    """A device's state, why, and since when (UTC epoch milliseconds). `faults`: protocol faults in a row."""

    state: State
    why: str
    at: int
    seen_at: int | None = None
    faults: int = 0


def seen(health: Health, now: int) -> Health:
    """A sign of life. A fault stays until a person or a success clears it."""
    health = replace(health, seen_at=now)
    if health.state in (State.INIT, State.LOST, State.ASLEEP):
        return replace(health, state=State.READY, why="", at=now)
    return health


def worked(health: Health, now: int) -> Health:
    """The device did what it was asked."""
    if health.state is State.READY:
        return replace(health, seen_at=now, faults=0)
    return Health(State.READY, "", now, now)


def understood(health: Health) -> Health:
    """The device said something that makes sense: earlier protocol faults were not in a row."""
    return replace(health, faults=0) if health.faults and health.state is not State.FAULT else health


def lost(health: Health, why: str, now: int) -> Health:
    """The link ended, or the last will arrived."""
    if health.state in (State.LOST, State.FAULT):
        return health
    return replace(health, state=State.LOST, why=why, at=now)


def silent(health: Health, after_ms: int, now: int) -> Health:
    """Time passed: a device that gave no sign of life for `after_ms` is lost."""
    since = health.seen_at if health.seen_at is not None else health.at
    if health.state in (State.READY, State.ASLEEP) and now - since >= after_ms:
        seconds = (now - since) // 1000
        why = say("silent", seconds=seconds) if seconds < 120 else say("silent-long", minutes=seconds // 60)
        return replace(health, state=State.LOST, why=why, at=now)
    return health


def failed(health: Health, error: DeviceError, now: int) -> Health:
    """An attempt ended in an error; which one says what now."""
    match error:
        case Refused():
            return replace(health, state=State.FAULT, why=error.why, at=now)
        case Misspoke() if health.state is State.FAULT:
            return health  # nothing new: it is known to talk rubbish, and no disk has to hear of each word
        case Misspoke() if health.faults + 1 >= MISSPOKE_LIMIT:
            return replace(health, state=State.FAULT, why=error.why, at=now, faults=health.faults + 1)
        case Misspoke():
            return replace(health, faults=health.faults + 1)
        case Asleep() if health.state not in (State.LOST, State.FAULT):
            return (
                health if health.state is State.ASLEEP else replace(health, state=State.ASLEEP, why=error.why, at=now)
            )
    return health  # Unreachable: one failed attempt is no verdict; silence is


def cleared(health: Health, now: int) -> Health:
    """A person pressed retry."""
    return Health(State.READY if health.seen_at is not None else State.INIT, "", now, health.seen_at)
