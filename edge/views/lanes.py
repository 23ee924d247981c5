"""Self-checkout lanes as the console shows them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from sqlite_utils import Database

from edge.views.day import day_of

MOST = 100


@dataclass(frozen=True, slots=True)
class Part:
    """A lane's peripheral. `state`: "ready", "low", "fault", "lost" or "unknown"."""

    name: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane. Times are UTC epoch milliseconds; `here`: whether it is in touch with this box.

    `visits` shoppers paid today, `left` gave up; `median_ms` from the first scan until paid, `waited_ms` the share of
    it for the staff, both over today's who paid. The terminal was asked `asked` times today, `failed` of them without
    an answer; of its answers 95 in 100 came within `answer_p95_ms`, the shopper's time with the card included.
    """

    device: str
    name: str
    place: str
    here: bool
    state: str
    call: str
    why: str
    about: str
    since: int
    seen_by: str
    parts: tuple[Part, ...]
    visits: int
    left: int
    median_ms: int | None
    waited_ms: int | None
    steps: int | None
    sold_at: int | None
    sold_minor: int | None
    currency: str
    asked: int
    failed: int
    answer_p95_ms: int | None


def read_lanes(database: Database, now: int, timezone: str) -> list[Lane]:
    """Lanes in service: those that call first, then those out of order."""
    rows = database.conn.execute(
        "SELECT l.device, d.name, d.place, d.state NOT IN ('lost', 'fault'), l.state, l.call, l.why, l.about, l.since,"
        " l.seen_by, l.parts FROM lane l JOIN device d ON d.id = l.device WHERE d.enrolled = 1"
        " ORDER BY l.state != 'attendant', l.seen_by != '', l.state != 'out', l.device LIMIT ?",
        (MOST,),
    ).fetchall()
    today = day_of(now, timezone).start
    return [_lane(database, row, today) for row in rows]


def nearest_rank(rising: Sequence[int], percent: int) -> int | None:
    """The least of the values that so many in a hundred do not exceed; None of none."""
    return rising[-(-len(rising) * percent // 100) - 1] if rising else None


def _lane(database: Database, row: tuple, today: int) -> Lane:  # type: ignore[type-arg]  # columns as above
    device, name, place, here, state, call, why, about, since, seen_by, parts = row
    visits = database.conn.execute(
        "SELECT paid, ms, waited, steps FROM lane_visit WHERE device = ? AND at >= ?", (device, today)
    ).fetchall()
    paid = [one[1:] for one in visits if one[0]]
    sold = database.conn.execute(
        "SELECT at, total_minor, currency FROM sale WHERE device = ? ORDER BY epoch DESC, seq DESC LIMIT 1", (device,)
    ).fetchone()
    sold_at, sold_minor, currency = sold or (None, None, "")
    asked = database.conn.execute(
        "SELECT outcome, ms FROM lane_payment WHERE device = ? AND at >= ?", (device, today)
    ).fetchall()
    answers = sorted(ms for outcome, ms in asked if outcome in ("approved", "declined"))
    found = tuple(Part(part, said[0], said[1]) for part, said in sorted(json.loads(parts).items()))
    return Lane(
        device, name, place, bool(here), state, call, why, about, since, seen_by, found, len(paid),
        len(visits) - len(paid), median_low(one[0] for one in paid) if paid else None,
        median_low(one[1] for one in paid) if paid else None, max((one[2] for one in paid), default=None),
        sold_at, sold_minor, currency, len(asked), len(asked) - len(answers), nearest_rank(answers, 95),
    )  # fmt: skip
