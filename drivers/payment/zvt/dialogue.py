"""One dialogue with a ZVT terminal, from registration to the finding: a plain function of (dialogue, what came, now).

Flow (KIOSK_PROTOCOLS 4.1 [C]): command, acknowledgement, any number of intermediate texts, the status information,
prints, then completion
or abort; each message of the terminal is acknowledged. What a terminal still had to say of an earlier dialogue may
come in between: before
our command is acknowledged nothing counts, and a status information of the transaction before ours never does.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from drivers.payment.machine import (
    Charged,
    Clear,
    Effect,
    Finding,
    Foreign,
    GivenBack,
    Looked,
    Lost,
    NotGivenBack,
    Partial,
    PaymentState,
    Proof,
    Refused,
)
from drivers.payment.masking import add_line
from drivers.payment.zvt import commands
from drivers.payment.zvt.apdu import ACK, Apdu
from drivers.payment.zvt.commands import CURRENCIES, Access
from drivers.payment.zvt.fields import Status, read_lines, read_status

ALREADY_REVERSED = 0xB4
NOT_POSSIBLE = 0x83
"""What a terminal answers to a repeat of a receipt that it does not have [K]."""
_REASONS = {
    0x05: "declined",
    0x64: "the card cannot be read",
    0x6C: "cancelled, or nobody put a card in",
    0x6E: "the card is blocked",
    0x6F: "wrong currency",
    0x71: "not enough money on the card",
    0x78: "the card has expired",
    0x83: "not possible",
    0x9C: "please wait",
    0xA3: "the terminal has no connection to the bank",
    0xB4: "already given back",
    0xFF: "system error of the terminal",
}
"""Result codes in words [K, some C]; they explain, nothing is decided by them but by 0, 83 and B4."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in milliseconds."""

    ack: int = 5_000
    quiet: int = 90_000
    """For the next message while a person is at the terminal."""
    quick: int = 15_000
    """For the next message of a dialogue that needs nobody."""
    abort: int = 10_000
    """For the end, after it was asked to abort."""
    whole: int = 300_000
    """For everything together, however much the terminal talks."""
    messages: int = 400
    """The most that a terminal may say in one dialogue."""


