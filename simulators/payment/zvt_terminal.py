"""A ZVT terminal without sockets: bytes and the time in, bytes and ends of the line out.

It holds one transaction at a time, waits for the till's acknowledgement of each message, and remembers its last
transaction. What it does
with the card does not depend on whether anybody still listens.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from simulators.payment.bank import Bank, Charge
from simulators.payment.faults import Fault, Kind
from simulators.payment.zvt_words import container, digits, message, number, split, variable

TEST_PAN = "4929123456781234"


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes for the line: a message, or noise."""

    data: bytes
    noise: bool = False


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the line. `hard`: by a reset."""

    hard: bool = False


Act = Say | HangUp


Steps = list[tuple[int, Callable[[], bytes | None]]]
"""What is still to be done, each with its pause before; what comes of it is said."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What terminals do differently. Times in milliseconds."""

    card_ms: int = 200
    """How long the shopper takes."""
    ack_ms: int = 5_000
    """How long the till may take to acknowledge a message."""
    auto_reversal: bool = False
    """Give the money back when the till does not acknowledge the result."""
    goes_on: bool = True
    """Whether a payment goes on to the card when the till hangs up before."""
    busy: Literal["nack", "silent"] = "nack"
    """What it says to a new command in the middle of a transaction."""
    remembers_declined: bool = True
    """Whether a declined payment is a last transaction."""
    serial: bool = False
    """On a serial line there are no connections: what is said late is heard late."""


@dataclass
class Last:
    """The last transaction, as it is repeated."""

    receipt: int
    trace: int
    minor: int
    result: int
    original: int | None = None
    charge: Charge | None = None


@dataclass
class _Job:
    """A transaction under way."""

    line: int
    steps: Steps
    due: int
    waits_until: int | None = None
    on_no_ack: Callable[[], None] | None = None
    payment: bool = False
    banked: bool = False


