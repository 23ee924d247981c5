"""Who has approved a held price, and who still has to: never its author, and nobody twice."""

from cloud_sync.contract.reasons import say
from edge.law.persons import may_not_approve
from edge.store import Transaction


class MayNotApprove(ValueError):
    """This person's approval does not count; the message names the rule."""


def require_approvals(tx: Transaction, item: str, version: int, people: int) -> None:
    """Note that so many people have to approve. One is what a held price needs anyway."""
    if people > 1:
        tx.sql.execute("INSERT OR REPLACE INTO approvers VALUES (?, ?, ?)", (item, version, people))


def add_approval(tx: Transaction, item: str, version: int, by: str) -> str:
    """Write a person's approval down. Returns why the price still waits, "" when enough have approved.

    Raises MayNotApprove for the price's author and for whoever has approved already. The price has to be held.
    """
    (author,) = tx.sql.execute("SELECT author FROM price WHERE item = ? AND version = ?", (item, version)).fetchone()
    given = [
        row[0] for row in tx.sql.execute("SELECT by FROM approval WHERE item = ? AND version = ?", (item, version))
    ]
    if why := may_not_approve(by, author, given):
        raise MayNotApprove(why)
    row = tx.sql.execute("SELECT people FROM approvers WHERE item = ? AND version = ?", (item, version)).fetchone()
    missing = (row[0] if row else 1) - len(given) - 1
    tx.sql.execute("INSERT INTO approval VALUES (?, ?, ?, ?)", (item, version, by, tx.now))
    tx.record("price.approved", item, {"version": version, "by": by, "missing": max(0, missing)})
    return say("approved-once", by=by) if missing > 0 else ""
