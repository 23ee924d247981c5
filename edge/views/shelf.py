"""What the pictures of the shelf say that nobody has put right yet. Each goes by itself when a later picture, or a
binding, says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from edge.readback.facts import Verdict

STRAY_FOR_MS = 24 * 3_600_000
"""How long a code that hangs where none should stays a task, when no later picture shows it."""
_PRICE = tuple(verdict.value for verdict in (Verdict.OLD, Verdict.UNEXPECTED))
_PLACE = tuple(verdict.value for verdict in (Verdict.WRONG_ITEM, Verdict.MOVED))


@dataclass(frozen=True, slots=True)
class Caught:
    """A label (or, with no `device`, a code) that a picture showed to be wrong. Money is minor units.

    `shown` is the price it was read to show, `charged` what the tills might charge then. `since` and `times`: when it
    was first read so, and how often in a row.
    """

    device: str
    place: str
    item: str
    version: int
    name: str
    verdict: Verdict
    shown: int | None
    charged: int | None
    currency: str
    since: int
    times: int


def labels_with_wrong_price(database: Database, now: int, limit: int) -> list[Caught]:
    """Labels that show another version than their own word says, and codes without a tag that none should show."""
    return [*_caught(database, _PRICE, limit), *_strays(database, now, _PRICE, limit)][:limit]


def labels_in_wrong_place(database: Database, now: int, limit: int) -> list[Caught]:
    """Labels that show another item than they stand for, or hang elsewhere, and codes that belong to no label."""
    others = tuple(verdict.value for verdict in Verdict if verdict.value not in _PRICE)
    return [*_caught(database, _PLACE, limit), *_strays(database, now, others, limit)][:limit]


def labels_unseen(database: Database, before: int, limit: int) -> list[tuple[str, str, str, str, int]]:
    """(device, place, item, item's name, last sign) of labels that nobody saw or heard since `before`.

    A label in fault is a task by its fault.
    """
    rows = database.conn.execute(
        "SELECT d.id, d.place, b.item,"
        " COALESCE((SELECT p.name FROM price p WHERE p.item = b.item ORDER BY p.version DESC LIMIT 1), ''),"
        " MAX(COALESCE(d.seen_at, 0), COALESCE(t.reported_at, 0), COALESCE(r.at, 0), b.at) AS sign"
        " FROM device d JOIN binding b ON b.device = d.id JOIN twin t ON t.device = d.id"
        " LEFT JOIN label_read r ON r.device = d.id"
        " WHERE d.role = 'label' AND d.enrolled = 1 AND d.state != 'fault' AND sign < ? ORDER BY sign LIMIT ?",
        (before, limit),
    )
    return [(device, place, item, name, sign) for device, place, item, name, sign in rows]


def _caught(database: Database, verdicts: Sequence[str], limit: int) -> list[Caught]:
    """Labels in service whose last picture had one of these verdicts, and that were not bound anew since."""
    rows = database.conn.execute(
        "SELECT d.id, d.place, r.item, r.version, COALESCE(p.name, ''), r.verdict, r.shown, r.charged,"  # noqa: S608
        " COALESCE(p.currency, ''), r.since, r.times"
        " FROM label_read r JOIN device d ON d.id = r.device JOIN binding b ON b.device = r.device AND b.at < r.at"
        " LEFT JOIN price p ON p.item = r.item"
        "  AND p.version = COALESCE((SELECT MAX(v.version) FROM price v WHERE v.item = r.item), 0)"
        f" WHERE d.enrolled = 1 AND r.verdict IN ({','.join('?' * len(verdicts))}) ORDER BY r.since LIMIT ?",
        (*verdicts, limit),
    )
    return [
        Caught(device, place, item, version, name, Verdict(verdict), shown, charged, currency, since, times)
        for device, place, item, version, name, verdict, shown, charged, currency, since, times in rows
    ]


def _strays(database: Database, now: int, verdicts: Sequence[str], limit: int) -> list[Caught]:
    """Codes that are about no certain label, seen within the last day and not bound to a label since."""
    rows = database.conn.execute(
        "SELECT s.label, s.place, s.item, s.version, s.name, s.verdict,"  # noqa: S608  only "?" is put into the text
        " (SELECT p.minor FROM price p WHERE p.item = s.item AND p.version = s.version),"
        " (SELECT MAX(t.minor) FROM showing t WHERE t.item = s.item AND t.role = 'till' AND t.until IS NULL),"
        " COALESCE((SELECT p.currency FROM price p WHERE p.item = s.item LIMIT 1), ''), MIN(s.since)"
        f" FROM stray s WHERE s.at > ? AND s.verdict IN ({','.join('?' * len(verdicts))})"
        " AND NOT EXISTS (SELECT 1 FROM binding b WHERE b.item = s.item AND b.at >= s.at)"
        " GROUP BY s.item, s.version, s.label ORDER BY 10 LIMIT ?",
        (now - STRAY_FOR_MS, *verdicts, limit),
    )
    return [
        Caught(label, place, item, version, name, Verdict(verdict), shown, charged, currency, since, 1)
        for label, place, item, version, name, verdict, shown, charged, currency, since in rows
    ]
