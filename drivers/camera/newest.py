"""One slot between a stream and whoever looks at it: the newest picture replaces the one nobody took."""

import threading
import time
from collections.abc import Callable, Iterator

from drivers.base import Frame
from drivers.camera.picture import Pixels
from drivers.errors import DeviceError

Pictures = Callable[[], Iterator[Pixels]]


class NewestReader:
    """Reads a stream in a thread of its own, as fast as it comes, and keeps the last picture only.

    A stream that is read slowly piles up old pictures in the network and the library; this one never does.
    `zero` is the monotonic time, in seconds, that frames are counted from.
    """

    def __init__(self, pictures: Pictures, zero: float) -> None:
        self._pictures = pictures
        self._zero = zero
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._error: DeviceError | None = None
        self._over = False
        self._stop = False
        self._thread = threading.Thread(target=self._read, name="camera-reader", daemon=True)

    def __enter__(self) -> "NewestReader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the thread. May take as long as the stream's read timeout."""
        self._stop = True
        self._thread.join()

    def take(self) -> Frame | None:
        """Wait for a picture newer than the last one taken. None when the stream is over; see `error`."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._over)
            frame, self._frame = self._frame, None
            return frame

    @property
    def error(self) -> DeviceError | None:
        """Why the stream is over; None when it just ended."""
        return self._error

    def _read(self) -> None:
        stream = self._pictures()
        try:
            for pixels in stream:
                if self._stop:
                    return
                at = round((time.monotonic() - self._zero) * 1000)
                with self._changed:
                    self._frame = Frame(pixels, at)
                    self._changed.notify()
        except DeviceError as error:
            self._error = error
        finally:
            with self._changed:
                self._over = True
                self._changed.notify()
