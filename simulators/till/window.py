"""When a till sends which event, decided purely: in order, a window at a time, again when nothing moves."""

from dataclasses import dataclass, replace

WINDOW = 50
"""Events on their way at once."""
REPEAT_MS = 5000
"""Without progress for so long, everything unreceipted is sent again."""


@dataclass(frozen=True, slots=True)
class Window:
    """`receipted` ≤ `sent`; `moved` is since when a receipt is awaited, in milliseconds of any steady clock.

    What is sent meanwhile does not put it off: a busy till would never repeat what got lost.
    """

    receipted: int
    sent: int
    moved: int


def connected(window: Window, now: int) -> Window:
    """A new connection: whatever was sent on the old one is sent again."""
    return Window(window.receipted, window.receipted, now)


def receipt(window: Window, seq: int, last: int, now: int) -> Window:
    """The gateway has everything up to `seq`. An old receipt, or one for an event never written, is void."""
    if not window.receipted < seq <= last:
        return window
    return Window(seq, max(seq, window.sent), now)


def due(window: Window, last: int, now: int) -> tuple[Window, int, int]:
    """The window, and which events to send now: those behind the first number up to the second.

    `last` is the last number given out.
    """
    if window.sent > window.receipted and now - window.moved >= REPEAT_MS:
        window = connected(window, now)
    upto = min(last, window.receipted + WINDOW)
    if upto <= window.sent:
        return window, window.sent, window.sent
    moved = now if window.sent == window.receipted else window.moved
    return replace(window, sent=upto, moved=moved), window.sent, upto
