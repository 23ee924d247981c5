"""What was read from pictures of the shelf, for people to look at: outlines and verdicts, never a picture."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from edge.readback.facts import Verdict

MOST_LOOKS = 100


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One label in a picture. Money is minor units, None where unknown; `corners` are pixels of the picture."""

    number: int
    item: str
    version: int
    label: str
    verdict: Verdict
    name: str
    place: str
    shown: int | None
    charged: int | None
    corners: tuple[tuple[int, int], ...]

    @property
    def over(self) -> int:
        """What the tills may charge above the label; below zero: what the shop gives away."""
        return 0 if self.shown is None or self.charged is None else self.charged - self.shown


@dataclass(frozen=True, slots=True)
class LookRow:
    """One picture that was looked at. `source`: a camera's id, or "photo" for one that `by` took."""

    n: int
    at: int
    taken: int
    source: str
    by: str
    place: str
    width: int
    height: int
    elsewhere: int
    readings: tuple[ReadingRow, ...]


def list_looks(database: Database, limit: int = 20) -> list[LookRow]:
    """The newest looks, newest first; at most 100."""
    rows = database.conn.execute(_LOOKS + " ORDER BY n DESC LIMIT ?", (max(1, min(limit, MOST_LOOKS)),))
    return _filled(database, rows.fetchall())


def read_look(database: Database, n: int) -> LookRow | None:
    """One look, or None when there is none of this number (any more)."""
    rows = database.conn.execute(_LOOKS + " WHERE n = ?", (n,)).fetchall()
    found = _filled(database, rows)
    return found[0] if found else None


_LOOKS = "SELECT n, at, taken, source, by, place, width, height, elsewhere FROM look"


def _filled(database: Database, looks: Sequence[tuple]) -> list[LookRow]:  # type: ignore[type-arg]  # database rows
    marks = ",".join("?" * len(looks))
    found: dict[int, list[ReadingRow]] = {row[0]: [] for row in looks}
    for look, *row in database.conn.execute(
        "SELECT look, number, item, version, label, verdict, name, place, shown, charged, corners FROM reading"  # noqa: S608
        f" WHERE look IN ({marks}) ORDER BY look, number",
        [row[0] for row in looks],
    ):
        number, item, version, label, verdict, name, place, shown, charged, corners = row
        found[look].append(
            ReadingRow(
                number, item, version, label, Verdict(verdict), name, place, shown, charged,
                tuple((int(x), int(y)) for x, y in json.loads(corners)),
            )
        )  # fmt: skip
    return [
        LookRow(n, at, taken, source, by, place, width, height, elsewhere, tuple(found[n]))
        for n, at, taken, source, by, place, width, height, elsewhere in looks
    ]
