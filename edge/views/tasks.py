"""What a person does so that every price is right and goes on, most costly first.

A task is about a price. What is broken is a ticket (`edge.alarms`), which opens and closes by itself: a till that does
not answer, a weak battery, a dead port. A broken label is a task only while a raise waits for it.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from sqlite_utils import Database

from edge.views.clock import read_clock
from edge.views.labels import TROUBLE_AFTER_MS
from edge.views.selling import Loss, read_losses
from edge.views.shelf import Caught, labels_in_wrong_place, labels_unseen, labels_with_wrong_price

MAX_OF_A_KIND = 200
REFUSED_FOR_MS = 24 * 3_600_000
"""How long a refused change stays a task."""
CLOCK_AFTER_MS = 60_000
"""A gateway that has just started hears of the time within a moment; past that it is a task."""
FOUND_FOR_MS = 14 * 24 * 3_600_000
"""How long an inspection's finding stays a task."""
UNSEEN_AFTER_MS = 7 * 86_400_000
"""How long a label may be neither heard nor read, unless the shop says otherwise."""


class TaskKind(IntEnum):
    """Kinds of task. The order is the order of cost: timed raises wait for the clock, shoppers are overcharged, ..."""

    CLOCK = 1
    SHOWS_OLD = 2
    HELD_RAISE = 3
    INSPECTED = 4
    APPROVAL = 5
    WRONG_LABEL = 6
    UNSEEN = 7
    LABEL = 8
    REFUSED_CHANGE = 9
    REFUSED_PRICE = 10
    COVERED = 11


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `device` or `item`+`version` say about what; `since` in UTC epoch milliseconds.

    `minor` is a price (approval: the new one), `before_minor` what it was; for a held raise their difference is what
    every sale gives away while the label is not replaced, and `loss` what that comes to. `state` is the device's, or
    what an inspection found; `count` how many prices wait, or the inspection.
    For a label that a picture showed to be wrong: `minor` what the tills charge, `before_minor` what it shows, `state`
    the verdict, `count` how often it was read so.
    """

    kind: TaskKind
    device: str = ""
    item: str = ""
    version: int = 0
    name: str = ""
    place: str = ""
    since: int = 0
    why: str = ""
    state: str = ""
    minor: int | None = None
    before_minor: int | None = None
    currency: str = ""
    count: int = 0
    loss: Loss | None = None

    @property
    def key(self) -> str:
        """The same for as long as it is the same task."""
        return f"{self.kind}:{self.device}:{self.item}:{self.version}"

    @property
    def gives_away(self) -> int:
        """Minor units per piece sold: lost to a held raise, or charged above an old label; 0 when nothing is."""
        if self.kind not in (TaskKind.HELD_RAISE, TaskKind.SHOWS_OLD):
            return 0
        raised = self.minor is not None and self.before_minor is not None
        return max(0, (self.minor or 0) - (self.before_minor or 0)) if raised else 0


def list_tasks(database: Database, now: int, unseen_ms: int = UNSEEN_AFTER_MS) -> list[Task]:
    """Every task, most costly first; at most 200 of a kind. `unseen_ms`: how long a label may give no sign at all."""
    held = _held_raises(database, now)
    seen = [
        *(_caught(TaskKind.SHOWS_OLD, one) for one in labels_with_wrong_price(database, now, MAX_OF_A_KIND)),
        *(_caught(TaskKind.WRONG_LABEL, one) for one in labels_in_wrong_place(database, now, MAX_OF_A_KIND)),
        *_unseen(database, now - unseen_ms, {task.device for task in held}),
    ]
    holding = {task.device for task in (*held, *seen)}
    tasks = [
        *_clock(database, now),
        *held,
        *_inspected(database, now),
        *seen,
        *_approvals(database),
        *(task for task in _labels(database, now) if task.device not in holding),
        *_refused_changes(database, now),
        *_refused_prices(database, now),
        *_covered(database),
    ]
    return sorted(
        tasks, key=lambda task: (task.kind, -(task.loss.per_hour if task.loss else 0), -task.gives_away, task.since)
    )


def _clock(database: Database, now: int) -> list[Task]:
    """A clock that nobody vouches for while prices wait for their time."""
    clock = read_clock(database)
    if clock.trusted or clock.since is None or not clock.waits:
        return []
    if 0 <= now - clock.since < CLOCK_AFTER_MS:
        return []
    return [Task(TaskKind.CLOCK, why=clock.why, since=clock.since, count=clock.waits)]


def _held_raises(database: Database, now: int) -> list[Task]:
    """Labels that a raise has been waiting for too long, or that are lost: until then tills charge the old price."""
    rows = database.conn.execute(
        "SELECT d.id, d.place, d.state, d.state_why, p.item, p.version, p.name, p.minor, p.currency, MIN(p.changed_at),"
        " (SELECT MIN(s.minor) FROM showing s WHERE s.item = p.item AND s.role = 'till') AS charged, COUNT(*)"
        " FROM price p JOIN binding b ON b.item = p.item JOIN device d ON d.id = b.device"
        " WHERE p.phase = 'active' AND p.changed_at <= ? AND d.id NOT IN (SELECT device FROM covered)"
        " AND NOT EXISTS (SELECT 1 FROM showing s WHERE s.device = d.id AND s.item = p.item"
        "   AND s.version = p.version AND s.confirmed = 1) AND (p.changed_at <= ? OR d.state IN ('fault', 'lost'))"
        " GROUP BY d.id HAVING charged < p.minor LIMIT ?",
        (now, now - TROUBLE_AFTER_MS, MAX_OF_A_KIND),
    )
    tasks = [
        Task(
            TaskKind.HELD_RAISE, device=device, place=place, state=state, why=why, item=item, version=version,
            name=name, minor=minor, currency=currency, since=since, before_minor=charged, count=count,
        )
        for device, place, state, why, item, version, name, minor, currency, since, charged, count in rows
    ]  # fmt: skip
    losses = read_losses(database, {task.item: task.gives_away for task in tasks}, now)
    return [replace(task, loss=losses[task.item]) for task in tasks]


def _approvals(database: Database) -> list[Task]:
    rows = database.conn.execute(
        "SELECT p.item, p.version, p.name, p.minor, p.currency, p.why, p.changed_at,"
        " (SELECT o.minor FROM price o WHERE o.item = p.item AND o.version < p.version"
        "   AND o.phase IN ('landed', 'active') ORDER BY o.version DESC LIMIT 1),"
        " (SELECT COUNT(*) FROM binding b WHERE b.item = p.item)"
        " FROM price p WHERE p.phase = 'held' ORDER BY p.changed_at LIMIT ?",
        (MAX_OF_A_KIND,),
    )
    return [
        Task(
            TaskKind.APPROVAL, item=item, version=version, name=name, minor=minor, currency=currency, why=why,
            since=since, before_minor=before, count=labels,
        )
        for item, version, name, minor, currency, why, since, before, labels in rows
    ]  # fmt: skip


def _labels(database: Database, now: int) -> list[Task]:
    """Labels that are there and have not taken what they should show for a while."""
    rows = database.conn.execute(
        "SELECT d.id, d.place, d.state, d.state_why, t.desired_at, b.item,"
        " (SELECT name FROM price p WHERE p.item = b.item ORDER BY version DESC LIMIT 1)"
        " FROM device d JOIN twin t ON t.device = d.id JOIN binding b ON b.device = d.id"
        " WHERE d.role = 'label' AND d.enrolled = 1 AND d.id NOT IN (SELECT device FROM covered)"
        " AND d.state NOT IN ('fault', 'lost') AND t.desired_at <= :late AND (t.desired_version != t.reported_version"
        "   OR json_extract(t.desired, '$.item') IS NOT json_extract(t.reported, '$.item')) LIMIT :limit",
        {"late": now - TROUBLE_AFTER_MS, "limit": MAX_OF_A_KIND},
    )
    return [
        Task(TaskKind.LABEL, device=device, place=place, state=state, why=why, since=since, item=item, name=name or "")
        for device, place, state, why, since, item, name in rows
    ]


def _caught(kind: TaskKind, one: Caught) -> Task:
    """What a picture showed to be wrong."""
    return Task(
        kind, device=one.device, item=one.item, version=one.version, name=one.name, place=one.place, since=one.since,
        state=one.verdict.value, minor=one.charged, before_minor=one.shown, currency=one.currency, count=one.times,
    )  # fmt: skip


def _unseen(database: Database, before: int, holding: set[str]) -> list[Task]:
    """Labels of which there is no sign at all, but for those that hold a raise and are a task by that."""
    return [
        Task(TaskKind.UNSEEN, device=device, place=place, item=item, name=name, since=since)
        for device, place, item, name, since in labels_unseen(database, before, MAX_OF_A_KIND)
        if device not in holding
    ]


def _refused_changes(database: Database, now: int) -> list[Task]:
    rows = database.conn.execute(
        "SELECT sequence, author, why, received_at, rows FROM change"
        " WHERE verdict = 'refused' AND received_at >= ? ORDER BY sequence DESC LIMIT ?",
        (now - REFUSED_FOR_MS, MAX_OF_A_KIND),
    )
    return [
        Task(TaskKind.REFUSED_CHANGE, version=sequence, name=author, why=why, since=since, count=count)
        for sequence, author, why, since, count in rows
    ]


def _refused_prices(database: Database, now: int) -> list[Task]:
    """Refused by a rule; what a person of this shop refused needs nobody any more."""
    rows = database.conn.execute(
        "SELECT item, version, name, minor, currency, why, changed_at FROM price"
        " WHERE phase = 'refused' AND changed_at >= ? AND why NOT LIKE 'refused by %' LIMIT ?",
        (now - REFUSED_FOR_MS, MAX_OF_A_KIND),
    )
    return [
        Task(
            TaskKind.REFUSED_PRICE,
            item=item,
            version=version,
            name=name,
            minor=minor,
            currency=currency,
            why=why,
            since=since,
        )
        for item, version, name, minor, currency, why, since in rows
    ]


def _covered(database: Database) -> list[Task]:
    """Labels under a cover: customers miss a price there until somebody replaces or uncovers them."""
    rows = database.conn.execute(
        "SELECT d.id, d.place, d.state, c.by, c.at, COALESCE(b.item, ''),"
        " (SELECT name FROM price p WHERE p.item = b.item ORDER BY version DESC LIMIT 1)"
        " FROM covered c JOIN device d ON d.id = c.device LEFT JOIN binding b ON b.device = d.id"
        " ORDER BY c.at LIMIT ?",
        (MAX_OF_A_KIND,),
    )
    return [
        Task(TaskKind.COVERED, device=device, place=place, state=state, why=by, since=since, item=item, name=name or "")
        for device, place, state, by, since, item, name in rows
    ]


def _inspected(database: Database, now: int) -> list[Task]:
    """What the newest look at a label found wrong, until somebody looks again or the label gets another picture."""
    rows = database.conn.execute(
        "SELECT i.inspection, i.label, i.item, i.name, d.place, i.found, i.shown, i.charged, i.currency, i.answered_at"
        " FROM inspected i JOIN device d ON d.id = i.label AND d.enrolled = 1"
        " JOIN binding b ON b.device = i.label AND b.item = i.item AND b.at <= i.answered_at"
        " JOIN twin t ON t.device = i.label"
        " WHERE i.found NOT IN ('open', 'right') AND i.answered_at >= ? AND i.cleared_at IS NULL"
        " AND COALESCE(t.reported_at, 0) <= i.answered_at"
        " AND i.label NOT IN (SELECT device FROM covered)"
        " AND NOT EXISTS (SELECT 1 FROM inspected later WHERE later.label = i.label"
        "   AND later.answered_at > i.answered_at)"
        " ORDER BY i.found != 'over', i.answered_at LIMIT ?",
        (now - FOUND_FOR_MS, MAX_OF_A_KIND),
    )
    return [
        Task(
            TaskKind.INSPECTED, device=label, item=item, name=name, place=place, state=found, minor=charged,
            before_minor=shown, currency=currency, since=at, count=inspection,
        )
        for inspection, label, item, name, place, found, shown, charged, currency, at in rows
    ]  # fmt: skip
