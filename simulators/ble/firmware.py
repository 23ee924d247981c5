"""What a label's own program does with each write: a plain function of (state, write, faults).

Written from reference/ESL_PROTOCOLS.md §3 alone. One state per connection.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

BLOCK = 244
"""Bytes of one block: 4 of part number, 240 of picture."""
LARGEST_PICTURE = 1 << 20


class Channel(Enum):
    """The characteristic that was written."""

    COMMAND = auto()
    IMAGE = auto()


@dataclass(frozen=True, slots=True)
class Faults:
    """How a label misbehaves. The default is a good label."""

    dead: bool = False
    """Its radio is silent for good, even in the middle of a link."""
    asleep: bool = False
    """It neither advertises nor takes new links."""
    mute: bool = False
    """It takes links and writes, and never says a word."""
    drop_after_parts: int | None = None
    """It ends the link after that many parts, once."""
    repeat_part: int | None = None
    """It asks for this part again although it came."""
    repeats: int = 1
    """How often it does so."""
    garbage: bytes | None = None
    """It says this instead of asking for the next part."""
    garbage_after_parts: int = 1
    never_completes: bool = False
    """It takes every part and never says that it has them all."""
    ends_by_asking: bool = False
    """It asks for a part past the end instead of saying that it is complete, as some firmware does."""
    seconds_per_block: float = 0.0


@dataclass(frozen=True, slots=True)
class State:
    """One upload as the label sees it."""

    size: int | None = None
    inflate: bool = False
    """The length command asked to unpack QuickLZ chunks."""
    taking: bool = False
    wanted: int = 0
    repeated: int = 0
    received: bytes = b""


@dataclass(frozen=True, slots=True)
class Say:
    """Notify this, after so many seconds."""

    said: bytes
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the link."""


@dataclass(frozen=True, slots=True)
class Show:
    """The picture is complete: refresh the glass with it."""

    payload: bytes
    inflate: bool


Reaction = Say | HangUp | Show


def react(
    state: State, channel: Channel, written: bytes, faults: Faults = Faults()
) -> tuple[State, tuple[Reaction, ...]]:
    """Take one write. A write that makes no sense is ignored, as a small device would."""
    if channel is Channel.COMMAND:
        state, reactions = _command(state, written)
    else:
        state, reactions = _block(state, written, faults)
    if faults.mute:
        reactions = tuple(reaction for reaction in reactions if not isinstance(reaction, Say))
    return state, reactions


def _command(state: State, written: bytes) -> tuple[State, tuple[Reaction, ...]]:
    match tuple(written[:1]):
        case (0x01,):
            return State(), (Say(b"\x01" + BLOCK.to_bytes(2, "little")),)
        case (0x02,) if len(written) >= 6:
            size = int.from_bytes(written[1:5], "little")
            if not 0 < size <= LARGEST_PICTURE:
                return state, ()
            return State(size, inflate=written[5] == 1), (Say(b"\x02\x00"),)
        case (0x03,) if state.size is not None:
            return replace(state, taking=True), (_ask(0),)
        case (0x04,):
            return State(), ()
        case _:
            return state, ()


def _block(state: State, written: bytes, faults: Faults) -> tuple[State, tuple[Reaction, ...]]:
    if not state.taking or state.size is None or not 4 < len(written) <= BLOCK:
        return state, ()
    part, data = int.from_bytes(written[:4], "little"), written[4:]
    due = min(BLOCK - 4, state.size - len(state.received))
    if part != state.wanted or len(data) != due:
        return state, (_ask(state.wanted, faults),)
    if part == faults.repeat_part and state.repeated < faults.repeats:
        return replace(state, repeated=state.repeated + 1), (_ask(part, faults),)
    size, received = state.size, state.received + data
    state = replace(state, received=received, wanted=part + 1)
    if faults.drop_after_parts == state.wanted:
        return State(), (HangUp(),)
    if faults.garbage is not None and state.wanted == faults.garbage_after_parts:
        return state, (Say(faults.garbage),)
    if len(received) < size:
        return state, (_ask(state.wanted, faults),)
    if faults.never_completes:
        return state, ()
    end = _ask(state.wanted, faults) if faults.ends_by_asking else Say(b"\x05\x08", faults.seconds_per_block)
    return State(), (Show(received, state.inflate), end)


def _ask(part: int, faults: Faults = Faults()) -> Say:
    return Say(b"\x05\x00" + part.to_bytes(4, "little"), faults.seconds_per_block)
