"""The labels that an inspection may draw from, and what each is stratified by."""

from collections.abc import Sequence
from enum import StrEnum

from sqlite_utils import Database

from edge.inspect.sampling import WATCHED, Unit

RECENT_MS = 24 * 3_600_000
"""A label whose price, item or picture changed within a day is looked at more often."""
NEAR_TILLS = ("till", "checkout", "check-out", "blagajn", "kasse", "caisse", "收银")
"""A place with one of these words in it is near the tills."""


class By(StrEnum):
    """What the strata are: the part of the shop, or how the price changed last."""

    PLACE = "place"
    CHANGE = "change"


def read_frame(database: Database, by: By, now: int, near_tills: Sequence[str] = NEAR_TILLS) -> list[Unit]:
    """Every label in service that stands for an item with a price in force, and that nobody covered."""
    rows = database.conn.execute(
        "SELECT d.id, d.place, b.item, b.at, p.version, p.name, p.minor, p.currency, p.changed_at,"
        " (SELECT o.minor FROM price o WHERE o.item = p.item AND o.version < p.version"
        "   AND o.phase IN ('landed', 'active') ORDER BY o.version DESC LIMIT 1)"
        " FROM device d JOIN binding b ON b.device = d.id"
        " JOIN price p ON p.item = b.item AND p.version = (SELECT MAX(n.version) FROM price n"
        "   WHERE n.item = b.item AND n.phase IN ('active', 'landed'))"
        " WHERE d.role = 'label' AND d.enrolled = 1 AND d.id NOT IN (SELECT device FROM covered) ORDER BY d.id"
    )
    found = []
    for label, place, item, bound_at, version, name, minor, currency, changed_at, before in rows:
        lately = max(bound_at, changed_at) > now - RECENT_MS
        near = any(word in place.casefold() for word in near_tills)
        group = area(place) if by is By.PLACE else kind_of_change(minor, before, moved=bound_at > changed_at)
        found.append(Unit(label, item, name, place, version, minor, currency, group, lately or near))
    return found


def area(place: str) -> str:
    """The part of the shop: what stands before the first comma. "–" for a label without a place."""
    return place.split(",")[0].strip().rstrip(WATCHED).strip() or "–"


def kind_of_change(minor: int, before: int | None, *, moved: bool) -> str:
    """How the label came to its price: cut, raise, moved to another item, or first price."""
    if moved and before is not None:
        return "moved"
    if before is None or before == minor:
        return "first"
    return "raise" if minor > before else "cut"
