"""OpenCV's VideoCapture with its silences put into words."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from drivers.camera.address import NetSource, UsbSource
from drivers.camera.options import CameraOptions
from drivers.camera.picture import Pixels
from drivers.camera.relay import Relay
from drivers.errors import Refused, Unreachable

FALLBACK_FPS = 25.0
FASTEST_FPS = 60.0
"""More pictures of a live camera are not read in a second."""
ONE_THREAD = (cv2.CAP_PROP_N_THREADS, 1)
"""A decoder with several costs more in all, and holds back a picture for each."""


@contextmanager
def open_file(device: str, path: str) -> Iterator[cv2.VideoCapture]:
    """Open a video file. Raises Unreachable when it is not there, Refused when it is no video.

    The library takes odd names for protocols (`tcp:…`, `concat:…`); the absolute path of a file is none.
    """
    file = Path(path).absolute()
    if not file.is_file():
        raise Unreachable(device, f"there is no file {path!r}")
    capture = cv2.VideoCapture(str(file), cv2.CAP_FFMPEG, ONE_THREAD)
    try:
        if not capture.isOpened():
            raise Refused(device, f"{path!r} is not a video that can be read")
        yield capture
    finally:
        capture.release()


def file_rate(capture: cv2.VideoCapture, told: float | None) -> float:
    """Frames per second: what the operator says, else the file's header, else 25."""
    header = float(capture.get(cv2.CAP_PROP_FPS))
    return told or (header if 0 < header <= 240 else FALLBACK_FPS)


def rtsp_pictures(device: str, source: NetSource, options: CameraOptions) -> Iterator[Pixels]:
    """Yield pictures of a pinned RTSP address until it breaks. Raises Unreachable, or Refused: it points elsewhere."""
    times = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        options.open_timeout_ms,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        options.read_timeout_ms,
        *ONE_THREAD,
    ]
    with Relay(source, options.open_timeout_ms / 1000) as relay:
        try:
            capture = cv2.VideoCapture(relay.source.secret_url, cv2.CAP_FFMPEG, times)
            yield from _pictures(device, capture, source.safe)
        except Unreachable as error:
            if relay.why_not:
                raise Refused(device, f"{source.safe} sends us elsewhere: {relay.why_not}") from error
            raise


def usb_pictures(device: str, source: UsbSource) -> Iterator[Pixels]:
    """Yield pictures of a local camera until it is unplugged. Raises Unreachable."""
    yield from _pictures(device, cv2.VideoCapture(source.index, cv2.CAP_V4L2), f"USB camera {source.index}")


def _pictures(device: str, capture: cv2.VideoCapture, name: str) -> Iterator[Pixels]:
    try:
        if not capture.isOpened():
            raise Unreachable(device, f"{name} does not answer, or is no video stream")
        while True:
            began = time.monotonic()
            good, pixels = capture.read()
            if not good:
                raise Unreachable(device, f"{name} stopped sending")
            yield pixels
            time.sleep(max(0.0, began + 1 / FASTEST_FPS - time.monotonic()))  # one that floods has to wait
    finally:
        capture.release()
