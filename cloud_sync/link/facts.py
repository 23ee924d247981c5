"""What the link's state machine hears, orders and remembers. Times are UTC epoch milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cloud_sync.link.side import Enrolment
from cloud_sync.link.state import LinkPhase


@dataclass(frozen=True, slots=True)
class Rules:
    """Waits and sizes. Times in milliseconds."""

    first_wait: int = 1_000
    longest_wait: int = 60_000
    poll: int = 30_000
    """Both directions are tried at least this often, whether or not a wake-up came."""
    enrol_poll: int = 5_000
    patience: int = 20_000
    """The longest that one exchange may take."""
    batch: int = 1_000
    backlog_age: int = 10_000
    """Events older than this on their way mean: catching up."""
    store: str = ""
    """The id this store is configured as: an approval for another one is refused. Empty: any will do."""

    @property
    def fresh(self) -> int:
        """How old the last true exchange may be while the line counts as up."""
        return self.poll + self.patience


class Lane(StrEnum):
    """What goes on side by side. Each lane does one thing at a time and waits on its own."""

    ENROL = "enrol"
    EVENTS = "events"
    CHANGES = "changes"
    WAKE = "wake"


class Trouble(StrEnum):
    """Why something failed, as far as it decides what happens next."""

    LINE = "line"
    """No answer, or one that says: later."""
    DENIED = "denied"
    """Head office does not accept this store's key."""
    UNWANTED = "unwanted"
    """Head office will not take just this: a batch too big or unreadable, a code that is not valid."""
    HERE = "here"
    """The store's own disk."""


# What is heard.


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class Nudged:
    """Something was queued."""


@dataclass(frozen=True, slots=True)
class Woken:
    """Head office says that there is something to pull."""


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """A person typed a one-time code."""

    code: str


@dataclass(frozen=True, slots=True)
class EnrolPending:
    """Head office waits for a person's approval."""


@dataclass(frozen=True, slots=True)
class EnrolApproved:
    """Head office knows this store's key now."""

    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class Kept:
    """The enrolment that was ordered to be kept is on disk."""

    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class QueueEmpty:
    """Nothing waits to be sent."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch that head office answered."""

    epoch: int
    first: int
    last: int
    count: int
    oldest_at: int


@dataclass(frozen=True, slots=True)
class Answered:
    """Head office's answer to a batch: everything of `epoch` up to `seq` is on its disk."""

    sent: Sent
    epoch: int
    seq: int
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The queue forgot `gone` events."""

    gone: int
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class Pulled:
    """A page of changes was committed here. `more`: head office holds further ones."""

    more: bool


@dataclass(frozen=True, slots=True)
class WakeOpened:
    """The wake-up channel stands."""


@dataclass(frozen=True, slots=True)
class Failed:
    """What a lane was doing failed.

    `jitter` is 0 … 1, drawn by the shell; `at_least` is how long head office asked to wait, in milliseconds.
    """

    lane: Lane
    trouble: Trouble
    why: str
    jitter: float = 0.0
    at_least: int = 0


Event = (
    Tick | Nudged | Woken | CodeTyped | EnrolPending | EnrolApproved | Kept | QueueEmpty | Answered
    | Confirmed | Pulled | WakeOpened | Failed
)  # fmt: skip


# What is ordered.


@dataclass(frozen=True, slots=True)
class AskEnrol:
    """Ask head office about a code. Ends in EnrolPending, EnrolApproved or Failed."""

    code: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Make the enrolment durable. Ends in Kept or Failed."""

    enrolment: Enrolment


@dataclass(frozen=True, slots=True)
class SendBatch:
    """Send the oldest events, at most `limit`. Ends in QueueEmpty, Answered or Failed."""

    limit: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """Let the queue forget what head office committed. Ends in Confirmed or Failed."""

    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class PullChanges:
    """Pull one page after the cursor and commit it. Ends in Pulled or Failed."""


@dataclass(frozen=True, slots=True)
class OpenWake:
    """Open the wake-up channel; WakeOpened and Woken follow until Failed."""


@dataclass(frozen=True, slots=True)
class RenewToken:
    """Forget the token in use; the next exchange makes a new one. Ends in nothing."""


Effect = AskEnrol | Keep | SendBatch | Confirm | PullChanges | OpenWake | RenewToken


# What is remembered.


class LaneState(NamedTuple):
    """Where one lane stands."""

    busy: bool = False
    next_at: int | None = None
    """When it acts by itself. None: not before something happens."""
    tried_at: int = 0
    failures: int = 0
    why: str = ""
    again: bool = False
    """A reason to act came while it was busy."""
    denied: bool = False
    """Its last exchange was denied, and a fresh token is being tried."""


class State(NamedTuple):
    """Everything the machine remembers."""

    enrolment: Enrolment
    phase: LinkPhase
    since: int
    lanes: Mapping[Lane, LaneState]
    why: str = ""
    asked: bool = False
    """Head office has the request and waits for a person."""
    refusal: str = ""
    """Why the last code did not do."""
    revoked: str = ""
    last_contact: int | None = None
    limit: int = 1_000
    sent: Sent | None = None
    behind: bool = False
    run_from: int = 0
    run_count: int = 0
    """Events confirmed since `run_from`, while catching up."""
    wake_open: bool = False
