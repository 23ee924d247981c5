"""The shop's time zone: its clocks go forward and back again on one and the same bad day."""

from datetime import UTC, datetime, timedelta, tzinfo

from simulators.storm.schedule import MINUTE
from simulators.storm.world import OPENING

FORWARD, BACK = OPENING + 60 * MINUTE, OPENING + 150 * MINUTE
"""When the clocks change, UTC epoch milliseconds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_WINTER, _SUMMER = timedelta(hours=1), timedelta(hours=2)
_FORWARD, _BACK = (_EPOCH + timedelta(milliseconds=at) for at in (FORWARD, BACK))


class ShopZone(tzinfo):
    """UTC+1, and UTC+2 between the two changes."""

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """By the wall time; where it is missing or comes twice, by its fold."""
        if moment is None:
            return _WINTER
        wall = moment.replace(tzinfo=None, fold=0)
        if wall < _FORWARD + _WINTER or wall >= _BACK + _SUMMER:
            return _WINTER
        if wall < _FORWARD + _SUMMER:
            return _SUMMER if moment.fold else _WINTER
        if wall >= _BACK + _WINTER:
            return _WINTER if moment.fold else _SUMMER
        return _SUMMER

    def dst(self, moment: datetime | None) -> timedelta:
        """What is added in summer."""
        return self.utcoffset(moment) - _WINTER

    def tzname(self, _moment: datetime | None) -> str:
        """A name for people."""
        return "the shop's time"

    def fromutc(self, moment: datetime) -> datetime:
        """From UTC to the wall."""
        utc = moment.replace(tzinfo=None, fold=0)
        summer = _FORWARD <= utc < _BACK
        again = _BACK <= utc < _BACK + _SUMMER - _WINTER
        return moment + (_SUMMER if summer else _WINTER) if not again else (moment + _WINTER).replace(fold=1)


def wall_text(at: int) -> str:
    """What the shop's wall clock shows at an instant, to the second."""
    moment = datetime.fromtimestamp(at // 1000, UTC).astimezone(ShopZone())
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def not_before(wall: str) -> int:
    """The moment before which nobody may say that this wall time has come for certain.

    The last moment at which the wall clock shows it; where it never does, the one at which it is skipped.
    """
    shown = _EPOCH + (datetime.fromisoformat(wall) - _EPOCH)
    readings = [int((shown - offset - _EPOCH).total_seconds()) * 1000 for offset in (_WINTER, _SUMMER)]
    return max((at for at in readings if wall_text(at) == wall), default=FORWARD)
