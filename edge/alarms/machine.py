"""The life of one alarm: a plain function of (state, event, now). No clock, disk or device in it.

Waits are told in steady milliseconds, so that a clock that jumps neither opens nor closes a ticket.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from edge.alarms.rules import Rule, Value


class Phase(StrEnum):
    """Where an alarm stands. None of these, no alarm at all: all is well."""

    BREWING = "brewing"
    """It fires, but not for long enough yet: no ticket."""
    OPEN = "open"
    CALMING = "calming"
    """It does not fire any more, but not for long enough yet: the ticket is still open."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """`since`: steady time at which the phase began. `announced`, `acknowledged`: of its ticket."""

    phase: Phase
    since: int
    announced: bool = False
    acknowledged: bool = False

    @property
    def has_ticket(self) -> bool:
        """Whether a ticket is open."""
        return self.phase is not Phase.BREWING


@dataclass(frozen=True, slots=True)
class Seen:
    """The measure was looked at."""

    value: Value


@dataclass(frozen=True, slots=True)
class Calm:
    """The measure was looked at, and nothing at this subject could fire."""


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such subject any more, or nobody watches it: it was taken out of service, or the rule is off."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A person has taken it on."""

    by: str


Event = Seen | Calm | Gone | Acknowledged


@dataclass(frozen=True, slots=True)
class Moment:
    """`steady`: milliseconds that never jump. `awake`: whether people may be told of what is not critical."""

    steady: int
    awake: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """Effect: a ticket opens."""


@dataclass(frozen=True, slots=True)
class Announced:
    """Effect: tell people. The bell counts the ticket, and head office hears of it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Effect: the ticket is a person's."""

    by: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Effect: the ticket closes."""


Effect = Opened | Announced | Taken | Closed
Step = tuple[Alarm | None, tuple[Effect, ...]]


def step(alarm: Alarm | None, event: Event, now: Moment, rule: Rule) -> Step:
    """The alarm after an event, and what follows from it, in order."""
    match event:
        case Gone():
            return None, (Closed(),) if alarm is not None and alarm.has_ticket else ()
        case Acknowledged(by):
            return _acknowledge(alarm, by)
        case Calm():
            return _told(*_calm(alarm, now, rule), now, rule)
        case Seen(value):
            fires = rule.test.holds(value, alarm is not None and alarm.has_ticket)
            return _told(*(_fires if fires else _calm)(alarm, now, rule), now, rule)


def _fires(alarm: Alarm | None, now: Moment, rule: Rule) -> Step:
    match alarm:
        case None if rule.after_ms > 0:
            return Alarm(Phase.BREWING, now.steady), ()
        case Alarm(phase=Phase.BREWING) if now.steady - alarm.since < rule.after_ms:
            return alarm, ()
        case None | Alarm(phase=Phase.BREWING):
            return Alarm(Phase.OPEN, now.steady), (Opened(),)
        case Alarm(phase=Phase.CALMING):
            return replace(alarm, phase=Phase.OPEN, since=now.steady), ()
    return alarm, ()


def _calm(alarm: Alarm | None, now: Moment, rule: Rule) -> Step:
    match alarm:
        case None | Alarm(phase=Phase.BREWING):
            return None, ()
        case Alarm(phase=Phase.OPEN) if rule.calm_ms > 0:
            return replace(alarm, phase=Phase.CALMING, since=now.steady), ()
        case Alarm(phase=Phase.CALMING) if now.steady - alarm.since < rule.calm_ms:
            return alarm, ()
    return None, (Closed(),)


def _told(alarm: Alarm | None, effects: tuple[Effect, ...], now: Moment, rule: Rule) -> Step:
    """Announce an open ticket as soon as people may be told. What is calming may mend itself unheard."""
    quiet = alarm is None or alarm.phase is not Phase.OPEN or alarm.announced
    if alarm is None or quiet or not (rule.critical or now.awake):
        return alarm, effects
    return replace(alarm, announced=True), (*effects, Announced())


def _acknowledge(alarm: Alarm | None, by: str) -> Step:
    """Whoever takes a ticket on has heard of it: head office may hear of it too."""
    if alarm is None or not alarm.has_ticket or alarm.acknowledged:
        return alarm, ()
    told = () if alarm.announced else (Announced(),)
    return replace(alarm, announced=True, acknowledged=True), (*told, Taken(by))
