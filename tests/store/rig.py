"""A real store of record on disk, with a clock that the test sets."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud_sync.contract.events import Event, EventClass
from edge.store import Store, Transaction


@dataclass
class Clock:
    """UTC epoch milliseconds, as the test says."""

    now: int = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now


@contextmanager
def opened(path: Path, queue_bytes: int = 1 << 24, clock: Clock | None = None) -> Iterator[Store]:
    """The store of record in this file."""
    store = Store(path, clock or Clock(), epoch=7, queue_bytes=queue_bytes)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def held_back(store: Store) -> Iterator[None]:
    """Keep the writer busy, so that what is queued inside this block waits together for the next commit."""
    began, go = threading.Event(), threading.Event()

    def wait(_: Transaction) -> None:
        began.set()
        go.wait()

    waiting = store.run(wait)
    began.wait()
    try:
        yield
    finally:
        go.set()
        waiting.result()


def tell(tx: Transaction, subject: str, cls: EventClass = EventClass.SALE, **body: Any) -> None:
    """A fact: one ledger row, and its report to head office."""
    tx.record("fact", subject, body)
    tx.tell(cls, "fact", subject, body)


def ledger_of(store: Store) -> list[str]:
    """The subjects of the ledger's rows, in order."""
    with store.reading() as db:
        return [subject for (subject,) in db.conn.execute("SELECT subject FROM ledger ORDER BY seq")]


def queued(sql: sqlite3.Connection, store: Store) -> tuple[Event, ...]:
    """What waits for head office, oldest first."""
    batch = store.outbox.peek(sql, limit=1000)
    return batch.events if batch else ()


async def until(true: Callable[[], object]) -> None:
    """Wait for something that another thread or task brings about."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)
