"""The process that takes one camera's pictures: `python -m edge.vision.capture FD`.

It is told once, on standard input, what to do (a WorkOrder as one line of JSON), and puts the newest picture into the
slot of that file (see slot.py). Pictures are in that memory and in this process's own, and nowhere else: not on disk,
not in a pipe, not in a log. It reads labels where it is asked to, and tells what they say on standard output (see
wire.py). It ends when its standard input does, which is when its parent is gone, however that came about.
"""

import os
import sys
import threading
import time

from drivers.base import CameraDriver, Frame, load_driver
from drivers.errors import DeviceError, Refused
from edge.vision.child import Send, private_output, settle
from edge.vision.config import CameraConfig, WorkOrder
from edge.vision.looks import Looks, look
from edge.vision.motion import Motion
from edge.vision.shelf import ShelfReader, look_at_shelves
from edge.vision.slot import SlotWriter
from edge.vision.wire import MAX_WORDS, Ended

MAX_ORDER = 64 << 10
"""Bytes of a work order."""
ASK_AGAIN_S = 0.0005
FILM_OVER = "Nothing more will be counted. Press retry to count the film again."
BROKEN = "Aisle tries again, less and less often. If it lasts, report the reason."


def main() -> None:
    """Read the order, take pictures until the end, tell why it ended."""
    send = private_output()
    order = WorkOrder.model_validate_json(sys.stdin.buffer.readline(MAX_ORDER))
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    settle()
    try:
        send(_watch(order, SlotWriter(int(sys.argv[1])), send))
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more


def _end_with_parent() -> None:
    """Nothing more is ever said on standard input; its end means that the parent closed it or died."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _watch(order: WorkOrder, slot: SlotWriter, send: Send) -> Ended:
    """Take pictures until the source ends; every way it can end, in words."""
    try:
        driver = _open_driver(order.camera)
        if not order.camera.counts_people:
            look_at_shelves(order, driver, send)
        else:
            _take(order, driver, slot, send)
        return Ended("the film is over", FILM_OVER, again=False)
    except DeviceError as error:
        return Ended(error.why[:MAX_WORDS], error.what_now, again=not isinstance(error, Refused))
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  # the process's one boundary: whatever a driver or library raises
        return Ended(f"{type(error).__name__} where its pictures are taken", BROKEN, again=True)


def _open_driver(camera: CameraConfig) -> CameraDriver:
    """All that a configuration can get wrong about the driver, found before anything starts. Raises Refused."""
    try:
        driver = load_driver(camera.driver, camera.driver_options())
    except LookupError as error:
        raise Refused(camera.id, str(error)) from error
    except ValueError as error:
        raise Refused(camera.id, f"the options of its driver {camera.driver!r}: {error}") from error
    if not isinstance(driver, CameraDriver):
        raise Refused(camera.id, f"its driver {camera.driver!r} gives no pictures")
    return driver


def _take(order: WorkOrder, driver: CameraDriver, slot: SlotWriter, send: Send) -> None:
    """Put what comes into the slot, and read labels from it now and then."""
    camera = order.camera
    shelves = ShelfReader(order, send) if camera.reads_labels else None
    put = _Live(camera, slot).put if camera.pace else _Recording(camera, slot).put
    for frame in driver.frames(camera.id, camera.address):
        if shelves:
            shelves.offer(frame)
        put(frame)
    if shelves:
        shelves.finish()
    while not camera.pace and slot.looked_at < slot.written:
        time.sleep(ASK_AGAIN_S)


class _Live:
    """The newest picture replaces the one before, looked at or not."""

    def __init__(self, camera: CameraConfig, slot: SlotWriter) -> None:
        self._slot, self._motion = slot, Motion()
        self._period = Looks(1000 / camera.fps)

    def put(self, frame: Frame) -> None:
        """Motion is asked for no more often than pictures are looked at: the rest only costs."""
        self._period, due = look(self._period, frame.at)
        taken = time.monotonic()
        self._slot.write(frame.pixels, frame.at, taken, due and self._motion.moved(frame.pixels))


class _Recording:
    """Every picture that is due in the recording's own time is looked at, however long that takes."""

    def __init__(self, camera: CameraConfig, slot: SlotWriter) -> None:
        self._slot, self._looks = slot, Looks(1000 / camera.fps)

    def put(self, frame: Frame) -> None:
        """Waits for the look at the picture before."""
        self._looks, due = look(self._looks, frame.at)
        if due:
            while self._slot.looked_at < self._slot.written:
                time.sleep(ASK_AGAIN_S)
            self._slot.write(frame.pixels, frame.at, time.monotonic(), moved=True)


if __name__ == "__main__":
    main()
