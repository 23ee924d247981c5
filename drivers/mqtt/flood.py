"""Which device says far more than a till has to say: a plain function of (what it said, now). Milliseconds.

A till that was off the network for days has some thousands of events to tell at once, and then a few in a minute. One
that goes on is broken. It is put out for a while, each time for longer, so that the others do not wait behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

AT_ONCE = 5_000
"""Messages that a till may have saved up."""
BESIDE_OTHERS = 400
"""Messages of those that are read while others talk; what is beyond is left to be repeated, a little later."""
PER_SECOND = 100
"""Messages that it may send for ever."""
FIRST_REST_MS = 30_000
LONGEST_REST_MS = 600_000
FORGIVEN_MS = 3_600_000
"""After so long without a flood, the next one counts as the first."""


class Verdict(Enum):
    """What becomes of a message."""

    FINE = auto()
    TOO_MUCH = auto()
    """It is one too many: from now on the device is out."""
    LATER = auto()
    """It is not read: others talk. A till repeats what has no receipt after five seconds."""
    OUT = auto()
    """The device is out: what it says is not read."""


@dataclass(frozen=True, slots=True)
class Talk:
    """How much a device said. `level`: thousandths of messages, less what time has forgiven."""

    at: int = 0
    level: int = 0
    out_until: int = 0
    floods: int = 0

    @property
    def rest_ms(self) -> int:
        """How long it is out this time."""
        return int(min(FIRST_REST_MS << min(self.floods - 1, 10), LONGEST_REST_MS)) if self.floods else 0


def heard(
    talk: Talk, now: int, others: Callable[[], bool] = lambda: False, at_once: int = AT_ONCE
) -> tuple[Talk, Verdict]:
    """The device said one more thing. `others`: whether another device talks."""
    if now < talk.out_until:
        return talk, Verdict.OUT
    level = max(0, talk.level - (now - talk.at) * PER_SECOND) + 1000
    if level <= at_once * 1000:
        floods = 0 if now - talk.out_until > FORGIVEN_MS else talk.floods
        later = level > BESIDE_OTHERS * 1000 and others()
        return Talk(now, level, talk.out_until, floods), Verdict.LATER if later else Verdict.FINE
    out = Talk(now, at_once * 500, now, talk.floods + 1)
    return Talk(out.at, out.level, now + out.rest_ms, out.floods), Verdict.TOO_MUCH
