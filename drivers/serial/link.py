"""One port's life: when to open it, when to try again, and when a device counts as here or gone. Pure.

Loss and return are told once each. A device that is silent on an open port is gone, too; a port whose device
stays silent is opened anew, because adapters and half-open connections die without a word.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

FIRST_WAIT_MS, LONGEST_WAIT_MS = 250, 4_000
GONE_AFTER, REOPEN_AFTER = 2, 5
"""Silences in a row."""


class Phase(StrEnum):
    """Where a port stands."""

    OPENING = "opening"
    OPEN = "open"
    """The port is there; the device has not answered, or not lately."""
    HERE = "here"
    WAITING = "waiting"
    STOPPED = "stopped"


class Event(StrEnum):
    """What can happen."""

    OPENED = "opened"
    BROKE = "broke"
    """It could not be opened, or the port is gone."""
    FLOODED = "flooded"
    """The device sends far more than any device of its kind."""
    ANSWERED = "answered"
    SILENT = "silent"
    WAITED = "waited"
    STOP = "stop"


class Order(StrEnum):
    """What the shell is to do."""

    OPEN = "open"
    CLOSE = "close"
    TELL_HERE = "tell that it is here"
    TELL_GONE = "tell that it is gone"


@dataclass(frozen=True, slots=True)
class Link:
    """The state. `listens`: the device speaks only by itself, so an open port is all there is to know."""

    listens: bool
    phase: Phase = Phase.OPENING
    failures: int = 0
    silences: int = 0
    wait_ms: int = 0
    """In WAITING: how long, before WAITED is said."""
    told_gone: bool = False


Step = tuple[Link, tuple[Order, ...]]


def step(link: Link, event: Event) -> Step:
    """The next state and what to do. An event that does not fit the phase changes nothing."""
    if link.phase is Phase.STOPPED:
        return link, ()
    match event:
        case Event.OPENED if link.phase is Phase.OPENING:
            opened = replace(link, phase=Phase.OPEN, silences=0, wait_ms=0)
            return _here(opened) if link.listens else (opened, ())
        case Event.ANSWERED if link.phase in (Phase.OPEN, Phase.HERE):
            return _here(link)
        case Event.SILENT if link.phase in (Phase.OPEN, Phase.HERE):
            return _silent(replace(link, silences=link.silences + 1))
        case Event.BROKE if link.phase in (Phase.OPENING, Phase.OPEN, Phase.HERE):
            wait = min(FIRST_WAIT_MS * 2 ** min(link.failures, 10), LONGEST_WAIT_MS)
            return _broke(link, wait)
        case Event.FLOODED if link.phase in (Phase.OPEN, Phase.HERE):
            return _broke(link, LONGEST_WAIT_MS)
        case Event.WAITED if link.phase is Phase.WAITING:
            return replace(link, phase=Phase.OPENING, wait_ms=0), (Order.OPEN,)
        case Event.STOP:
            return replace(link, phase=Phase.STOPPED, wait_ms=0), (Order.CLOSE,)
        case Event.OPENED | Event.ANSWERED | Event.SILENT | Event.BROKE | Event.FLOODED | Event.WAITED:
            return link, ()
        case _:
            assert_never(event)


def _here(link: Link) -> Step:
    orders = () if link.phase is Phase.HERE else (Order.TELL_HERE,)
    # A listener's open port proves little: one that breaks at once goes on waiting longer each time.
    failures = link.failures if link.listens and link.phase is Phase.OPEN else 0
    return replace(link, phase=Phase.HERE, failures=failures, silences=0, told_gone=False), orders


def _silent(link: Link) -> Step:
    if link.listens or link.silences < GONE_AFTER:
        return link, ()
    gone = () if link.told_gone else (Order.TELL_GONE,)
    if link.silences < REOPEN_AFTER:
        return replace(link, phase=Phase.OPEN, told_gone=True), gone
    return _broke(link, FIRST_WAIT_MS)


def _broke(link: Link, wait: int) -> Step:
    broken = replace(link, phase=Phase.WAITING, failures=link.failures + 1, silences=0, wait_ms=wait, told_gone=True)
    return broken, (Order.CLOSE,) if link.told_gone else (Order.CLOSE, Order.TELL_GONE)
