"""The process that counts one clip: `python -m edge.vision.audit.counter`.

It is told once, on standard input, what to do, and tells pictures and passings on standard output (see told.py). An
uploaded clip is a file without a name in memory, handed down as an open descriptor; it is gone when this process ends.
Nothing can be written to a disk from here: the process may not make files grow.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Iterator

import cv2
from pydantic import BaseModel, ConfigDict

from drivers.base import CameraDriver, Frame, load_driver
from drivers.errors import DeviceError
from edge.vision.audit.score import Passing
from edge.vision.audit.told import MOST_BYTES, Begun, Ended, Picture, Told, write
from edge.vision.boxes import Boxes
from edge.vision.child import settle
from edge.vision.config import CameraConfig
from edge.vision.detector import Aside, BadModelError, Detector, Pixels
from edge.vision.looks import Looks, look
from edge.vision.models import BACKGROUND, open_detector
from edge.vision.still import without_heads
from edge.vision.watch import Watch

MOST_ORDER = 256 << 10
WIDTH, QUALITY = 640, 72
"""Of the pictures, which are for a person to count by."""
HIDE_FOR_MS = 1_000
"""A head stays hidden where somebody was found so lately: a detector may miss one picture of many."""


class Order(BaseModel):
    """What to count. `clip`: the descriptor of an uploaded clip; None: the camera itself, as long as `span_ms`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    camera: CameraConfig
    line: str
    span_ms: int
    core_looks: float = 0.0
    """As in the camera's own WorkOrder: the clip is looked at as closely as the camera is."""
    clip: int | None = None


class _Remembering:
    """A detector whose last findings can be looked up."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.name, self.sure = detector.name, detector.sure
        self.found: Boxes | None = None

    @property
    def aside(self) -> Aside:
        """As the detector has it."""
        return self._detector.aside

    def detect(self, pixels: Pixels) -> Boxes:
        """As the detector does."""
        self.found = self._detector.detect(pixels)
        return self.found


def main() -> None:
    """Read the order, count, tell how it ended."""
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints is no message
    order = Order.model_validate_json(sys.stdin.buffer.readline(MOST_ORDER))
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    settle()
    try:
        for told in count_clip(order):
            _send(out, told)
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more


def count_clip(order: Order) -> Iterator[Told]:
    """With what, every picture and passing of the clip, and at last how it ended."""
    try:
        yield from _count(order)
    except (DeviceError, BadModelError) as error:
        yield Ended(getattr(error, "why", "") or str(error))
    except Exception as error:  # noqa: BLE001  # the process's one boundary: whatever a library makes of a hostile clip
        yield Ended(f"{type(error).__name__} while the clip was read")
    else:
        yield Ended()


def _count(order: Order) -> Iterator[Told]:
    camera = order.camera
    detector = _Remembering(open_detector(camera.model, camera.fps, order.core_looks))
    yield Begun(detector.name)
    watch, looks = Watch(camera, detector), Looks(1000 / camera.fps)
    seen: deque[tuple[int, Boxes]] = deque(maxlen=64)
    first: int | None = None
    for frame in _frames(order):
        first = frame.at if first is None else first
        at = frame.at - first
        if at > order.span_ms:
            return
        looks, due = look(looks, frame.at)
        if not due:
            continue
        entries = watch.look(frame).entries
        if detector.found is not None:
            seen.append((at, detector.found))
        lately = [boxes for when, boxes in seen if at - when <= HIDE_FOR_MS]
        yield Picture(at, _jpeg(frame.pixels, None if camera.model in (None, BACKGROUND) else lately))
        for one in entries:  # staff and those who come back too: the person marks whoever crosses
            if one.line.name == order.line:
                yield Passing(max(0, round(one.at * 1000) - first), one.direction)


def _frames(order: Order) -> Iterator[Frame]:
    camera, live = order.camera, order.clip is None
    options = camera.driver_options() if live else {**camera.options, "pace": False, "loop": False}
    driver = load_driver(camera.driver, options)
    if not isinstance(driver, CameraDriver):
        raise BadModelError(f"the driver {camera.driver!r} of this camera gives no pictures")
    return driver.frames(camera.id, camera.address if live else f"/proc/self/fd/{order.clip}")


def _jpeg(pixels: Pixels, people: list[Boxes] | None) -> bytes:
    picture = without_heads(pixels, people, WIDTH)
    for quality in (QUALITY, 40, 10):
        made = bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
        if len(made) < MOST_BYTES - 64:
            break
    return made


def _send(out: int, told: Told) -> None:
    message = write(told)
    while message:
        message = message[os.write(out, message) :]


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
