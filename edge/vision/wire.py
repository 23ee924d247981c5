"""How a worker tells its parent: one line of JSON per fact, `{"crossing": {…}}`, read back strictly."""

import json
from dataclasses import asdict, dataclass

import orjson
from pydantic import TypeAdapter, ValidationError

from edge.vision.facts import CameraMoved, Crossing, Health, Present, ShelfSeen, Totals

MAX_LINE = 32 << 10
"""Bytes of one fact, at most: the labels of a full shelf fit."""
MOST_LABELS = 150
"""Labels in one picture that a worker tells of."""
MAX_WORDS = 600
"""Characters of a reason, at most."""


class GarbledError(ValueError):
    """A line that is no fact."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The worker's last word: why it ends, and whether trying again could help."""

    why: str
    what_now: str
    again: bool


@dataclass(frozen=True, slots=True)
class Left:
    """A vision worker looks at a camera no longer: it was asked to leave it, or `why` it cannot go on."""

    camera: str
    epoch: int
    why: str
    what_now: str
    again: bool


@dataclass(frozen=True, slots=True)
class StillMade:
    """The n-th still that was asked for is in the file that came with the order, `size` bytes of it; or `why` not."""

    camera: str
    n: int
    size: int
    why: str


Told = Crossing | Totals | Present | Health | CameraMoved | ShelfSeen | Ended | Left | StillMade
_READERS: dict[str, TypeAdapter[Told]] = {
    "crossing": TypeAdapter(Crossing),
    "totals": TypeAdapter(Totals),
    "present": TypeAdapter(Present),
    "health": TypeAdapter(Health),
    "cameramoved": TypeAdapter(CameraMoved),
    "shelfseen": TypeAdapter(ShelfSeen),
    "ended": TypeAdapter(Ended),
    "left": TypeAdapter(Left),
    "stillmade": TypeAdapter(StillMade),
}


def write_line(told: Told) -> bytes:
    """One line, newline included."""
    if isinstance(told, Totals | Present):  # told often, of words and numbers only
        return orjson.dumps({type(told).__name__.lower(): told}, option=orjson.OPT_APPEND_NEWLINE)
    return json.dumps({type(told).__name__.lower(): asdict(told)}).encode() + b"\n"


def read_line(line: bytes) -> Told:
    """What a line says. Raises GarbledError for no JSON, or a missing, unknown or ill-typed field."""
    if len(line) > MAX_LINE:
        raise GarbledError(f"a line of {len(line)} bytes")
    try:
        ((kind, body),) = json.loads(line).items()
        told = _READERS[kind].validate_json(json.dumps(body), strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors()[0]
        raise GarbledError(f"{kind}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise GarbledError("a line that is no fact") from error
    if not isinstance(told, Ended | Left | StillMade) and told.at < 0:
        raise GarbledError(f"{kind}: a time before 1970")
    return told
