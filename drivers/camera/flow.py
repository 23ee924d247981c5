"""How much of a stream is read: a plain function of (what came, now). Seconds are of a clock that never jumps.

No camera sends two hundred pictures in a second, or a quarter of a gigabit. One that does is broken, and decoding what
it sends would take the box from everybody else.
"""

from dataclasses import dataclass
from enum import Enum, auto

MOST_PICTURES = 200
MOST_BYTES = 30 << 20
"""In a second."""
LOOKS = 31
"""Pictures of a second that are decoded: nobody looks at more (`edge.vision.config`, fps)."""


class Verdict(Enum):
    """What becomes of a picture."""

    DECODE = auto()
    SKIP = auto()
    """A newer one comes before anybody looks at this."""
    FLOOD = auto()
    """It is one too many for a camera."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in the second that began at `since`, and when a picture was decoded last."""

    since: float = 0.0
    pictures: int = 0
    octets: int = 0
    decoded: float = float("-inf")


def came(flow: Flow, now: float, octets: int, pictures: int = 0) -> tuple[Flow, Verdict]:
    """So many bytes came, and a picture was complete with them (`pictures` 1) or was not."""
    if now - flow.since >= 1.0:
        flow = Flow(now, 0, 0, flow.decoded)
    flow = Flow(flow.since, flow.pictures + pictures, flow.octets + octets, flow.decoded)
    if flow.pictures > MOST_PICTURES or flow.octets > MOST_BYTES:
        return flow, Verdict.FLOOD
    if not pictures or now - flow.decoded < 1.0 / LOOKS:
        return flow, Verdict.SKIP
    return Flow(flow.since, flow.pictures, flow.octets, now), Verdict.DECODE
