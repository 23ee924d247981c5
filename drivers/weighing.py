"""When a weighing may price a line: at rest, fresh, and once. Pure; whoever sells by weight goes through here.

One placement of goods on a pan is one weighing, with a number. Goods that were sold stay sold until the scale was seen
in motion or empty.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from drivers.base import Balance, Reading

LONGEST_AGE_MS = 1_000


class No(StrEnum):
    """Why nothing may be priced now."""

    NO_READING = "the scale has not answered"
    NOT_AT_REST = "the scale is not at rest"
    EMPTY = "nothing is on the scale"
    STALE = "the weight is too old"
    USED = "this weighing was sold already"
    OTHER = "the goods on the scale have changed"


@dataclass(frozen=True, slots=True)
class Weighing:
    """The right to price one line. `number` tells it from every other of this scale."""

    number: int
    reading: Reading
    grams: int


@dataclass(frozen=True, slots=True)
class Pan:
    """What is known of one scale. Begin with `Pan()`: what lies there at the beginning may have been sold before."""

    reading: Reading | None = None
    moved: bool = False
    """Whether the goods were seen to change since the last weight."""
    number: int = 0
    """Of the placement that lies on the pan."""
    used: int = 0
    """The last number that priced a line."""


def heard(pan: Pan, reading: Reading) -> Pan:
    """The scale answered."""
    match reading.balance:
        case Balance.UNMOVED:
            return pan  # it says nothing new; what was read before only gets older
        case Balance.STABLE:
            return _settled(pan, reading)
        case Balance.NOT_READY:
            return replace(pan, reading=reading)
        case Balance.EMPTY | Balance.MOVING | Balance.OVER | Balance.UNDER:
            return replace(pan, reading=reading, moved=True)
        case _:
            assert_never(reading.balance)


def _settled(pan: Pan, reading: Reading) -> Pan:
    """Another weight without motion (a slow poll, a creeping scale) is another weighing, but never frees a sold one."""
    other = pan.reading is not None and pan.reading.grams != reading.grams
    certified = reading.total_minor is not None  # such a scale gives a weighing out once, and watches motion itself
    new = pan.moved or certified or (other and pan.used != pan.number)
    return replace(pan, reading=reading, moved=False, number=pan.number + 1 if new else pan.number)


def lost(pan: Pan) -> Pan:
    """The scale did not answer, or its link was lost: nothing it said before counts. What was sold stays sold."""
    return replace(pan, reading=None) if pan.reading is not None else pan


def offer(pan: Pan, now: int) -> Weighing | No:
    """What could be priced now. `now` is milliseconds of the same steady clock that the readings carry."""
    reading = pan.reading
    if reading is None:
        return No.NO_READING
    if reading.balance is Balance.EMPTY:
        return No.EMPTY
    if not reading.stable or reading.grams is None:
        return No.NOT_AT_REST
    if reading.grams <= 0:
        return No.EMPTY
    if not 0 <= now - reading.steady <= LONGEST_AGE_MS:
        return No.STALE
    if pan.used == pan.number:
        return No.USED
    return Weighing(pan.number, reading, reading.grams)


def spend(pan: Pan, weighing: Weighing, now: int) -> tuple[Pan, No | None]:
    """Use a weighing to price a line. None: it is used now, for good. Else why not; nothing has changed."""
    if weighing.number <= pan.used:
        return pan, No.USED
    current = offer(pan, now)
    if isinstance(current, No):
        return pan, current
    if weighing.number != current.number or weighing.grams != current.grams:
        return pan, No.OTHER
    if not 0 <= now - weighing.reading.steady <= LONGEST_AGE_MS:
        return pan, No.STALE
    return replace(pan, used=pan.number), None
