"""What the zones of the cameras have to do with the rest of the shop: its departments, lanes, and what was sold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from edge.inspect.frame import area
from edge.views.footfall import ZoneFigures, read_zones

MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Sold:
    """Sales of one department. An item that hangs in two is in both: nobody knows where it was picked up."""

    lines: int
    """Lines of receipts."""
    total_minor: int


def list_departments(database: Database) -> list[str]:
    """Parts of the shop that labels hang in, by the first words of their places."""
    rows = database.conn.execute(
        "SELECT DISTINCT place FROM device WHERE role = 'label' AND enrolled = 1 AND place != ''"
    )
    return sorted({area(place) for (place,) in rows})[:MOST_NAMES]


def list_lanes(database: Database) -> list[str]:
    """Tills in service."""
    rows = database.conn.execute(
        "SELECT id FROM device WHERE role = 'till' AND enrolled = 1 ORDER BY id LIMIT ?", (MOST_NAMES,)
    )
    return [name for (name,) in rows]


def read_sold(database: Database, spans: Sequence[tuple[int, int]]) -> dict[str, Sold]:
    """Department → what was sold of the items whose labels hang there, by the tills' times, in these spans."""
    hangs: dict[str, set[str]] = {}
    for item, place in database.conn.execute(
        "SELECT DISTINCT b.item, d.place FROM binding b JOIN device d ON d.id = b.device WHERE d.place != ''"
    ):
        hangs.setdefault(item, set()).add(area(place))
    sums: dict[str, tuple[int, int]] = {}
    for start, end in spans:
        for item, lines, total in database.conn.execute(
            "SELECT json_extract(line.value, '$[0]'), COUNT(*), SUM(json_extract(line.value, '$[4]'))"
            " FROM sale, json_each(sale.lines, '$.lines') AS line WHERE sale.at >= ? AND sale.at < ? GROUP BY 1",
            (start, end),
        ):
            for department in hangs.get(item, ()):
                before = sums.get(department, (0, 0))
                sums[department] = (before[0] + lines, before[1] + total)
    return {department: Sold(*figures) for department, figures in sums.items()}


def zone_days(database: Database, spans: Sequence[tuple[int, int]]) -> list[ZoneFigures]:
    """Every zone over several spans together, the busiest first."""
    sums: dict[tuple[str, str, str], ZoneFigures] = {}
    for start, end in spans:
        for one in read_zones(database, start, end):
            key = (one.camera, one.zone, one.kind)
            sums[key] = _together(sums[key], one) if key in sums else one
    return sorted(sums.values(), key=lambda one: (-one.visits, one.camera, one.zone))


def _together(one: ZoneFigures, other: ZoneFigures) -> ZoneFigures:
    return replace(
        one,
        visits=one.visits + other.visits,
        dwell_ms=one.dwell_ms + other.dwell_ms,
        waited=one.waited + other.waited,
        waited_ms=one.waited_ms + other.waited_ms,
        longest_ms=max(one.longest_ms, other.longest_ms),
        most=max(one.most, other.most),
    )
