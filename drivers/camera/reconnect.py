"""When to open a live stream again, and when to give up: a plain function of (state, event).

A stream that has worked may hiccup (a switch restarts, a cable is touched): a few quick tries bridge that
inside the driver, so that nobody is alarmed. What lasts longer is reported, and the vision supervisor's
back-off takes over. A stream that never worked is reported at once.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

LONGEST_WAIT_MS = 8_000


class Phase(StrEnum):
    """Where a stream stands."""

    OPENING = "opening"
    FLOWING = "flowing"
    WAITING = "waiting"
    GIVEN_UP = "given up"


class Event(StrEnum):
    """What can happen to a stream."""

    FRAME = "frame"
    """A picture came."""
    BROKE = "broke"
    """It could not be opened, ended, or went silent."""
    WAITED = "waited"
    """The wait that was asked for is over."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """The state, and what to do about it: in WAITING, wait `wait_ms` and then say WAITED."""

    tries: int
    first_wait_ms: int
    phase: Phase = Phase.OPENING
    worked: bool = False
    """Whether any picture ever came."""
    failed: int = 0
    """Breaks in a row without a picture in between."""
    wait_ms: int = 0


def step(state: Bridge, event: Event) -> Bridge:
    """The next state. An event that does not fit the phase changes nothing."""
    match event:
        case Event.FRAME if state.phase in (Phase.OPENING, Phase.FLOWING):
            return replace(state, phase=Phase.FLOWING, worked=True, failed=0, wait_ms=0)
        case Event.BROKE if state.phase in (Phase.OPENING, Phase.FLOWING):
            failed = state.failed + 1
            if not state.worked or failed > state.tries:
                return replace(state, phase=Phase.GIVEN_UP, failed=failed, wait_ms=0)
            wait = min(state.first_wait_ms * 2 ** (failed - 1), LONGEST_WAIT_MS)
            return replace(state, phase=Phase.WAITING, failed=failed, wait_ms=wait)
        case Event.WAITED if state.phase is Phase.WAITING:
            return replace(state, phase=Phase.OPENING, wait_ms=0)
        case Event.FRAME | Event.BROKE | Event.WAITED:
            return state
        case _:
            assert_never(event)
