"""When the shop is open, and what its local times mean. Pure.

A day's hours are stretches of its own wall clock; one that ends past midnight belongs to the day on which it began.
Where the clocks change, a wall time may be missing or come twice: both readings are kept (`Instants`), and whoever asks
picks the one that harms nobody. Opening hours count as wide as they can be read. Instants are UTC epoch milliseconds.

For the question "is the shop open?" call `is_open(calendar, at)`; a calendar without hours is always open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from types import MappingProxyType

MINUTES = 1440
HORIZON = timedelta(days=400)
"""How far ahead an opening, a closing or an opening day is looked for."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Instants:
    """The readings of a wall time: the same, but where clocks change."""

    earlier: int
    later: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Open from `opens` until `closes`, minutes after the day's local midnight; past 1440 is the day after."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        """Raises ValueError when it is no stretch of one day."""
        if not 0 <= self.opens < MINUTES or not self.opens < self.closes <= self.opens + MINUTES:
            raise ValueError("a shop opens within its day and closes within 24 hours")


Hours = tuple[Stretch, ...]
CLOSED: Hours = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """`week`: hours of Monday to Sunday; empty: the shop is always open. `days`: hours of days that differ."""

    zone: tzinfo
    week: tuple[Hours, ...] = ()
    days: Mapping[date, Hours] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Raises ValueError when the week has not seven days."""
        if len(self.week) not in (0, 7):
            raise ValueError("a week has seven days")

    @property
    def has_hours(self) -> bool:
        """Whether the shop ever opens and closes."""
        return bool(self.week)


def hours_on(calendar: Calendar, day: date) -> Hours:
    """The hours of a local day."""
    return calendar.days.get(day, calendar.week[day.weekday()]) if calendar.week else (Stretch(0, MINUTES),)


def is_open(calendar: Calendar, at: int) -> bool:
    """Whether the shop is open at an instant."""
    return not calendar.has_hours or _closes(calendar, at) is not None


def next_opening(calendar: Calendar, at: int) -> Instants | None:
    """The first opening at or after an instant; None when there is none within the horizon."""
    return next((when for when in _edges(calendar, at, opening=True) if when.earlier >= at), None)


def next_closing(calendar: Calendar, at: int) -> Instants | None:
    """The first closing at or after an instant; None when there is none within the horizon."""
    return next((when for when in _edges(calendar, at, opening=False) if when.earlier >= at), None)


def next_opening_day(calendar: Calendar, at: int) -> Instants | None:
    """When the shop opens on the first day, after the local day of an instant, that has hours."""
    if not calendar.has_hours:
        return None
    today = local(at, calendar.zone).date()
    for ahead in range(1, HORIZON.days):
        day = today + ahead * _DAY
        if hours := hours_on(calendar, day):
            return instants(_wall(day, min(stretch.opens for stretch in hours)), calendar.zone)
    return None


def closed_from(calendar: Calendar, at: int) -> int | None:
    """The first moment at or after an instant at which the shop is closed; None within the horizon."""
    end = at + HORIZON // timedelta(milliseconds=1)
    while calendar.has_hours and at < end:
        closes = _closes(calendar, at)
        if closes is None:
            return at
        at = closes
    return None


def resolve(calendar: Calendar, begins: str, after: int) -> Instants | None:
    """What a change's `begins` means here: a local wall time, or an occasion at or after an instant.

    Returns None for an occasion that does not come. See `cloud_sync.contract.change.Change.begins`.
    """
    match begins:
        case "opening":
            return next_opening(calendar, after)
        case "closing":
            return next_closing(calendar, after)
        case "opening-day":
            return next_opening_day(calendar, after)
        case wall:
            return instants(datetime.fromisoformat(wall), calendar.zone)


def instants(wall: datetime, zone: tzinfo) -> Instants:
    """Both readings of a naive wall time: by the clock's rule before a change, and by the one after it."""
    both = [(wall.replace(tzinfo=zone, fold=fold) - _EPOCH) // timedelta(milliseconds=1) for fold in (0, 1)]
    return Instants(min(both), max(both))


def local(at: int, zone: tzinfo) -> datetime:
    """The wall clock at an instant."""
    return (_EPOCH + timedelta(milliseconds=at)).astimezone(zone)


def read_hours(text: str) -> Hours:
    """Hours as people write them: "08:00-12:00, 14:00-20:00"; "" is closed, "20:00-02:00" goes past midnight.

    Raises ValueError, with words for a person.
    """
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        opens, dash, closes = part.partition("-")
        if not dash:
            raise ValueError(f"{part[:20]!r} is no stretch of time; write 08:00-20:00")
        first, last = _minutes(opens), _minutes(closes)
        found.append(Stretch(first % MINUTES, last if last > first else last + MINUTES))
    found.sort(key=lambda stretch: stretch.opens)
    if any(later.opens < before.closes for before, later in pairwise(found)):
        raise ValueError(f"{text[:60]!r} overlaps with itself")
    return tuple(found)


def write_hours(hours: Hours) -> str:
    """The inverse of `read_hours`."""
    return ", ".join(f"{_clock(stretch.opens)}-{_clock(stretch.closes)}" for stretch in hours)


def _closes(calendar: Calendar, at: int) -> int | None:
    """When the stretch that is open at an instant ends; None when the shop is closed."""
    today = local(at, calendar.zone).date()
    for ahead in (-2, -1, 0, 1):
        day = today + ahead * _DAY
        for stretch in hours_on(calendar, day):
            opens = instants(_wall(day, stretch.opens), calendar.zone).earlier
            closes = instants(_wall(day, stretch.closes), calendar.zone).later
            if opens <= at < closes:
                return closes
    return None


def _edges(calendar: Calendar, at: int, *, opening: bool) -> Iterator[Instants]:
    """Openings or closings from two days before an instant on, where stretches that touch are one."""
    if not calendar.has_hours:
        return
    first = local(at, calendar.zone).date() - 2 * _DAY
    begun: tuple[datetime, datetime] | None = None
    for ahead in range(HORIZON.days):
        day = first + ahead * _DAY
        for stretch in hours_on(calendar, day):
            opens, closes = _wall(day, stretch.opens), _wall(day, stretch.closes)
            if begun is not None and opens <= begun[1]:
                begun = begun[0], max(begun[1], closes)
                continue
            if begun is not None and not opening:
                yield instants(begun[1], calendar.zone)
            begun = opens, closes
            if opening:
                yield instants(opens, calendar.zone)


def _wall(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)


def _minutes(text: str) -> int:
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        raise ValueError(f"{text.strip()[:20]!r} is no time of day; write 08:00")
    at = int(hours) * 60 + int(minutes)
    if len(minutes) != 2 or int(minutes) > 59 or at > MINUTES:
        raise ValueError(f"{text.strip()[:20]!r} is no time of day; write 08:00")
    return at


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}" if minutes <= MINUTES else _clock(minutes - MINUTES)
