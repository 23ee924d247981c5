"""A conversation with a device, decided without a port: a generator says what to send and is sent what came.

`Say(send, within_ms)` opens a window: what arrives is sent into the generator as it comes, and b"" once when the window
has closed. `Say()` goes on listening in the same window. Whoever runs a talk bounds its bytes and its windows, so
a device that never stops talking cannot hold it.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from drivers.serial.framing import Parser

T = TypeVar("T")
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Say:
    """Send these bytes, then listen for so many milliseconds. Without a time: listen on."""

    send: bytes = b""
    within_ms: int = 0


Talk = Generator[Say, bytes, T]


class LostError(Exception):
    """The port went away in the middle. Thrown into a talk where it stands, so that it can say what that means."""


class SilentError(Exception):
    """Nothing came in time."""


class OddError(Exception):
    """Something came that is no answer of this family."""

    def __init__(self, why: str, said: bytes = b"") -> None:
        super().__init__(why)
        self.said = said


class DeniedError(Exception):
    """The device, or its settings here, say no; asking again changes nothing."""


def first(parser: Parser[F], send: bytes, within_ms: int) -> Talk[F | None]:
    """The first frame that answers, or None when the window closes. Sending something drops what came before."""
    if send:
        parser.pending.clear()
    if parser.pending:
        return parser.pending.pop(0)
    data = yield Say(send, within_ms)
    while data:
        if frames := parser.feed(data):
            parser.pending = frames[1:]
            return frames[0]
        data = yield Say()
    return None


def expect(parser: Parser[F], send: bytes, within_ms: int) -> Talk[F]:
    """As `first`, but raises SilentError, or OddError where bytes came that were no answer."""
    parser.reset()
    frame = yield from first(parser, send, within_ms)
    if frame is not None:
        return frame
    said = parser.noise + parser.held
    if said:
        raise OddError("its answer cannot be read", said)
    raise SilentError


def pause(ms: int) -> Talk[None]:
    """Let time pass; what comes meanwhile is passed over."""
    data = yield Say(b"", ms)
    while data:
        data = yield Say()
