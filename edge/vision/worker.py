"""The process that watches one camera: `python -m edge.vision.worker`.

It is told once, on standard input, what to do (a WorkOrder as one line of JSON), and tells facts on standard
output (see wire.py). Pictures are in this process's memory and nowhere else: not on disk, not in the pipe,
not in a log. It gives way to everything else on the box, and ends when its standard input does, which is when
its parent is gone, however that came about.
"""

import os
import sys
import threading

import cv2

from drivers.base import CameraDriver, load_driver
from drivers.errors import DeviceError, Refused
from edge.vision.config import CameraConfig, WorkOrder
from edge.vision.detector import BadModelError, Detector
from edge.vision.looks import Looks, look
from edge.vision.models import open_detector
from edge.vision.report import Report, Send
from edge.vision.shelf import ShelfReader, look_at_shelves
from edge.vision.telling import Telling
from edge.vision.watch import Watch
from edge.vision.wire import MAX_WORDS, Ended, Told, write_line

MAX_ORDER = 64 << 10
"""Bytes of a work order."""
NICE = 10
FILM_OVER = "Nothing more will be counted. Press retry to count the film again."
BROKEN = "Aisle tries again, less and less often. If it lasts, report the reason."


def main() -> None:
    """Read the order, watch until the end, tell why it ended."""
    send = _private_output()
    order = WorkOrder.model_validate_json(sys.stdin.buffer.readline(MAX_ORDER))
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    os.nice(NICE)
    cv2.setNumThreads(1)
    try:
        send(_watch(order, send))
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more


def _private_output() -> Send:
    """Keep standard output for facts: what a library prints goes to standard error instead."""
    facts = os.dup(1)
    os.dup2(2, 1)
    turn = threading.Lock()  # labels are read in a thread of their own: its line must not be torn by another

    def send(told: Told) -> None:
        line = write_line(told)
        with turn:
            while line:
                line = line[os.write(facts, line) :]

    return send


def _end_with_parent() -> None:
    """Nothing more is ever said on standard input; its end means that the parent closed it or died."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _watch(order: WorkOrder, send: Send) -> Ended:
    """Watch until the source ends; every way it can end, in words."""
    try:
        driver = _open_driver(order.camera)
        if not order.camera.counts_people:
            look_at_shelves(order, driver, send)
            return Ended("the film is over", FILM_OVER, again=False)
        _follow(order, driver, _open_detector(order.camera), send)
        return Ended("the film is over", FILM_OVER, again=False)
    except DeviceError as error:
        return Ended(error.why[:MAX_WORDS], error.what_now, again=not isinstance(error, Refused))
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  # the process's one boundary: whatever a driver or library raises
        return Ended(f"{type(error).__name__} in the vision worker", BROKEN, again=True)


def _open_detector(camera: CameraConfig) -> Detector:
    """Raises Refused for a model that cannot be used."""
    try:
        return open_detector(camera.model, camera.fps)
    except BadModelError as error:
        raise Refused(camera.id, str(error)) from error


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


def _follow(order: WorkOrder, driver: CameraDriver, detector: Detector, send: Send) -> None:
    """Look at no more pictures than allowed, and tell what was seen."""
    camera = order.camera
    watch, looks = Watch(camera, detector), Looks(1000 / camera.fps)
    report: Report | None = None
    telling: Telling | None = None
    shelves = ShelfReader(order, send) if camera.reads_labels else None
    for frame in driver.frames(camera.id, camera.address):
        report = report or Report(order, detector.name, send, frame.at)
        if shelves:
            shelves.offer(frame)
        looks, due = look(looks, frame.at)
        if due:
            telling = telling or Telling(order, watch, send, report.utc)
            telling.learnt(frame.at, watch.look(frame))
            report.looked(frame.at, watch.people, looks.dropped)
    if shelves:
        shelves.finish()
    if telling:
        telling.finish()
    if report:
        report.health()


if __name__ == "__main__":
    main()
