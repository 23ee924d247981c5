"""How a price goes from phase to phase on disk, and word of it to head office."""

from collections.abc import Callable

from cloud_sync.contract.events import RowOutcome
from cloud_sync.contract.reasons import say
from edge.store import Transaction


def move(tx: Transaction, item: str, version: int, old: str, new: str, why: str) -> bool:
    """Change the phase of one price, if it still is in `old`."""
    moved = tx.sql.execute(
        "UPDATE price SET phase = ?, why = ?, changed_at = ? WHERE item = ? AND version = ? AND phase = ?",
        (new, why, tx.now, item, version, old),
    )
    tx.topics.add("prices")
    return moved.rowcount > 0


def tell(tx: Transaction, item: str, version: int, outcome: str, why: str) -> None:
    """Let head office know how the price fares: landed, held or refused."""
    tx.sql.execute("UPDATE price SET told = ? WHERE item = ? AND version = ?", (outcome, item, version))
    tx.tell_outcome(version, item, RowOutcome.model_validate({"item": item, "outcome": outcome, "why": why[:300]}))


def on_their_way(tx: Transaction) -> list[str]:
    """The items whose price is in force and has not landed everywhere."""
    return [row[0] for row in tx.sql.execute("SELECT item FROM price WHERE phase = 'active'")]


def land(tx: Transaction, item: str, version: int) -> None:
    """Every device of the item has it."""
    if move(tx, item, version, "active", "landed", ""):
        tx.record("price.landed", item, {"version": version})
        tell(tx, item, version, "landed", "")


def supersede(tx: Transaction, item: str, newer: int) -> None:
    """Older prices of the item that had not landed end here."""
    older = tx.sql.execute(
        "SELECT version, phase FROM price WHERE item = ? AND version < ? AND phase IN ('active', 'held')", (item, newer)
    ).fetchall()
    for version, phase in older:
        why = say("superseded", newer=newer)
        move(tx, item, version, phase, "superseded", why)
        tell(tx, item, version, "refused", why)


def say_held(tx: Transaction, item: str, version: int, phase: str, why: str) -> None:
    """Note what a price waits for; head office hears of it when it is news."""
    moved = tx.sql.execute(
        "UPDATE price SET why = ? WHERE item = ? AND version = ? AND phase = ? AND why != ?",
        (why, item, version, phase, why),
    )
    if moved.rowcount:
        tell(tx, item, version, "held", why)
        tx.topics.add("prices")


def say_still_held(tx: Transaction, item: str, version: int, why: Callable[[], str]) -> None:
    """Note it when a price that is known to be held waits for something else now."""
    told = tx.sql.execute(
        "SELECT 1 FROM price WHERE item = ? AND version = ? AND phase = 'active' AND why != ''", (item, version)
    ).fetchone()
    if told is not None:
        say_held(tx, item, version, "active", why())


def refuse(tx: Transaction, item: str, version: int, old: str, why: str) -> bool:
    """A price that has not begun never will; neither will what was to follow it, if it is a promotion."""
    if not move(tx, item, version, old, "refused", why):
        return False
    tell(tx, item, version, "refused", why)
    ends = tx.sql.execute("SELECT version FROM price WHERE item = ? AND ends = ?", (item, version)).fetchone()
    if ends is not None:
        refuse(tx, item, ends[0], "waiting", say("never-began"))
    return True
