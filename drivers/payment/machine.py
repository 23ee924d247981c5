"""What a payment does next: a plain function of (state, event, now). It knows no protocol, no clock and no disk.

Three rules carry everything else. A state is saved before its effect is carried out. The authorisation is sent in one
transition only, from NEW to ASKING, so no path leads to a second one. And whatever leaves ASKING without a clear answer
is UNKNOWN until the terminal says what happened.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from drivers.base import Payment, PaymentOutcome


class Phase(StrEnum):
    """Where a payment is. The last three are final, but that an approved one may still be given back."""

    NEW = "new"
    ASKING = "asking"
    UNKNOWN = "unknown"
    REVERSING = "reversing"
    APPROVED = "approved"
    DECLINED = "declined"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Proof:
    """What the terminal said of a transaction, card number masked."""

    reference: str
    card: str = ""
    slip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentState:
    """One payment. Times are milliseconds of the caller's clock."""

    id: str
    device: str
    amount_minor: int
    currency: str
    phase: Phase = Phase.NEW
    baseline: str = ""
    """The terminal's last transaction before ours, in its own words; "" when it had none."""
    proof: Proof | None = None
    why: str = ""
    tries: int = 0
    """How often the terminal was asked since the answer was lost."""
    due: int = 0
    clear_since: int | None = None
    """When the terminal first said that it knows nothing of this payment."""
    give_back: bool = False
    """Whether the money is to be given back as soon as it is known to have been taken."""
    reversals: int = 0
    """How many reversals were sent."""
    needs_person: bool = False

    @property
    def final(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.phase in (Phase.APPROVED, Phase.DECLINED, Phase.REVERSED)

    @property
    def outcome(self) -> PaymentOutcome:
        """What the caller may believe."""
        match self.phase:
            case Phase.APPROVED:
                return PaymentOutcome.APPROVED
            case Phase.DECLINED | Phase.REVERSED:
                return PaymentOutcome.DECLINED
            case Phase.NEW | Phase.ASKING | Phase.UNKNOWN | Phase.REVERSING:
                return PaymentOutcome.UNKNOWN
            case _:
                assert_never(self.phase)

    def told(self) -> Payment:
        """The payment as the caller hears of it."""
        proof = self.proof or Proof("")
        return Payment(
            self.id, self.device, self.amount_minor, self.currency, self.outcome, self.why,
            proof.reference, proof.card, proof.slip, self.phase is Phase.REVERSED, self.needs_person,
        )  # fmt: skip


class Command(StrEnum):
    """What comes from the till and its clock, not from the terminal."""

    START = "start"
    RESTART = "restart"
    """The till begins anew, or a person asks again: go on with what is not final."""
    DUE = "due"
    GIVE_BACK = "give-back"


@dataclass(frozen=True, slots=True)
class Looked:
    """The terminal's last transaction before ours."""

    mark: str


@dataclass(frozen=True, slots=True)
class Charged:
    """The whole amount was taken."""

    proof: Proof


@dataclass(frozen=True, slots=True)
class Partial:
    """Another amount was taken."""

    proof: Proof


@dataclass(frozen=True, slots=True)
class Refused:
    """Surely nothing was taken."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """No clear answer: anything may have happened, or the terminal is still busy."""

    why: str


@dataclass(frozen=True, slots=True)
class Clear:
    """The terminal is at rest and knows nothing of what it is asked for."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """The terminal's last transaction is somebody else's: it cannot tell about ours any more."""

    why: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The money went back."""


@dataclass(frozen=True, slots=True)
class NotGivenBack:
    """The terminal refused to give the money back."""

    why: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A person looked, and says whether the money stands. Heard only where one is needed."""

    taken: bool
    who: str


Finding = Looked | Charged | Partial | Refused | Lost | Clear | Foreign | GivenBack | NotGivenBack
Event = Command | Decided | Finding


class Effect(StrEnum):
    """What the shell does after the state is saved; each ends in a finding, WAIT in `Command.DUE`."""

    LOOK = "look"
    AUTHORISE = "authorise"
    ENQUIRE = "enquire"
    REVERSE = "reverse"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient to be, in milliseconds."""

    settle: int = 5_000
    """A terminal that knows nothing is asked again after this long before it is believed: the request may still be
    under way.
    """
    first_pause: int = 500
    longest_pause: int = 15_000
    tries: int = 10


Step = tuple[PaymentState, Effect | None]


def step(state: PaymentState, event: Event, now: int, policy: Policy) -> Step:
    """The next state, and what to do once it is saved. An event that makes no sense changes nothing."""
    if isinstance(event, Decided):
        return _decided(state, event), None
    match state.phase:
        case Phase.NEW:
            return _new(state, event)
        case Phase.ASKING:
            return _asking(state, event, now)
        case Phase.UNKNOWN:
            return _unknown(state, event, now, policy)
        case Phase.REVERSING:
            return _reversing(state, event, now, policy)
        case Phase.APPROVED:
            if event is Command.GIVE_BACK:
                return _reverse(state)
            return state, None
        case Phase.DECLINED | Phase.REVERSED:
            return state, None
        case _:
            assert_never(state.phase)


def _new(state: PaymentState, event: Command | Finding) -> Step:
    match event:
        case Command.START:
            return state, Effect.LOOK
        case Looked(mark):
            return replace(state, phase=Phase.ASKING, baseline=mark), Effect.AUTHORISE
        case Command.RESTART | Command.GIVE_BACK:
            return _declined(state, "it ended before anything was sent"), None
        case Refused(why) | Lost(why) | Foreign(why):
            return _declined(state, f"nothing was sent: {why}"), None
        case _:
            return _declined(state, "nothing was sent: the terminal's answer made no sense"), None


def _asking(state: PaymentState, event: Command | Finding, now: int) -> Step:
    match event:
        case Command.GIVE_BACK | Command.RESTART:
            why = "the till restarted while the terminal was at work"
            give_back = state.give_back or event is Command.GIVE_BACK
            return replace(state, phase=Phase.UNKNOWN, why=why, give_back=give_back), Effect.ENQUIRE
        case Command():
            return state, None
        case Charged() | Partial() | Refused():
            return _settled(state, event)
        case Lost(why) | Foreign(why) | NotGivenBack(why):
            return replace(state, phase=Phase.UNKNOWN, why=why, due=now), Effect.ENQUIRE
        case Looked() | Clear() | GivenBack():
            return replace(state, phase=Phase.UNKNOWN, why="the answer made no sense", due=now), Effect.ENQUIRE
        case _:
            assert_never(event)


def _unknown(state: PaymentState, event: Command | Finding, now: int, policy: Policy) -> Step:
    match event:
        case Command.RESTART | Command.GIVE_BACK:
            give_back = state.give_back or event is Command.GIVE_BACK
            fresh = replace(state, tries=0, clear_since=None, needs_person=False, give_back=give_back)
            return fresh, Effect.ENQUIRE
        case Command.DUE:
            return state, Effect.ENQUIRE
        case Charged() | Partial() | Refused():
            return _settled(state, event)
        case GivenBack():
            return _declined(state, "the terminal took the money and gave it back by itself"), None
        case Clear() if state.clear_since is not None and now - state.clear_since >= policy.settle:
            return _declined(state, state.why or "the terminal knows nothing of it"), None
        case Clear():
            since = now if state.clear_since is None else state.clear_since
            return _pause(replace(state, clear_since=since), now, policy, at=since + policy.settle)
        case Foreign(why):
            return replace(state, why=why, needs_person=True), None
        case Lost(why) | NotGivenBack(why):
            return _pause(replace(state, why=why, clear_since=None), now, policy)
        case _:
            return _pause(replace(state, clear_since=None), now, policy)


def _reversing(state: PaymentState, event: Command | Finding, now: int, policy: Policy) -> Step:
    match event:
        case Command.RESTART | Command.GIVE_BACK:
            return replace(state, tries=0, clear_since=None, needs_person=False), Effect.ENQUIRE
        case Command.DUE:
            return state, Effect.ENQUIRE
        case GivenBack():
            return replace(state, phase=Phase.REVERSED, needs_person=False), None
        case Charged() if state.tries < policy.tries:  # asked after a lost answer: the charge still stands
            return _reverse(replace(state, tries=state.tries + 1))
        case Clear() if state.clear_since is not None and now - state.clear_since >= policy.settle:
            return _reverse(replace(state, tries=state.tries + 1, clear_since=None))
        case Clear():
            since = now if state.clear_since is None else state.clear_since
            return _pause(replace(state, clear_since=since), now, policy, at=since + policy.settle)
        case NotGivenBack(why) | Foreign(why) | Refused(why):
            return replace(state, why=f"the money could not be given back: {why}", needs_person=True), None
        case Lost(why):
            return _pause(replace(state, why=why, clear_since=None), now, policy)
        case _:
            return _pause(replace(state, clear_since=None), now, policy)


def _decided(state: PaymentState, event: Decided) -> PaymentState:
    if not state.needs_person:
        return state
    phase = Phase.APPROVED if event.taken else Phase.DECLINED
    return replace(state, phase=phase, needs_person=False, why=f"decided by {event.who}; before: {state.why}")


def _settled(state: PaymentState, event: Charged | Partial | Refused) -> Step:
    """The terminal gave a clear answer."""
    done = replace(state, needs_person=False, clear_since=None)
    match event:
        case Charged(proof) if state.give_back:
            return _reverse(replace(done, proof=proof, why="it was cancelled"))
        case Charged(proof):
            return replace(done, phase=Phase.APPROVED, proof=proof, why=""), None
        case Partial(proof):
            return _reverse(replace(done, proof=proof, why="another amount was taken than asked for"))
        case Refused(why):
            return _declined(done, why), None


def _reverse(state: PaymentState) -> Step:
    """The only place that begins a reversal."""
    return replace(state, phase=Phase.REVERSING, reversals=state.reversals + 1, needs_person=False), Effect.REVERSE


def _declined(state: PaymentState, why: str) -> PaymentState:
    return replace(state, phase=Phase.DECLINED, why=why, needs_person=False)


def _pause(state: PaymentState, now: int, policy: Policy, at: int | None = None) -> Step:
    """Ask again later, ever more slowly; after the last try a person is needed and nothing is forgotten."""
    tries = state.tries + 1
    if tries > policy.tries:
        return replace(state, tries=tries, needs_person=True), None
    wait = min(policy.longest_pause, policy.first_pause << min(tries - 1, 16))
    return replace(state, tries=tries, due=now + wait if at is None else max(at, now)), Effect.WAIT
