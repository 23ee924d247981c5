"""Discount rules for members of a tier: what head office ordered last, and which till has heard of it.

A discount only ever lowers what a till charges, and no label shows one. So nothing waits for it: no price, no label and
no other till; a till that has not heard of a set yet charges its members what all pay.
"""

import json
import sqlite3

from cloud_sync.contract.goods import SetDiscounts
from drivers.base import DiscountRow, Discounts
from edge.store import Transaction
from edge.store.transaction import GATEWAY

SET = "discounts.set"
"""Kind of the ledger's row with a whole set: receipts are judged by these, also by sets that are over."""


def take_in(tx: Transaction, order: SetDiscounts, version: int, author: str) -> None:
    """The store's rules from now on, by the order of this number. An older order than the last changes nothing."""
    if version < _version(tx.sql):
        return
    rules = [rule.model_dump(exclude_none=True) for rule in order.rules]
    tx.sql.execute("DELETE FROM discounts")
    tx.sql.execute("INSERT INTO discounts VALUES (?, ?)", (version, json.dumps(rules, ensure_ascii=False)))
    tx.record(SET, GATEWAY, {"version": version, "by": author, "rules": rules})
    tx.topics.add("discounts")


def till_heard(tx: Transaction, till: str, epoch: int, version: int) -> None:
    """A till says which set it holds in this journal. One that was never ordered here counts as the newest that was."""
    held = min(version, _version(tx.sql))
    told = tx.sql.execute(
        "INSERT INTO till_discounts SELECT id, ?, ? FROM device WHERE id = ?"
        " ON CONFLICT (device) DO UPDATE SET epoch = excluded.epoch, version = excluded.version"
        " WHERE (epoch, version) != (excluded.epoch, excluded.version)",
        (epoch, held, till),
    )
    if told.rowcount:
        tx.record("discounts.applied", till, {"version": version})


def due_to(sql: sqlite3.Connection, till: str, epoch: int) -> Discounts | None:
    """The set that a till has not confirmed for the journal that it keeps now. Reads only."""
    row = sql.execute(
        "SELECT version, rules FROM discounts WHERE NOT EXISTS (SELECT 1 FROM till_discounts t"
        " WHERE t.device = ? AND t.epoch = ? AND t.version >= discounts.version)",
        (till, epoch),
    ).fetchone()
    return Discounts(row[0], tuple(DiscountRow(**rule) for rule in json.loads(row[1]))) if row else None


def _version(sql: sqlite3.Connection) -> int:
    (found,) = sql.execute("SELECT COALESCE(MAX(version), 0) FROM discounts").fetchone()
    return int(found)
