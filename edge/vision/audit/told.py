"""What the process that counts a clip tells its parent: with what, pictures with heads pixelated, passings, the end.

One message is its kind (one byte), the length of what follows (four, big-endian) and that: for a picture its time in
milliseconds (eight, big-endian) and a JPEG, else JSON.
"""

import json
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from edge.vision.audit.score import Passing
from edge.vision.line import Direction

MOST_BYTES = 400_000
"""Of one picture, at most."""
LONGEST_NAME = 200
"""Characters of a model's name."""
LONGEST_MS = 3_600_000
"""No clip lasts longer, so no time in it is later."""
_HEAD, _AT = struct.Struct(">cI"), struct.Struct(">q")


@dataclass(frozen=True, slots=True)
class Begun:
    """The first word: the name of the model that looks at the clip, with the size of what it is shown."""

    model: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the clip: milliseconds from its beginning, and a JPEG."""

    at: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """The last word. `why` is empty when all went well, else fit for a person."""

    why: str = ""


Told = Begun | Picture | Passing | Ended


class GarbledError(ValueError):
    """Bytes that are no message."""


def write(told: Told) -> bytes:
    """One message."""
    match told:
        case Begun():
            kind, body = b"b", json.dumps(told.model[:LONGEST_NAME]).encode()
        case Picture():
            kind, body = b"p", _AT.pack(told.at) + told.jpeg
        case Passing():
            kind, body = b"c", json.dumps([told.at, told.direction]).encode()
        case Ended():
            kind, body = b"e", json.dumps(told.why[:600]).encode()
    return _HEAD.pack(kind, len(body)) + body


async def read(exactly: Callable[[int], Awaitable[bytes]]) -> Told:
    """The next message. `exactly(n)` gives the next n bytes. Raises GarbledError, and what `exactly` raises."""
    kind, length = _HEAD.unpack(await exactly(_HEAD.size))
    if length > MOST_BYTES:
        raise GarbledError(f"a message of {length} bytes")
    return parse(kind, await exactly(length))


def parse(kind: bytes, body: bytes) -> Told:
    """A message without its head. Raises GarbledError."""
    try:
        match kind:
            case b"b":
                model = json.loads(body)
                if isinstance(model, str) and len(model) <= LONGEST_NAME:
                    return Begun(model)
            case b"p" if body[_AT.size : _AT.size + 2] == b"\xff\xd8":
                return Picture(_time(_AT.unpack_from(body)[0]), body[_AT.size :])
            case b"c":
                at, direction = json.loads(body)
                return Passing(_time(at), Direction(direction))
            case b"e":
                why = json.loads(body)
                if isinstance(why, str) and len(why) <= 600:
                    return Ended(why)
    except (ValueError, TypeError, KeyError, RecursionError, struct.error) as error:
        raise GarbledError("a message that cannot be read") from error
    raise GarbledError(f"a message of kind {kind!r} that is none")


def _time(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST_MS:
        raise ValueError("a time outside the clip")
    return value
