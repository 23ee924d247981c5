"""Labels as people see them: one state each, counts, and pages of a filtered list."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils import Database

TROUBLE_AFTER_MS = 120_000
"""How long a label may differ from what is wanted before it counts as being in trouble."""
LOW_BATTERY_MV = 2_500
"""Coin cells rest near 3.0 V when full; below this one should be replaced within days."""
MAX_PAGE = 500


class LabelState(StrEnum):
    """How a label is. `FREE`: it is ours, but stands for no item yet."""

    RIGHT = "right"
    CHANGING = "changing"
    TROUBLE = "trouble"
    ASLEEP = "asleep"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class LabelFilter:
    """What to list. Empty fields do not filter; `text` is looked for in id, name, place, item and item's name."""

    state: LabelState | None = None
    place: str = ""
    text: str = ""
    low_battery: bool = False


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label. Prices are minor units, None where unknown; times are UTC epoch milliseconds."""

    id: str
    name: str
    place: str
    state: LabelState
    device_state: str
    why: str
    since: int
    item: str
    item_name: str
    currency: str
    wanted_item: str
    wanted_version: int
    wanted_minor: int | None
    shown_item: str
    shown_version: int
    shown_minor: int | None
    shown_at: int | None
    battery_mv: int | None
    rssi: int | None
    seen_at: int | None


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """How many labels are in each state, all of them counted once."""

    right: int = 0
    changing: int = 0
    trouble: int = 0
    asleep: int = 0
    free: int = 0

    @property
    def total(self) -> int:
        """All labels in service."""
        return self.right + self.changing + self.trouble + self.asleep + self.free


# `differs`: what is wanted is not what the label last confirmed. The versions are compared first, because that is
# a number and nearly always decides; the item is read out of the JSON only where the versions agree.
_DIFFERS = (
    "(t.desired_version != t.reported_version"
    " OR json_extract(t.desired, '$.item') IS NOT json_extract(t.reported, '$.item'))"
)
_STATE = f"""CASE
  WHEN d.state IN ('fault', 'lost') THEN 'trouble'
  WHEN b.item IS NULL THEN 'free'
  WHEN {_DIFFERS} AND t.desired_at <= :now - {TROUBLE_AFTER_MS} THEN 'trouble'
  WHEN d.state = 'asleep' THEN 'asleep'
  WHEN d.state = 'init' OR {_DIFFERS} THEN 'changing'
  ELSE 'right' END"""
_FROM = (
    " FROM device d JOIN twin t ON t.device = d.id LEFT JOIN binding b ON b.device = d.id"
    " WHERE d.role = 'label' AND d.enrolled = 1"
)


def count_labels(database: Database, now: int) -> LabelCounts:
    """Count the labels by state: one pass over all of them."""
    rows = database.conn.execute(f"SELECT {_STATE} AS s, COUNT(*){_FROM} GROUP BY s", {"now": now})
    return LabelCounts(**dict(rows.fetchall()))


def list_labels(
    database: Database, wanted: LabelFilter, now: int, *, start: int = 0, size: int = 48
) -> tuple[int, list[LabelRow]]:
    """How many labels match, and `size` of them (at most 500) from `start` on, by place and id."""
    where, values = _where(wanted, now)
    total = database.conn.execute(f"SELECT COUNT(*){where}", values).fetchone()[0]
    ids = database.conn.execute(
        f"SELECT d.id{where} ORDER BY d.place, d.id LIMIT :size OFFSET :start",
        {**values, "size": max(1, min(size, MAX_PAGE)), "start": max(0, start)},
    ).fetchall()
    return int(total), read_labels(database, [row[0] for row in ids], now)


def read_labels(database: Database, ids: Sequence[str], now: int) -> list[LabelRow]:
    """These labels, in this order; those that are not in service are left out. At most 500."""
    marks = ",".join(f":id{n}" for n in range(len(ids)))
    rows = database.conn.execute(
        f"SELECT {_COLUMNS}{_FROM} AND d.id IN ({marks})",
        {"now": now, **{f"id{n}": one for n, one in enumerate(ids)}},
    )
    found = {row[0]: _row(row) for row in rows}
    return [found[one] for one in ids if one in found]


def list_places(database: Database, limit: int = 500) -> list[str]:
    """The places that labels in service have, for a filter to offer."""
    rows = database.conn.execute(
        "SELECT DISTINCT place FROM device WHERE role = 'label' AND enrolled = 1 AND place != ''"
        " ORDER BY place LIMIT ?",
        (limit,),
    )
    return [row[0] for row in rows]


_NAME = "(SELECT p.{0} FROM price p WHERE p.item = {1} ORDER BY p.version DESC LIMIT 1)"
_MINOR = "(SELECT p.minor FROM price p WHERE p.item = json_extract(t.{0}, '$.item') AND p.version = t.{0}_version)"
_COLUMNS = f"""d.id, d.name, d.place, {_STATE}, d.state, d.state_why, d.state_at, t.desired_at, COALESCE(b.item, ''),
  {_NAME.format("name", "b.item")}, {_NAME.format("currency", "b.item")},
  json_extract(t.desired, '$.item'), t.desired_version, {_MINOR.format("desired")},
  json_extract(t.reported, '$.item'), t.reported_version, {_MINOR.format("reported")}, t.reported_at,
  d.battery_mv, d.rssi, d.seen_at"""


def _where(wanted: LabelFilter, now: int) -> tuple[str, dict[str, object]]:
    """The FROM and WHERE for a filter, and the values of its parameters."""
    parts, values = [_FROM], dict[str, object](now=now)
    if wanted.state is not None:
        parts.append(f" AND {_STATE} = :state")
        values["state"] = wanted.state.value
    if wanted.place:
        parts.append(" AND d.place = :place")
        values["place"] = wanted.place
    if wanted.low_battery:
        parts.append(" AND d.battery_mv < :low")
        values["low"] = LOW_BATTERY_MV
    if wanted.text:
        values["text"] = f"%{escape_like(wanted.text)}%"
        like = "LIKE :text ESCAPE '!'"
        columns = " OR ".join(f"{column} {like}" for column in ("d.id", "d.name", "d.place", "b.item"))
        parts.append(f" AND ({columns} OR b.item IN (SELECT item FROM price WHERE name {like}))")  # noqa: S608
    return "".join(parts), values


def escape_like(text: str) -> str:
    """Text to be searched for as it is: the wildcards of LIKE lose their meaning (with ESCAPE '!')."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _row(row: tuple) -> LabelRow:  # type: ignore[type-arg]  # a database row: its columns are named below
    (
        device, name, place, state, device_state, why, state_at, desired_at, item, item_name, currency,
        wanted_item, wanted_version, wanted_minor, shown_item, shown_version, shown_minor, shown_at,
        battery, rssi, seen_at,
    ) = row  # fmt: skip
    differs = wanted_version != shown_version or wanted_item != shown_item
    since = desired_at if differs and desired_at is not None and device_state not in ("fault", "lost") else state_at
    return LabelRow(
        device, name, place, LabelState(state), device_state, why, since, item, item_name or "", currency or "",
        wanted_item or "", wanted_version, wanted_minor, shown_item or "", shown_version, shown_minor, shown_at,
        battery, rssi, seen_at,
    )  # fmt: skip