class Where(Enum):
    """How far the dialogue is."""

    REGISTERING = auto()
    REGISTERED = auto()
    ASKED = auto()
    RUNNING = auto()
    ABORTING = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A dialogue for one effect on one payment. `deadline`: when `quiet` is due."""

    job: Effect
    payment: PaymentState
    access: Access
    patience: Patience
    where: Where
    deadline: int
    ends: int
    status: Status | None = None
    torn: bool = False
    """Whether the terminal contradicted itself."""
    slip: tuple[str, ...] = ()
    fresh: bool = True
    """Whether the line is new: nothing of an earlier dialogue can come in. Never so on a serial line."""
    heard: int = 0


Turn = tuple[Dialogue, tuple[Apdu, ...], Finding | None]
"""The dialogue, what to send, and how it ended, if it did."""


def begin(
    job: Effect, payment: PaymentState, access: Access, patience: Patience, now: int, *, fresh: bool = True
) -> Turn:
    """Open with a registration: it changes nothing, and tells whether anybody is there."""
    dialogue = Dialogue(
        job, payment, access, patience, Where.REGISTERING, now + patience.ack, now + patience.whole, fresh=fresh
    )
    return dialogue, (commands.registration(access),), None


def hear(dialogue: Dialogue, apdu: Apdu, now: int) -> Turn:
    """A message arrived."""
    dialogue = replace(dialogue, heard=dialogue.heard + 1)
    if dialogue.heard > dialogue.patience.messages:
        return _broke(dialogue, "the terminal talks without end")
    match dialogue.where:
        case Where.OVER:
            return dialogue, (), None
        case Where.REGISTERING:
            return _registering(dialogue, apdu, now)
        case Where.REGISTERED:
            return _registered(dialogue, apdu, now)
        case Where.ASKED:
            return _asked(dialogue, apdu, now)
        case Where.RUNNING | Where.ABORTING:
            return _running(dialogue, apdu, now)


def quiet(dialogue: Dialogue, now: int) -> Turn:
    """The deadline passed."""
    if dialogue.where is Where.RUNNING and dialogue.job is Effect.AUTHORISE:
        aborting = replace(dialogue, where=Where.ABORTING, deadline=now + dialogue.patience.abort)
        return aborting, (commands.abort(),), None
    return _broke(dialogue, "the terminal fell silent")


def closed(dialogue: Dialogue, why: str) -> Turn:
    """The line ended, or carried noise."""
    return _broke(dialogue, why)


def _registering(dialogue: Dialogue, apdu: Apdu, now: int) -> Turn:
    if apdu.control == ACK.control:
        return _wait(replace(dialogue, where=Where.REGISTERED), now), (), None
    if apdu.control >> 8 == 0x84:
        return _broke(dialogue, "the terminal refused the registration; check its password")
    return dialogue, (ACK,), None


def _registered(dialogue: Dialogue, apdu: Apdu, now: int) -> Turn:
    match apdu.control:
        case 0x060F:
            asked = replace(dialogue, where=Where.ASKED, deadline=now + dialogue.patience.ack)
            return asked, (ACK, _command(dialogue)), None
        case 0x061E:
            over, said, finding = _broke(dialogue, "the terminal refused the registration; check password and currency")
            return over, (ACK, *said), finding
        case 0x8000:
            return dialogue, (), None
        case _:
            return dialogue, (ACK,), None


def _command(dialogue: Dialogue) -> Apdu:
    match dialogue.job:
        case Effect.AUTHORISE:
            return commands.authorisation(dialogue.payment.amount_minor)
        case Effect.REVERSE:
            proof = dialogue.payment.proof
            return commands.reversal(proof.reference if proof else "0", dialogue.access)
        case _:
            return commands.repeat_receipt(dialogue.access)


def _asked(dialogue: Dialogue, apdu: Apdu, now: int) -> Turn:
    if apdu.control == ACK.control:
        return _wait(replace(dialogue, where=Where.RUNNING), now), (), None
    if apdu.control >> 8 == 0x84:
        # Even a refused authorisation is asked for once more: on a serial line this may be an answer to something
        # older.
        return _over(dialogue, Lost(f"the terminal did not take the command: {_reason(apdu.control & 0xFF)}"))
    return dialogue, (ACK,), None  # of an earlier dialogue: acknowledged, so that it ends, and not believed


def _running(dialogue: Dialogue, apdu: Apdu, now: int) -> Turn:
    going = dialogue if dialogue.where is Where.ABORTING else _wait(dialogue, now)
    match apdu.control:
        case 0x040F:
            return _status(going, read_status(apdu.data)), (ACK,), None
        case 0x06D1 | 0x06D3:
            slip = going.slip
            for line in read_lines(apdu.control, apdu.data):
                slip = add_line(slip, line)
            return replace(going, slip=slip), (ACK,), None
        case 0x060F:
            return _end(going, _completed(going))
        case 0x061E:
            return _end(going, _aborted(going, apdu.data[0] if apdu.data else None))
        case 0x8000:
            return going, (), None
        case control if control >> 8 == 0x84:  # of our 06 B0: it does not abort, so it will end by itself
            return going, (), None
        case _:
            return going, (ACK,), None


def _end(dialogue: Dialogue, finding: Finding) -> Turn:
    """Completion or abort, acknowledged.

    On an old line a "no" may be the late end of something earlier: ask once more.
    """
    if dialogue.job is Effect.AUTHORISE and isinstance(finding, Refused) and not dialogue.fresh:
        finding = Lost(finding.why)
    return replace(dialogue, where=Where.OVER), (ACK,), finding


def _status(dialogue: Dialogue, status: Status) -> Dialogue:
    """Take a status information, unless it is an old one; two that differ are believed neither."""
    if dialogue.job is Effect.AUTHORISE and status.mark == dialogue.payment.baseline:
        return dialogue
    if dialogue.status is not None and dialogue.status != status:
        return replace(dialogue, torn=True)
    return replace(dialogue, status=status)


def _completed(dialogue: Dialogue) -> Finding:
    status, payment = dialogue.status, dialogue.payment
    if status is None or dialogue.torn:
        return Lost("the terminal finished without a clear result")
    proof = Proof(status.receipt or "", status.card, dialogue.slip)
    match dialogue.job:
        case Effect.LOOK:
            return Looked(status.mark)
        case Effect.AUTHORISE:
            return _authorised(payment, status, proof)
        case Effect.REVERSE:
            return GivenBack() if status.result == 0 else NotGivenBack(_reason(status.result))
        case _:
            return _repeated(payment, status, proof)


def _authorised(payment: PaymentState, status: Status, proof: Proof) -> Finding:
    if status.result is None or (status.result == 0 and status.receipt is None):
        return Lost("the terminal's result was incomplete")
    if status.result != 0:
        return Refused(_reason(status.result))
    return Charged(proof) if _same_amount(payment, status) else Partial(proof)


def _repeated(payment: PaymentState, status: Status, proof: Proof) -> Finding:
    """The terminal repeated its last transaction: is it the one that is asked for?"""
    if payment.proof is not None:  # asked after a reversal
        if status.original_trace is not None and status.result == 0:
            return GivenBack()
        return (
            Charged(proof)
            if status.receipt == payment.proof.reference
            else Foreign("another transaction came after it")
        )
    if status.mark == payment.baseline:
        return Clear()
    if status.result is None or status.receipt is None:
        return Lost("the terminal's result was incomplete")
    if status.original_trace is not None and status.result == 0:
        return GivenBack() if _same_amount(payment, status) else Foreign("its last transaction gave other money back")
    if status.result != 0 and (status.amount_minor is None or _same_amount(payment, status)):
        return Refused(_reason(status.result))
    if _same_amount(payment, status) and status.result == 0:
        return Charged(proof)
    return Foreign("the terminal's last transaction has another amount")


def _aborted(dialogue: Dialogue, code: int | None) -> Finding:
    """06 1E: the terminal ended the command itself."""
    match dialogue.job:
        case Effect.AUTHORISE:
            if code is None or dialogue.torn or (dialogue.status is not None and dialogue.status.result == 0):
                return Lost("the terminal aborted after it had approved")
            return Refused(_reason(code))
        case Effect.REVERSE:
            return GivenBack() if code == ALREADY_REVERSED else NotGivenBack(_reason(code))
        case _:
            return _nothing_repeated(dialogue, code)


def _nothing_repeated(dialogue: Dialogue, code: int | None) -> Finding:
    if code != NOT_POSSIBLE:
        return Lost(f"the terminal cannot tell now: {_reason(code)}")
    if dialogue.job is Effect.LOOK:
        return Looked("")
    if dialogue.payment.proof is None and dialogue.payment.baseline == "":
        return Clear()
    return Foreign("the terminal has forgotten its last transaction")


def _broke(dialogue: Dialogue, why: str) -> Turn:
    """No answer will come. Before the authorisation was sent that is harmless, after it anything may have happened."""
    before = dialogue.where in (Where.REGISTERING, Where.REGISTERED)
    sure = before and dialogue.job in (Effect.AUTHORISE, Effect.LOOK)
    return _over(dialogue, Refused(why) if sure else Lost(why))


def _over(dialogue: Dialogue, finding: Finding) -> Turn:
    return replace(dialogue, where=Where.OVER), (), finding


def _wait(dialogue: Dialogue, now: int) -> Dialogue:
    """The terminal showed life: it has its time again."""
    patience = dialogue.patience
    person = dialogue.where is Where.RUNNING and dialogue.job is Effect.AUTHORISE
    return replace(dialogue, deadline=min(now + (patience.quiet if person else patience.quick), dialogue.ends))


def _same_amount(payment: PaymentState, status: Status) -> bool:
    number = CURRENCIES[payment.currency]
    return status.amount_minor == payment.amount_minor and status.currency in (None, f"{number:03d}")


def _reason(code: int | None) -> str:
    return "no reason given" if code is None else _REASONS.get(code, f"the terminal's code {code:02X}")
