"""How a printer is asked and made to print. "Printed" is only what the printer itself said after the last line."""

from drivers.base import Paper, Printout
from drivers.serial.escpos.status import (
    ASK_AFTER_PRINTING,
    AUTOMATIC_OFF,
    ERROR,
    OFFLINE,
    PAPER,
    PRINTER,
    Automatic,
    Frame,
    Health,
    RealTime,
    WorkedOff,
    ask,
    parser,
    read_health,
)
from drivers.serial.framing import Parser
from drivers.serial.talk import DeniedError, LostError, SilentError, Talk, first

BYTE_MS = 2
"""A receipt is given so much time per byte on top: 9600 baud needs 1.04 ms for each."""


class EscPos:
    """One printer. `answer_ms` is for a status, `print_ms` for paper to come out once the bytes are over."""

    def __init__(self, answer_ms: int, print_ms: int) -> None:
        self._answer_ms = answer_ms
        self._print_ms = print_ms
        self._parser = parser()

    def health(self) -> Talk[Health]:
        """Ask all four; what is not answered is unknown. A printer that misses one is not asked the rest."""
        answers: list[int | None] = []
        for n in (PRINTER, OFFLINE, ERROR, PAPER):
            silent = bool(answers) and answers[-1] is None
            answers.append(None if silent else (yield from real_time(self._parser, n, self._answer_ms)))
        return read_health(answers)

    def check(self) -> Talk[None]:
        """Ask for a sign of life."""
        if (yield from real_time(self._parser, PRINTER, self._answer_ms)) is None:
            raise SilentError

    def print_out(self, data: bytes) -> Talk[Printout]:
        """Print these bytes once. Raises SilentError or DeniedError while nothing has been sent yet."""
        before = yield from self.health()
        if before.online is None and before.paper is Paper.UNKNOWN:
            raise SilentError
        if why := why_not(before):
            raise DeniedError(why)
        try:
            return (yield from self._print(data))
        except LostError:
            return Printout.UNKNOWN

    def _print(self, data: bytes) -> Talk[Printout]:
        self._parser.reset()
        window = self._print_ms + BYTE_MS * len(data)
        frame: Frame | None = yield from first(self._parser, AUTOMATIC_OFF + data + ASK_AFTER_PRINTING, window)
        if not isinstance(frame, WorkedOff) or self._parser.noise or self._parser.pending:
            return Printout.UNKNOWN  # nothing, or something else than the one answer that proves it
        if frame.paper is Paper.OUT:
            return Printout.UNKNOWN
        after = yield from self.health()
        return Printout.UNKNOWN if ended_badly(after) else Printout.PRINTED


def real_time(asker: Parser[Frame], n: int, answer_ms: int) -> Talk[int | None]:
    """One DLE EOT: its byte, or None for silence and for a byte among rubbish, which proves nothing."""
    asker.reset()
    frame = yield from first(asker, ask(n), answer_ms)
    while isinstance(frame, Automatic):
        frame = yield from first(asker, b"", answer_ms)
    alone = not asker.noise and all(isinstance(more, Automatic) for more in asker.pending)
    return frame.byte if isinstance(frame, RealTime) and alone else None


def why_not(health: Health) -> str:
    """Why a receipt cannot be begun, or ""."""
    if health.paper is Paper.OUT:
        return "it is out of paper"
    if health.cover_open:
        return "its cover is open"
    if health.fault:
        return f"it reports a fault: {health.fault}"
    if not health.online:
        return "it is off-line"
    if health.paper is Paper.UNKNOWN:
        return "it does not say whether it has paper"
    return ""


def ended_badly(health: Health) -> bool:
    """Whether what it says after the receipt throws doubt on it. Paper that ended with this receipt does not:
    it was there when the last line was worked off, so the receipt is out.
    """
    return health.online is None or bool(health.fault) or bool(health.cover_open)
