"""Whether the box's clock is trusted, for pages and tasks."""

import json
from dataclasses import dataclass

from sqlite_utils import Database

from edge.clock.watch import TRUST, kept_verdict


@dataclass(frozen=True, slots=True)
class ClockView:
    """`why`: a reason to translate; `by`: who vouched last; `waits`: prices whose time has come or will come."""

    trusted: bool
    doubt: str
    why: str
    by: str
    since: int | None
    waits: int


def read_clock(database: Database) -> ClockView:
    """What was judged last; not trusted while nothing was."""
    row = database.conn.execute("SELECT value FROM meta WHERE key = ?", (TRUST,)).fetchone()
    waits = database.conn.execute("SELECT COUNT(*) FROM price WHERE phase = 'waiting'").fetchone()[0]
    if row is None:
        return ClockView(False, "", "", "", None, waits)
    verdict, said = kept_verdict(row[0]), json.loads(row[0])
    return ClockView(verdict.trusted, verdict.doubt.value, said["why"], said["by"], said["since"], waits)
