"""How a PD-II is asked: ENQ, its ACK, a request, its frame. Where the ACK follows the request, that is fine, too."""

from dataclasses import dataclass
from typing import Literal

from drivers.base import Balance
from drivers.serial.cas.frames import ASK, REQUEST, Acknowledged, Frame, Full, Plain, Request, parser, stream_parser
from drivers.serial.framing import Parser
from drivers.serial.talk import OddError, SilentError, Talk, expect, first
from drivers.serial.weight import Weighed, agreed, at_rest, no_weight

Type = Literal["0/1", "6"]
ACK_MS, NO_ACK_MS = 150, 20
"""How long to wait for the ACK before the request is sent all the same: at first, and once a scale did without."""


class CasPd2:
    """One scale of this family. `decimals` is where the point stands in the five digits of types 0 and 1."""

    def __init__(self, kind: Type, unit: str, decimals: int, request: Request | None, answer_ms: int) -> None:
        self._kind = kind
        self._unit = unit
        self._decimals = decimals
        self._request = REQUEST[request or ("dc1" if kind == "6" else "dc2")]
        self._answer_ms = answer_ms
        self._ack_ms = ACK_MS
        self._parser = parser()

    def weigh(self, _minor: int | None = None) -> Talk[Weighed]:
        """Ask for the weight; types 0 and 1 twice, as their frame does not tell motion from rest."""
        if self._kind == "0/1":
            return (yield from agreed(self._ask))
        return (yield from self._ask())

    def check(self) -> Talk[None]:
        """Ask for a sign of life."""
        yield from self._ask()

    def _ask(self) -> Talk[Weighed]:
        answer = yield from exchange(self._parser, self._request, self._answer_ms, self._ack_ms)
        self._ack_ms = ACK_MS if answer.greeted else NO_ACK_MS
        match answer.frame:
            case Plain(digits, _, raw) if self._kind == "0/1":
                point = len(digits) - self._decimals
                return at_rest(f"{digits[:point]}.{digits[point:]}", self._unit, raw)
            case Full() as frame if self._kind == "6":
                return weighed(frame)
            case Acknowledged(yes, raw):
                if yes:
                    raise SilentError
                return no_weight(Balance.NOT_READY, self._unit, raw)
            case other:
                raise OddError(f"it answers, but not as type {self._kind}", other.raw)


def weighed(frame: Full) -> Weighed:
    """What a frame that tells everything means."""
    if frame.figure is None:
        return no_weight(Balance.OVER, frame.unit, frame.raw, net=frame.net)
    if not frame.stable:
        return no_weight(Balance.MOVING, frame.unit, frame.raw, net=frame.net)
    if frame.negative:
        return no_weight(Balance.UNDER, frame.unit, frame.raw, net=frame.net)
    return at_rest(frame.figure, frame.unit, frame.raw, net=frame.net)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: the data frame, or the last acknowledgement where no data followed."""

    frame: Frame
    greeted: bool
    """The greeting itself was acknowledged."""


def exchange(parser: Parser[Frame], request: bytes, answer_ms: int, ack_ms: int = ACK_MS) -> Talk[Answer]:
    """One question. Raises SilentError or OddError."""
    parser.reset()
    greeting = yield from first(parser, ASK, ack_ms)
    while greeting is not None and not isinstance(greeting, Acknowledged):
        greeting = yield from first(parser, b"", ack_ms)  # an answer that nobody waits for any more
    if greeting is not None and not greeting.yes:
        return Answer(greeting, True)
    said = yield from first(parser, request, answer_ms)
    acknowledged = greeting
    if isinstance(said, Acknowledged) and said.yes:  # it acknowledges the request, not the greeting
        acknowledged = said
        said = yield from first(parser, b"", answer_ms)
    if said is not None:
        return Answer(said, greeting is not None)
    if noise := parser.noise + parser.held:
        raise OddError("its answer cannot be read", noise)
    if acknowledged is None:
        raise SilentError
    return Answer(acknowledged, greeting is not None)


class CasStream:
    """An indicator that sends all the time: the next frame from now on is the answer."""

    def __init__(self, answer_ms: int) -> None:
        self._answer_ms = answer_ms
        self._parser = stream_parser()

    def weigh(self, _minor: int | None = None) -> Talk[Weighed]:
        """Wait for the next frame; the rest of one that has begun is passed over."""
        frame = yield from expect(self._parser, b"", self._answer_ms)
        if not isinstance(frame, Full):
            raise OddError("this is no indicator's frame", frame.raw)
        return weighed(frame)

    def check(self) -> Talk[None]:
        """Wait for a sign of life."""
        yield from self.weigh()
