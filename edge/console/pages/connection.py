"""The line to head office in words: calm, exact, and when it will be over."""

from cloud_sync.link.state import LinkPhase, LinkView
from cloud_sync.pages.i18n import Words
from cloud_sync.queue.outbox import Depth
from edge.console.pages.shell import Visit

USUAL_PER_SECOND = 400.0
"""Events a second, until this line has been measured: what a slow line does."""


def duration(milliseconds: int, t: Words) -> str:
    """A length of time in its two largest units: "2 h 13 min"."""
    seconds = max(0, milliseconds) // 1000
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days:
        return t("for.days", days=days, hours=hours)
    if hours:
        return t("for.hours", hours=hours, minutes=minutes)
    return t("for.minutes", minutes=minutes) if minutes else t("for.seconds", seconds=seconds)


def connection_words(visit: Visit, link: LinkView, queue: Depth) -> tuple[str, str]:
    """What to say of the line: a headline, and what waits."""
    t, figures = visit.t, visit.desk.figures
    rate = link.events_per_second or USUAL_PER_SECOND
    facts = {
        "span": duration(visit.now - link.since, t),
        "count": figures.count(queue.events),
        "size": figures.size(queue.bytes),
        "left": duration(max(1_000, round(queue.events / rate * 1000)), t),
    }
    match link.phase:
        case LinkPhase.OFFLINE:
            return t("link.offline.head", **facts), t(
                "link.offline.queue" if queue.events else "link.queue.empty", **facts
            )
        case LinkPhase.CATCHING_UP:
            return t("link.catching-up.head"), t("link.catching-up.queue", **facts)
        case LinkPhase.ONLINE:
            return t("link.online.head", **facts), t("link.queue.waits", **facts) if queue.events else t(
                "link.queue.empty"
            )
        case LinkPhase.ALONE:
            return t("link.alone.head"), t("link.alone.body")
        case LinkPhase.PENDING:
            return t("link.pending.head"), link.why or t("link.pending.body")
        case LinkPhase.UNENROLLED:
            return t("link.unenrolled.head"), link.why or t("link.unenrolled.body")
