"""Times as an operator writes them → UTC epoch milliseconds."""

from datetime import UTC, datetime

from cloud_sync.hq.office import HqError
from cloud_sync.hq.stores import zone


def parse_time(text: str, timezone: str) -> int:
    """An ISO time, on the store's own clock unless it carries an offset. Raises HqError.

    A local time that the clock skips or shows twice (summer time) is refused: it needs an offset.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise HqError(f"{text[:40]!r} is no time; write 2025-07-03T06:00 or 2025-07-03T06:00+02:00") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(timezone))
        if moment.utcoffset() != moment.replace(fold=1).utcoffset():
            raise HqError(f"{text[:40]!r} does not tell one moment: clocks change then; add an offset")
    try:
        return int(moment.astimezone(UTC).timestamp()) * 1000
    except OverflowError as error:
        raise HqError(f"{text[:40]!r} is out of range") from error
