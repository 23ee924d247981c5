"""Alarms and tickets on disk: written in one transaction with their ledger rows, and told to head office."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_sync.contract.events import EventClass
from cloud_sync.queue.outbox import QueueFull
from edge.alarms.machine import Acknowledged, Alarm, Announced, Closed, Effect, Moment, Opened, Phase, Taken, step
from edge.alarms.restored import tell_standing
from edge.alarms.rules import Observation, Rule
from edge.store import Transaction

KEEP_CLOSED = 20_000
"""Closed tickets that are kept; the ledger keeps them all."""
TELL_AT_ONCE = 200
STATE = (
    "CASE WHEN closed_at IS NOT NULL THEN 'closed' WHEN acknowledged_at IS NOT NULL THEN 'acknowledged' ELSE 'open' END"
)
"""A ticket's state in one word, as SQL."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An alarm as it is on disk, with the number of its ticket (0: none)."""

    alarm: Alarm
    ticket: int = 0


def read_alarms(tx: Transaction) -> dict[str, dict[str, Kept]]:
    """Every alarm, by rule and subject."""
    found: dict[str, dict[str, Kept]] = {}
    for rule, subject, phase, since, ticket, announced, acknowledged in tx.sql.execute(
        "SELECT a.rule, a.subject, a.phase, a.since, COALESCE(a.ticket, 0), t.announced_at IS NOT NULL,"
        " t.acknowledged_at IS NOT NULL FROM alarm a LEFT JOIN ticket t ON t.number = a.ticket"
    ):
        alarm = Alarm(Phase(phase), since, bool(announced), bool(acknowledged))
        found.setdefault(rule, {})[subject] = Kept(alarm, ticket)
    return found


def keep(
    tx: Transaction, rule: Rule, subject: str, before: Kept | None, after: Alarm | None, effects: Sequence[Effect],
    seen: Observation | None = None,
) -> None:  # fmt: skip
    """Write what a step decided."""
    ticket = before.ticket if before else 0
    for effect in effects:
        ticket = _carry_out(tx, effect, ticket, rule, subject, seen)
    if after is None:
        tx.sql.execute("DELETE FROM alarm WHERE rule = ? AND subject = ?", (rule.name, subject))
    elif before is None or after != before.alarm:
        tx.sql.execute(
            "INSERT OR REPLACE INTO alarm (rule, subject, phase, since, ticket) VALUES (?, ?, ?, ?, ?)",
            (rule.name, subject, after.phase.value, after.since, ticket or None),
        )


def acknowledge(tx: Transaction, ticket: int, by: str, rules: Sequence[Rule]) -> None:
    """A person takes a ticket on. Raises ValueError: there is no such open ticket, or somebody has it already."""
    row = tx.sql.execute("SELECT rule, subject, acknowledged_by FROM ticket WHERE number = ?", (ticket,)).fetchone()
    if row is None:
        raise ValueError(f"there is no ticket {ticket}")
    rule, subject, taken = row
    if taken:
        raise ValueError(f"{taken} has ticket {ticket} already")
    kept = read_alarms(tx).get(rule, {}).get(subject)
    known = next((one for one in rules if one.name == rule), None)
    if kept is None or kept.ticket != ticket or known is None:
        raise ValueError(f"ticket {ticket} is closed already")
    after, effects = step(kept.alarm, Acknowledged(by), Moment(tx.steady, True), known)
    keep(tx, known, subject, kept, after, effects)


def tell_office(tx: Transaction) -> None:
    """Tell head office how announced tickets are now. When its queue has no room, they are told later."""
    try:
        tell_standing(tx)
    except QueueFull:
        return
    rows = tx.sql.execute(
        f"SELECT number, rule, subject, critical, value, why, opened_at, announced_at, acknowledged_at,"  # noqa: S608
        f" acknowledged_by, closed_at, {STATE} FROM ticket WHERE announced_at IS NOT NULL AND told != {STATE}"
        " ORDER BY number LIMIT ?",
        (TELL_AT_ONCE,),
    ).fetchall()
    for number, rule, subject, critical, value, why, opened, announced, taken, by, closed, state in rows:
        body = {
            "ticket": number, "rule": rule, "state": state, "critical": bool(critical), "value": value, "why": why,
            "opened_at": opened, "announced_at": announced, "acknowledged_at": taken, "acknowledged_by": by,
            "closed_at": closed,
        }  # fmt: skip
        try:
            tx.tell(EventClass.PRICE, "ticket", subject, body)  # of the class that is never shed
        except QueueFull:
            return
        tx.sql.execute("UPDATE ticket SET told = ? WHERE number = ?", (state, number))


def forget_old(tx: Transaction) -> None:
    """Bound what is kept of closed tickets."""
    tx.sql.execute(
        "DELETE FROM ticket WHERE closed_at IS NOT NULL AND number <= (SELECT MAX(number) FROM ticket) - ?",
        (KEEP_CLOSED,),
    )


def _carry_out(tx: Transaction, effect: Effect, ticket: int, rule: Rule, subject: str, seen: Observation | None) -> int:
    """Do one thing to a ticket; returns its number."""
    tx.topics.add("tickets")
    match effect:
        case Opened():
            value, why = ("", "") if seen is None else (str(seen.value)[:60], seen.why[:300])
            cursor = tx.sql.execute(
                "INSERT INTO ticket (rule, subject, critical, value, why, opened_at) VALUES (?, ?, ?, ?, ?, ?)",
                (rule.name, subject, rule.critical, value, why, tx.now),
            )
            ticket = int(cursor.lastrowid or 0)
            tx.record("ticket.opened", subject, {"ticket": ticket, "rule": rule.name, "value": value, "why": why})
        case Announced():
            tx.sql.execute("UPDATE ticket SET announced_at = ? WHERE number = ?", (tx.now, ticket))
        case Taken(by):
            tx.sql.execute(
                "UPDATE ticket SET acknowledged_at = ?, acknowledged_by = ? WHERE number = ?", (tx.now, by, ticket)
            )
            tx.record("ticket.acknowledged", subject, {"ticket": ticket, "rule": rule.name, "by": by})
        case Closed():
            tx.sql.execute("UPDATE ticket SET closed_at = ? WHERE number = ?", (tx.now, ticket))
            tx.record("ticket.closed", subject, {"ticket": ticket, "rule": rule.name})
    return ticket
