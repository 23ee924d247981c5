"""Gives frames their time, and tells how well a worker is watching now and then."""

import time

from edge.vision.child import Send
from edge.vision.config import WorkOrder
from edge.vision.facts import Health


class Report:
    """Begun with the first frame, whose time in the stream is `first_at` (ms). Reads the clock."""

    def __init__(self, order: WorkOrder, detector: str, send: Send, first_at: int) -> None:
        self._order, self._detector, self._send, self._first_at = order, detector, send, first_at
        self._began_ms, self._began = _utc_ms(), time.monotonic()
        self._looks = 0
        self._told = self._began
        self._last_at, self._people, self._dropped, self._age_s = first_at, 0, 0, 0.0

    def looked(self, at: int, people: int, dropped: int, age_s: float) -> None:
        """A frame was looked at, so many seconds after it was taken. Tells the health when it is time."""
        first = self._looks == 0 and at == self._first_at
        self._looks += 1
        self._last_at, self._people, self._dropped = at, people, dropped
        self._age_s = max(self._age_s, age_s)
        if first or time.monotonic() - self._told >= self._order.camera.health_s:
            self.health()

    def health(self) -> None:
        """Tell it now."""
        now = time.monotonic()
        camera = self._order.camera
        self._send(
            Health(
                camera=camera.id,
                at=self.utc(self._last_at),
                detector=self._detector,
                fps=round(self._looks / max(now - self._told, 1e-3), 2) if now > self._told else 0.0,
                age_ms=round(self._age_s * 1000) if camera.pace else 0,
                dropped=self._dropped,
                people=self._people,
            )
        )
        self._told, self._looks, self._age_s = now, 0, 0.0

    def utc(self, at: int) -> int:
        """UTC ms of a frame: the clock's if it is live, the recording's own if it is played fast."""
        return _utc_ms() if self._order.camera.pace else self._began_ms + at - self._first_at


def _utc_ms() -> int:
    return round(time.time() * 1000)