@dataclass
class ZvtTerminal:
    """One terminal. Set `decline` to a result code to decline the next payments."""

    bank: Bank
    habits: Habits = field(default_factory=Habits)
    faults: list[Fault] = field(default_factory=list)
    password: str = "000000"  # noqa: S105  every terminal's first password
    decline: int = 0
    pan: str = TEST_PAN
    rng: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311  noise, no secret
    authorisations: int = 0
    """How many payments it was asked for."""

    def __post_init__(self) -> None:
        """Switch on."""
        self.last: Last | None = None
        self.said = 0
        self.away_until = 0
        self._receipt = 0
        self._line = 0
        self._up = self.habits.serial
        self._buffer = bytearray()
        self._job: _Job | None = None
        self._mute_until = 0
        self._late: list[tuple[int, int, bytes]] = []
        self._receipts: dict[int, Last] = {}

    def opened(self, now: int) -> list[Act]:
        """A till connects; an earlier connection is over."""
        self._line += 1
        self._up = True
        self._buffer.clear()
        return [HangUp(hard=True)] if now < self.away_until else []

    def closed(self, now: int) -> None:
        """The till is gone."""
        if self.habits.serial:
            return
        self._up = False
        job = self._job
        if job is not None and job.payment and not job.banked and not self.habits.goes_on:
            self._job = None

    @property
    def due(self) -> int | None:
        """When `wake` wants to be called next."""
        times = [at for at, _, _ in self._late]
        if self._job is not None:
            times.append(self._job.due if self._job.waits_until is None else self._job.waits_until)
        return min(times, default=None)

    def hear(self, data: bytes, now: int) -> list[Act]:
        """Bytes from the till."""
        if now < self.away_until:
            return []
        self._buffer += data
        acts: list[Act] = []
        for control, body in split(self._buffer):
            acts += self._command(control, body, now)
            acts += self.wake(now)
        return acts

    def wake(self, now: int) -> list[Act]:
        """Do whatever is due."""
        acts: list[Act] = []
        for at, line, data in list(self._late):
            if at <= now:
                self._late.remove((at, line, data))
                if self._listens(line):
                    acts.append(Say(data))
        while (job := self._job) is not None:
            if job.waits_until is not None:
                if now < job.waits_until and self._listens(job.line):
                    break
                job.waits_until = None
                if job.on_no_ack is not None:
                    job.on_no_ack()
                    job.on_no_ack = None
            if now < job.due:
                break
            if not job.steps:
                self._job = None
                break
            _, do = job.steps.pop(0)
            job.due = now + (job.steps[0][0] if job.steps else 0)
            said = do()
            if said is not None:
                acts += self._say(said, job, now)
        return acts

    def _listens(self, line: int) -> bool:
        return self._up and (self.habits.serial or line == self._line)

    def _command(self, control: str, body: bytes, now: int) -> list[Act]:
        job = self._job
        if control == "8000" or control[:2] == "84":
            if job is not None and self._listens(job.line):
                job.waits_until, job.on_no_ack = None, None
                job.due = max(job.due, now) if job.steps else now
            return []
        if control == "06B0":
            return self._abort(now)
        if job is not None:
            return self._say(message("849C"), None, now) if self.habits.busy == "nack" else []
        begin = {"0600": self._register, "0601": self._pay, "0620": self._repeat, "0630": self._reverse}.get(control)
        if begin is None:
            return self._say(message("8483"), None, now)
        steps = begin(body)
        self._job = _Job(self._line, [(0, lambda: message("8000")), *steps], now, payment=control == "0601")
        return []

    def _abort(self, now: int) -> list[Act]:
        job = self._job
        if job is None or not job.payment or job.banked:
            return self._say(message("8483"), None, now)
        self._job = _Job(self._line, [(0, lambda: message("8000")), (0, lambda: message("061E", b"\x6c"))], now)
        return []

    def _register(self, body: bytes) -> Steps:
        if body[:3].hex() != self.password:
            return [(0, lambda: message("061E", b"\x83"))]
        return [(0, lambda: message("060F", bytes.fromhex("1900") + b"\x29" + digits(52500011, 4) + b"\x49\x09\x78"))]

    def _pay(self, body: bytes) -> Steps:
        self.authorisations += 1
        minor = number(body[1:7]) if body[:1] == b"\x04" else 0
        steps: Steps = [
            (0, lambda: message("04FF", b"\x0a\x01")),
            (self.habits.card_ms, lambda: message("04FF", b"\x0e\x01")),
            (0, lambda: self._decide(minor)),
        ]
        return steps

    def _decide(self, minor: int) -> None:
        """Ask the bank; from here on the money is taken, whoever listens."""
        job = self._job
        if job is None:
            return
        self._receipt += 1
        job.banked = True
        last = Last(self._receipt, 1000 + self._receipt, minor, self.decline)
        if self.decline == 0:
            last.charge = self.bank.charge(minor)
        if self.decline == 0 or self.habits.remembers_declined:
            self.last = last
            self._receipts[last.receipt] = last
        job.steps.append((0, lambda: self._result(last)))
        if self.decline:
            job.steps.append((0, lambda: message("061E", bytes((self.decline,)))))
            return
        job.steps.append((0, lambda: message("06D1", b"\x00" + f"Karte {self.pan[:4]} {self.pan[4:]}".encode())))
        job.steps.append((0, lambda: message("06D3", container(b"\x25" + self._text("Betrag bezahlt")))))
        job.steps.append((0, lambda: message("060F")))

    def _result(self, last: Last) -> bytes:
        """The status information; where it is not acknowledged, some give the money back by themselves."""
        if self._job is not None and last.charge is not None and self.habits.auto_reversal:
            self._job.on_no_ack = lambda: self._take_back(last)
        return self._status(last)

    def _take_back(self, last: Last) -> None:
        if last.charge is not None:
            last.charge.reversed = True
        self._receipt += 1
        self.last = Last(self._receipt, 1000 + self._receipt, last.minor, 0, original=last.trace)
        if self._job is not None:
            self._job.steps = [(0, lambda: message("061E", b"\xff"))]

    def _repeat(self, body: bytes) -> Steps:
        last = self.last
        if last is None:
            return [(0, lambda: message("061E", b"\x83"))]
        return [(0, lambda: self._status(last)), (0, lambda: message("060F"))]

    def _reverse(self, body: bytes) -> Steps:
        found = self._receipts.get(number(body[4:6])) if body[3:4] == b"\x87" else None
        return [(0, lambda: self._try_reverse(found))]

    def _try_reverse(self, found: Last | None) -> bytes:
        job = self._job
        if found is None or found.charge is None or job is None:
            return message("061E", b"\xb5")
        if found.charge.reversed:
            return message("061E", b"\xb4")
        found.charge.reversed = True
        self._receipt += 1
        self.last = Last(self._receipt, 1000 + self._receipt, found.minor, 0, original=found.trace)
        job.steps.append((0, lambda: message("060F")))
        return self._status(self.last)

    def _status(self, last: Last) -> bytes:
        """All fields that a terminal may send, the card's number in each of its shapes among them."""
        pan = self.pan + ("F" if len(self.pan) % 2 else "")
        track2 = bytes.fromhex(f"{self.pan}D2812201")
        data = b"\x27" + bytes((last.result,)) + b"\x04" + digits(last.minor, 6) + b"\x49\x09\x78"
        data += b"\x0b" + digits(last.trace, 3) + b"\x0c\x12\x30\x45\x0d\x11\x21"
        if last.original is not None:
            data += b"\x37" + digits(last.original, 3)
        data += variable(0x22, bytes.fromhex(pan)) + variable(0x23, track2) + b"\x0e\x28\x12"
        data += b"\x29" + digits(52500011, 4) + b"\x2a" + b"455600001234   "
        data += b"\x87" + digits(last.receipt % 10_000, 2) + b"\x8a\x0a" + variable(0x8B, b"VISA\x00")
        data += variable(0x3C, f"PAN {self.pan}".encode(), 3)
        return message("040F", data + container(b"\x5a\x08" + bytes.fromhex(pan)[:8] + b"\x57\x0c" + track2[:12]))

    def _text(self, line: str) -> bytes:
        inside = b"\x07" + bytes((len(line),)) + line.encode()
        return bytes((len(inside),)) + inside

    def _say(self, data: bytes, job: _Job | None, now: int) -> list[Act]:
        """Send one message, unless a fault is due at it."""
        here, self.said = self.said, self.said + 1
        line = self._line if job is None else job.line
        if not self._listens(line) or now < self._mute_until:
            return []
        if job is not None and data[:2] != b"\x80\x00":
            job.waits_until = now + self.habits.ack_ms
        fault = next((fault for fault in self.faults if fault.at == here), None)
        if fault is None:
            return [Say(data)]
        self.faults.remove(fault)
        return self._wrong(fault, data, line, now)

    def _wrong(self, fault: Fault, data: bytes, line: int, now: int) -> list[Act]:
        match fault.kind:
            case Kind.HANG:
                self._mute_until = now + fault.lasts
                return []
            case Kind.DROP:
                self.closed(now)
                cut = self.rng.randrange(len(data))
                return [Say(data[:cut], noise=True), HangUp()] if cut else [HangUp()]
            case Kind.RESET:
                if self._job is not None and not (self._job.payment and self._job.banked):
                    self._job = None
                self._job, self._late = None, []
                self.away_until = now + fault.lasts
                self._up = self.habits.serial
                return [HangUp(hard=True)]
            case Kind.DUPLICATE:
                return [Say(data), Say(data)]
            case Kind.LATE:
                self._late.append((now + fault.lasts, line, data))
                return []
            case Kind.GARBAGE:
                return [Say(self.rng.randbytes(self.rng.randrange(1, 40)), noise=True)]
