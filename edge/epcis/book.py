"""EPCIS events on disk: written in the transaction of what they tell, and sent to head office as they are."""

import json
from collections.abc import Sequence
from typing import Any

from cloud_sync.contract.epcis import KIND
from cloud_sync.contract.events import EventClass
from cloud_sync.queue.outbox import QueueFull
from edge.epcis.events import Event
from edge.store import Transaction
from edge.store.ledger import encode
from edge.store.transaction import GATEWAY

AT_ONCE = 200
KEEP_MS = 400 * 86_400_000
MOST = 10_000
"""Events in one document; whoever wants more asks by shorter spans of time."""


def write(tx: Transaction, event: Event, at: int) -> None:
    """Keep an event, and queue it for head office; without room in the queue it follows later."""
    tx.sql.execute("INSERT INTO epcis_event (at, body) VALUES (?, ?)", (at, encode(event)))
    send(tx)


def send(tx: Transaction) -> None:
    """Queue what head office was not told yet, in order."""
    waiting = tx.sql.execute("SELECT n, at, body FROM epcis_event WHERE told = 0 ORDER BY n LIMIT ?", (AT_ONCE,))
    for n, at, body in waiting.fetchall():
        try:
            tx.tell(EventClass.PRICE, KIND, GATEWAY, json.loads(body), at=at)  # of the class that is never shed
        except QueueFull:
            return
        tx.sql.execute("UPDATE epcis_event SET told = 1 WHERE n = ?", (n,))


def keep_up(tx: Transaction) -> None:
    """A chore: send what had no room, and forget what is older than a year and a month."""
    send(tx)
    tx.sql.execute("DELETE FROM epcis_event WHERE at < ? AND told = 1", (tx.now - KEEP_MS,))


def read_events(sql: Any, since: int, until: int) -> Sequence[Event]:
    """Events of a span of time, the oldest first; `sql` is a connection."""
    rows = sql.execute(
        "SELECT body FROM epcis_event WHERE at >= ? AND at < ? ORDER BY at, n LIMIT ?", (since, until, MOST)
    )
    return [json.loads(body) for (body,) in rows]
