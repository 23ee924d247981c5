"""How a Dialog 06 scale is asked: hand it the price, ask, answer its challenge where it has one, thank it."""

from collections.abc import Callable

from drivers.base import Balance
from drivers.serial.dialog06.checksum import answer
from drivers.serial.dialog06.frames import (
    CODES,
    HIGHEST_PRICE,
    THANKS,
    WEIGH,
    Challenge,
    Checksum,
    Frame,
    Sold,
    Status,
    Taken,
    answer_challenge,
    ask_status,
    parser,
    set_price,
)
from drivers.serial.talk import DeniedError, OddError, Say, Talk, expect, first
from drivers.serial.weight import Weighed, no_weight

UNIT = "kg"
ROUNDING_MINOR = 5
"""How far a scale's total may lie from price × weight: some currencies round their totals to five."""


class Dialog06:
    """One scale of this family. `polynomial` is the vendor's secret, or None; `draw` gives random 16-bit numbers."""

    def __init__(self, polynomial: int | None, draw: Callable[[], int], answer_ms: int) -> None:
        self._polynomial = polynomial
        self._draw = draw
        self._answer_ms = answer_ms
        self._parser = parser()

    def weigh(self, minor: int | None = None) -> Talk[Weighed]:
        """Have one weighing computed. The scale gives each weighing out once, until the pan has moved."""
        if minor is None or not 0 < minor <= HIGHEST_PRICE:
            raise DeniedError("this scale computes the total itself: it needs a unit price of one to six digits")
        weighed = yield from self._once(minor)
        if isinstance(weighed, Checksum):
            yield from self._prove(weighed)
            weighed = yield from self._once(minor)
        if isinstance(weighed, Checksum):
            raise DeniedError("it asks for its checksum again and again; check the secret in the settings")
        return weighed

    def check(self) -> Talk[None]:
        """Ask for a sign of life: the status."""
        yield from expect(self._parser, ask_status(), self._answer_ms)
        yield Say(THANKS, 1)

    def _once(self, minor: int) -> Talk[Weighed | Checksum]:
        taken = yield from expect(self._parser, set_price(minor), self._answer_ms)
        if isinstance(taken, Taken):
            question = WEIGH if taken.yes else ask_status()
            frame = yield from self._record(question)
        else:
            frame = taken  # it had something to say at once: a status, or its challenge
        yield Say(THANKS, 1)
        match frame:
            case Checksum():
                return frame
            case Sold():
                return _sold(frame, minor)
            case Status(code, raw):
                return _status(code, raw)
            case other:
                raise OddError("it acknowledges and says no more", other.raw)

    def _record(self, question: bytes) -> Talk[Frame]:
        """The record behind a question; an ACK in front of it is passed over."""
        frame = yield from expect(self._parser, question, self._answer_ms)
        if isinstance(frame, Taken):
            return (yield from first(self._parser, b"", self._answer_ms)) or frame
        return frame

    def _prove(self, asked: Checksum) -> Talk[None]:
        if asked.word is Challenge.REFUSED:
            raise DeniedError("it did not accept the checksum; check the secret in the settings")
        if asked.word is Challenge.ACCEPTED:
            return
        if self._polynomial is None:
            raise DeniedError("it asks for the checksum of its vendor, and the settings hold no secret for it")
        proof = answer_challenge(*answer(asked.challenge, self._draw(), self._polynomial))
        frame = yield from self._record(proof)
        if isinstance(frame, Taken):  # the verdict comes with the next question
            frame = yield from self._record(WEIGH)
        yield Say(THANKS, 1)
        if not isinstance(frame, Checksum) or frame.word is not Challenge.ACCEPTED:
            raise DeniedError("it did not accept the checksum; check the secret in the settings")


def _sold(frame: Sold, minor: int) -> Weighed:
    fair = (minor * frame.grams + 500) // 1000
    if frame.minor != minor or abs(frame.total_minor - fair) > ROUNDING_MINOR:
        raise OddError("it computed with another price", frame.raw)
    balance = Balance.STABLE if frame.grams else Balance.EMPTY
    return Weighed(balance, frame.grams, False, UNIT, frame.raw, frame.minor, frame.total_minor)


def _status(code: str, raw: bytes) -> Weighed:
    balance, why = CODES.get(code, (None, f"status {code}, which is not known"))
    if balance is None:
        raise OddError(f"it says: {why}", raw)
    return no_weight(balance, UNIT, raw)
