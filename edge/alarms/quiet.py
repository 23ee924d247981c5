"""Whether people may be told of what is not critical: while the shop is open, and outside its quiet hours. Pure."""

from edge.clock.calendar import Calendar, Hours, is_open
from edge.clock.calendar import local as wall_clock


def awake(calendar: Calendar, quiet: Hours, at: int) -> bool:
    """Whether it is a time for words. A shop without opening hours is always open."""
    if not is_open(calendar, at):
        return False
    now = wall_clock(at, calendar.zone)
    minute = now.hour * 60 + now.minute
    return not any(stretch.opens <= one < stretch.closes for stretch in quiet for one in (minute, minute + 1440))
