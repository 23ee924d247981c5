"""When a push is to be in force, as an operator writes it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cloud_sync.contract.change import OCCASIONS
from cloud_sync.hq.office import HqError
from cloud_sync.hq.stores import zone

_HOW = "write 2025-07-03T06:00 (the store's own clock), 2025-07-03T06:00+02:00, opening, closing or opening-day"


@dataclass(frozen=True, slots=True)
class Start:
    """`effective_at`: UTC epoch milliseconds, None is now; with `begins` (see `Change`) only head office's guess."""

    effective_at: int | None = None
    begins: str | None = None


def parse_start(text: str, timezone: str) -> Start:
    """An ISO time with an offset is an instant; without one it is a wall time, and the store reckons when that is.

    An occasion counts from now, or from a time after it: "opening 2025-07-03". "" is now. Raises HqError.
    """
    word, _, rest = text.strip().partition(" ")
    if word in OCCASIONS:
        return Start(_instant(_read(rest), timezone) if rest.strip() else None, word)
    if not word:
        return Start()
    moment = _read(text)
    wall = moment.isoformat(timespec="seconds") if moment.tzinfo is None else None
    return Start(_instant(moment, timezone), wall)


def parse_instant(text: str, timezone: str) -> int:
    """An ISO time as one instant, by the store's clock where it has no offset. Raises HqError."""
    return _instant(_read(text), timezone)


def latest_reading(wall: str, timezone: str) -> int:
    """The later instant at which the store's clock may show a wall time: where clocks change there are two.

    A time that is skipped has two as well, by the offset before and the offset after. Raises HqError.
    """
    moment = _read(wall)
    return max(_instant(moment.replace(fold=fold), timezone) for fold in (0, 1))


def _read(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise HqError(f"{text[:40]!r} is no time; {_HOW}") from error
    if not 2000 <= moment.year < 2200:
        raise HqError(f"{text[:40]!r} is out of range")
    return moment


def _instant(moment: datetime, timezone: str) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(timezone))
    return int(moment.astimezone(UTC).timestamp()) * 1000
