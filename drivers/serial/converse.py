"""Runs a talk over something that reads and writes. The one place where a conversation meets a clock."""

import time
from collections.abc import Callable
from typing import TypeVar

from drivers.serial.talk import LostError, OddError, Talk
from drivers.serial.wire import WireError

T = TypeVar("T")

LONGEST_S = 60.0
MOST_ANSWER = 8_192
"""Bytes that a device may say in one talk."""


def converse(talk: Talk[T], read: Callable[[], bytes], write: Callable[[bytes], None]) -> T:
    """Run a talk to its end and return what it concludes; it may raise its own errors.

    `read` gives what came within a tick. Where either raises WireError, the talk is told by LostError where it
    stands, and may still conclude; a device that does not stop talking is an OddError.
    """
    ends = time.monotonic() + LONGEST_S
    window, heard = 0.0, 0
    try:
        say = next(talk)
        while True:
            try:
                if say.send:
                    write(say.send)
                if say.within_ms:
                    window = time.monotonic() + say.within_ms / 1000
                data = b""
                while not data and time.monotonic() < min(window, ends):
                    data = read()
            except WireError as error:
                talk.throw(LostError(str(error)))
                raise RuntimeError("a talk went on without its port") from error
            heard += len(data)
            if heard > MOST_ANSWER:
                talk.throw(OddError("it does not stop talking", data))
                raise RuntimeError("a talk went on with a device that does not stop")
            say = talk.send(data)
    except StopIteration as end:
        value: T = end.value
        return value
