"""The sheet of a batch that arrives: a plain function of (sheet, event, today). No clock, disk or thermometer in it.

Somebody opens the sheet, measures temperature and humidity, and signs: accepted when nothing speaks against it, else
held. A manager decides later what becomes of goods that are held. Temperatures are hundredths of a degree Celsius.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """Where a sheet stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    HELD = "held"
    REJECTED = "rejected"
    """Held, and then sent back or thrown away: it never was in stock."""
    DROPPED = "dropped"
    """Opened by mistake."""


class Keeps(StrEnum):
    """How the goods have to be kept."""

    CHILLED = "chilled"
    FROZEN = "frozen"
    AMBIENT = "ambient"


class Missing(StrEnum):
    """What has to be on the sheet before anybody may sign it."""

    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    EXPIRY = "expiry"


class Objection(StrEnum):
    """What speaks against accepting the batch."""

    TOO_WARM = "too-warm"
    TOO_COLD = "too-cold"
    EXPIRED = "expired"
    SHORT_DATED = "short-dated"


@dataclass(frozen=True, slots=True)
class Rules:
    """What this shop demands. `tolerance`: how far outside the band a reading may be, hundredths of a degree."""

    tolerance: int = 0
    days_left: int = 1
    """So many days a batch has to be good for, at the least."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of the batch. `low`, `high`: its band; both None for goods that need no cold."""

    state: State = State.OPEN
    low: int | None = None
    high: int | None = None
    expires: date | None = None
    coldest: int | None = None
    warmest: int | None = None
    humidity: int | None = None

    @property
    def is_cold(self) -> bool:
        """Whether it has a band to keep, and so has to be measured."""
        return self.high is not None


@dataclass(frozen=True, slots=True)
class Measured:
    """A reading: temperature, humidity (hundredths of a per cent), or both."""

    centi: int | None = None
    humidity: int | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    """Signed: it goes on sale."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Signed: it is set apart until a manager decides."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """A manager looked into it: it goes on sale after all."""

    why: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A manager sends it back, or has it thrown away."""

    why: str


@dataclass(frozen=True, slots=True)
class Drop:
    """The sheet was opened by mistake."""


Event = Measured | Accept | Hold | Release | Reject | Drop


class Refused(ValueError):
    """The sheet does not allow it; the text says why and what to do."""


def step(sheet: Sheet, event: Event, today: date, rules: Rules) -> Sheet:
    """The sheet after an event. Raises Refused."""
    match sheet.state, event:
        case State.OPEN, Measured(centi, humidity):
            return _measure(sheet, centi, humidity)
        case State.OPEN, Accept():
            _complete(sheet)
            if against := objections(sheet, today, rules):
                raise Refused(f"it cannot be accepted ({', '.join(against)}); sign it as held")
            return replace(sheet, state=State.ACCEPTED)
        case State.OPEN, Hold(why):
            _complete(sheet)
            if not objections(sheet, today, rules) and not why.strip():
                raise Refused("say why it is held")
            return replace(sheet, state=State.HELD)
        case State.OPEN, Drop():
            return replace(sheet, state=State.DROPPED)
        case State.HELD, Release(why) | Reject(why) if not why.strip():
            raise Refused("say why")
        case State.HELD, Release():
            if Objection.EXPIRED in objections(sheet, today, rules):
                raise Refused("it is past its date; it cannot be sold any more")
            return replace(sheet, state=State.ACCEPTED)
        case State.HELD, Reject():
            return replace(sheet, state=State.REJECTED)
    raise Refused(f"the sheet is {sheet.state}")


def missing(sheet: Sheet) -> tuple[Missing, ...]:
    """What is not on the sheet yet. Goods that need no cold need no reading."""
    if not sheet.is_cold:
        return ()
    needed = {Missing.TEMPERATURE: sheet.warmest, Missing.HUMIDITY: sheet.humidity, Missing.EXPIRY: sheet.expires}
    return tuple(name for name, value in needed.items() if value is None)


def objections(sheet: Sheet, today: date, rules: Rules) -> tuple[Objection, ...]:
    """What speaks against the batch. One reading outside the band is enough."""
    found = []
    if sheet.high is not None and sheet.warmest is not None and sheet.warmest > sheet.high + rules.tolerance:
        found.append(Objection.TOO_WARM)
    if sheet.low is not None and sheet.coldest is not None and sheet.coldest < sheet.low - rules.tolerance:
        found.append(Objection.TOO_COLD)
    if sheet.expires is not None and sheet.expires < today:
        found.append(Objection.EXPIRED)
    elif sheet.expires is not None and (sheet.expires - today).days < rules.days_left:
        found.append(Objection.SHORT_DATED)
    return tuple(found)


def _measure(sheet: Sheet, centi: int | None, humidity: int | None) -> Sheet:
    """Readings only add: a second, colder one does not wash a warm one away."""
    if centi is None and humidity is None:
        raise Refused("a reading has a temperature, a humidity, or both")
    if centi is not None and not -9_000 <= centi <= 9_000:
        raise Refused("no thermometer reads that; degrees Celsius from -90 to 90")
    if humidity is not None and not 0 <= humidity <= 10_000:
        raise Refused("humidity is between 0 and 100 %")
    if centi is not None:
        coldest = centi if sheet.coldest is None else min(sheet.coldest, centi)
        warmest = centi if sheet.warmest is None else max(sheet.warmest, centi)
        sheet = replace(sheet, coldest=coldest, warmest=warmest)
    return sheet if humidity is None else replace(sheet, humidity=humidity)


def _complete(sheet: Sheet) -> None:
    if lacking := missing(sheet):
        raise Refused(f"it cannot be signed without {', '.join(lacking)}")
