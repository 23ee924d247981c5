"""The labels in a camera's picture, now and then, inside the process that takes it. The picture stays here.

A camera that counts people goes on counting: its labels are read in a thread beside it, from a picture of its own. A
camera that only looks at shelves is opened for one picture and closed again, so that it costs next to nothing between.
"""

import threading
import time
from dataclasses import replace

from drivers.base import CameraDriver, Frame
from edge.readback.picture import in_grey
from edge.readback.reader import find_labels
from edge.vision.child import Send
from edge.vision.config import WorkOrder
from edge.vision.facts import Health, ShelfSeen
from edge.vision.wire import MOST_LABELS

WARM_UP = 5
"""Pictures passed over after a camera was opened: it still finds its exposure, and a stream its first whole one."""
SIGN_S = 20.0
"""A worker that waits for its next picture says so in between, or it would count as hanging."""
DETECTOR = "labels"
"""What the health of a camera that only looks at shelves names as its detector."""


class ShelfReader:
    """Reads the labels of a frame that is offered, when it is time and the last reading has ended."""

    def __init__(self, order: WorkOrder, send: Send) -> None:
        self._order, self._send = order, send
        self._due = 0.0
        self._thread: threading.Thread | None = None

    def offer(self, frame: Frame) -> None:
        """Take this frame if it is time. Returns at once."""
        now = time.monotonic()
        if now < self._due or (self._thread is not None and self._thread.is_alive()):
            return
        self._due = now + self._order.camera.reads_every_s
        kept = Frame(frame.pixels.copy(), frame.at)
        self._thread = threading.Thread(
            target=lambda: self._send(read_shelf(self._order, kept, _utc_ms())), name="labels", daemon=True
        )
        self._thread.start()

    def finish(self) -> None:
        """Wait for a reading that is under way."""
        if self._thread is not None:
            self._thread.join()


def read_shelf(order: WorkOrder, frame: Frame, at: int) -> ShelfSeen:
    """Read a frame that was taken at `at`, UTC epoch milliseconds."""
    look = find_labels(in_grey(frame.pixels), order.domain)
    return ShelfSeen(order.camera.id, at, replace(look, readings=look.readings[:MOST_LABELS]))


def look_at_shelves(order: WorkOrder, driver: CameraDriver, send: Send) -> None:
    """One picture every so often, for ever; a recording that is over ends it. Raises DeviceError."""
    while True:
        frame = _one_picture(order, driver)
        if frame is None:
            return
        at = _utc_ms()
        send(_health(order, 0))
        send(read_shelf(order, frame, at))
        del frame
        _wait(order, at, send)


def _one_picture(order: WorkOrder, driver: CameraDriver) -> Frame | None:
    """Open the camera, pass over its first pictures, and close it again. None when it gave none."""
    frame = None
    frames = driver.frames(order.camera.id, order.camera.address)
    for count, one in enumerate(frames):
        frame = one
        if count >= WARM_UP:
            break
    close = getattr(frames, "close", None)
    if close is not None:
        close()
    return frame


def _wait(order: WorkOrder, began: int, send: Send) -> None:
    until = time.monotonic() + order.camera.reads_every_s
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, SIGN_S))
        send(_health(order, _utc_ms() - began))


def _health(order: WorkOrder, age_ms: int) -> Health:
    return Health(order.camera.id, _utc_ms(), DETECTOR, fps=0.0, age_ms=max(0, age_ms), dropped=0, people=0)


def _utc_ms() -> int:
    return round(time.time() * 1000)
