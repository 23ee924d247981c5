"""What hangs on a port? Decided by whole frames that nothing else sends; else the answer is "unknown". Pure.

Only questions without effect are asked, in an order that spares the next family: a printer would print the letters
that scales are asked with, so it is asked first, and a CAS scale would begin to stream at an 8217's `W`. A family
that cannot be told from an open line (Adam scales answer only when the weight changes) is never claimed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from drivers.serial.cas import frames as cas
from drivers.serial.cas.talk import exchange
from drivers.serial.datalogic import frames as datalogic
from drivers.serial.dialog06 import frames as dialog06
from drivers.serial.escpos import status as escpos
from drivers.serial.framing import Parser
from drivers.serial.mt8217 import frames as mt8217
from drivers.serial.nci import frames as nci
from drivers.serial.options import LineOptions
from drivers.serial.parity import Parity
from drivers.serial.scanner import LabelParser
from drivers.serial.talk import OddError, Say, SilentError, Talk, expect, pause

F = TypeVar("F")

LISTEN_MS, ANSWER_MS, QUICK_MS = 1_200, 350, 150
LONGEST_PROBE_S = 25.0


@dataclass(frozen=True, slots=True)
class Found:
    """A family, and the frames that prove it."""

    family: str
    frames: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """How the line is set for a try."""

    baud: int = 9600
    bits: int = 8
    parity: Parity = Parity.NONE

    def on(self, port: str) -> LineOptions:
        """The port, set like this."""
        return LineOptions.model_validate({"port": port, "baud": self.baud, "bits": self.bits, "parity": self.parity})

    def __str__(self) -> str:
        return f"{self.baud} {self.bits}{self.parity[0].upper()}1"


@dataclass(frozen=True, slots=True)
class Try:
    """One question, on a line that is set for it."""

    name: str
    setting: Setting
    talk: Callable[[], Talk[Found | None]]


_8N1, _7E1, _7O1 = Setting(), Setting(bits=7, parity=Parity.EVEN), Setting(bits=7, parity=Parity.ODD)


def plan(*, settable: bool) -> tuple[Try, ...]:
    """What to try, in order. `settable`: the line has a speed and a parity; a socket has not, so once is enough."""
    printers = [Try("escpos", Setting(baud), _escpos) for baud in (9600, 19200, 38400, 115200)]
    tries = [
        Try("listen", _8N1, _listen),
        *(printers if settable else printers[:1]),
        Try("cas-pd2", _8N1, _cas),
        Try("cas-pd2", _7E1, _cas),
        Try("datalogic", _8N1, _datalogic),
        Try("datalogic", _7E1, _datalogic),
        Try("dialog06", _7O1, _dialog06),
        Try("mt8217", _7E1, _mt8217),
        Try("nci", _7E1, _nci),
    ]
    if settable:
        return tuple(tries)
    return tuple({attempt.name: attempt for attempt in tries}.values())


def _listen() -> Talk[Found | None]:
    """Some devices only talk by themselves: an indicator's stream, a scanner with its AIM identifier."""
    stream, labels = cas.stream_parser(), LabelParser(identifiers=True)
    frames: list[bytes] = []
    data = yield Say(b"", LISTEN_MS)
    while data:
        frames += [frame.raw for frame in stream.feed(data)]
        for label in labels.feed(data):
            if label.symbology[0] == "E":  # with a right check digit: chance does not send that
                return Found("scanner", (f"]{label.symbology}{label.text}".encode(),))
        if len(frames) >= 2:  # the first could be a piece of something else
            return Found("cas-stream", tuple(frames[:2]))
        data = yield Say()
    return None


def _escpos() -> Talk[Found | None]:
    """All four real-time answers, twice, each exactly one byte with its four fixed bits, and the same both times."""
    rounds: list[list[bytes]] = []
    for _ in range(2):
        answers = []
        for n in (escpos.PRINTER, escpos.OFFLINE, escpos.ERROR, escpos.PAPER):
            data = yield Say(escpos.ask(n), QUICK_MS)
            answers.append(data)
            while data:
                data = yield Say()
                answers[-1] += data
            if len(answers[-1]) != 1 or answers[-1][0] & 0x93 != 0x12:
                return None
        rounds.append(answers)
    return Found("escpos", tuple(rounds[0])) if rounds[0] == rounds[1] else None


def _cas() -> Talk[Found | None]:
    for request in cas.REQUEST.values():
        frames = []
        for _ in range(2):
            parser = cas.parser()
            try:
                frame = (yield from exchange(parser, request, ANSWER_MS)).frame
            except (SilentError, OddError):
                break
            if isinstance(frame, cas.Acknowledged) or parser.noise or parser.held:
                break
            frames.append(frame)
        else:
            family = f"cas-pd2 (type {'0/1' if isinstance(frames[0], cas.Plain) else '6'})"
            return Found(family, tuple(frame.raw for frame in frames))
    return None


def _datalogic() -> Talk[Found | None]:
    parser = datalogic.parser()
    return _proof("datalogic", [frame.raw for frame in (yield from _twice(parser, datalogic.STATE))], parser.noise)


def _dialog06() -> Talk[Found | None]:
    parser = dialog06.parser()
    try:
        frame = yield from expect(parser, dialog06.ask_status(), ANSWER_MS)
    except (SilentError, OddError):
        return None
    yield Say(dialog06.THANKS, 1)
    whole = isinstance(frame, dialog06.Status | dialog06.Checksum) and not parser.noise
    return Found("dialog06", (frame.raw,)) if whole else None


def _mt8217() -> Talk[Found | None]:
    parser = mt8217.parser()
    frames = yield from _twice(parser, mt8217.Command.WEIGHT.value)
    yield Say(cas.STREAM_OFF, 1)  # a CAS scale that took the letter as its own is stopped again
    yield from pause(60)  # an NCI scale answers only now
    whole = all(isinstance(frame, mt8217.Weight | mt8217.NoWeight) for frame in frames)
    return _proof("mt8217", [frame.raw for frame in frames], parser.noise) if whole else None


def _nci() -> Talk[Found | None]:
    parser = nci.parser()
    frames = yield from _twice(parser, nci.Command.WEIGHT.value)
    whole = all(isinstance(frame, nci.Weight) or frame.status for frame in frames)
    return _proof("nci", [frame.raw for frame in frames], parser.noise) if whole else None


def _twice(parser: Parser[F], question: bytes) -> Talk[list[F]]:
    """Two answers to the same question, or none."""
    frames: list[F] = []
    for _ in range(2):
        try:
            frames.append((yield from expect(parser, question, ANSWER_MS)))
        except (SilentError, OddError):
            return []
        if parser.noise or parser.held or parser.pending:
            return []
        yield from pause(50)
    return frames


def _proof(family: str, frames: list[bytes], noise: bytes) -> Found | None:
    return Found(family, tuple(frames)) if len(frames) == 2 and not noise else None
