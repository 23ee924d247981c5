"""Devices of every role, as a technician looks at them."""

from dataclasses import dataclass

from sqlite_utils import Database

from edge.views.labels import escape_like


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device. `behind`: it differs from what is wanted of it. Times are UTC epoch milliseconds."""

    id: str
    role: str
    driver: str
    name: str
    model: str
    firmware: str
    address: str
    place: str
    enrolled: bool
    state: str
    why: str
    since: int
    seen_at: int | None
    battery_mv: int | None
    rssi: int | None
    behind: bool


_COLUMNS = (
    "d.id, d.role, d.driver, d.name, d.model, d.firmware, d.address, d.place, d.enrolled, d.state, d.state_why,"
    " d.state_at, d.seen_at, d.battery_mv, d.rssi, COALESCE(t.desired_version > t.reported_version, 0)"
)
_FROM = " FROM device d LEFT JOIN twin t ON t.device = d.id"


def list_tills(database: Database) -> list[DeviceRow]:
    """The tills in service."""
    rows = database.conn.execute(
        f"SELECT {_COLUMNS}{_FROM} WHERE d.role = 'till' AND d.enrolled = 1 ORDER BY d.id LIMIT 200"
    )
    return [_row(row) for row in rows]


def list_devices(
    database: Database, *, role: str = "", state: str = "", text: str = "", start: int = 0, size: int = 50
) -> tuple[int, list[DeviceRow]]:
    """How many match, and a page of them: those in fault first, then lost, then the rest by role and id."""
    where = " WHERE (:role = '' OR d.role = :role) AND (:state = '' OR d.state = :state)"
    values: dict[str, object] = {"role": role, "state": state}
    if text:
        like = "LIKE :text ESCAPE '!'"
        where += f" AND (d.id {like} OR d.name {like} OR d.place {like} OR d.model {like} OR d.address {like})"
        values["text"] = f"%{escape_like(text)}%"
    total = database.conn.execute(f"SELECT COUNT(*){_FROM}{where}", values).fetchone()[0]
    rows = database.conn.execute(
        f"SELECT {_COLUMNS}{_FROM}{where}"
        " ORDER BY CASE d.state WHEN 'fault' THEN 0 WHEN 'lost' THEN 1 ELSE 2 END, d.role DESC, d.id"
        " LIMIT :size OFFSET :start",
        {**values, "size": max(1, min(size, 500)), "start": max(0, start)},
    )
    return int(total), [_row(row) for row in rows]


def _row(row: tuple) -> DeviceRow:  # type: ignore[type-arg]  # a database row in the order of _COLUMNS
    values = list(row)
    values[8], values[15] = bool(values[8]), bool(values[15])
    return DeviceRow(*values)
