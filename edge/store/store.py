"""The single writer: works queue up, share one commit, and are answered only once it is on disk."""

import asyncio
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from cloud_sync.queue.outbox import Outbox, QueueFull
from edge.store.database import open_for_reading, open_for_writing
from edge.store.steady import Steady, kept_steady
from edge.store.transaction import Transaction

T = TypeVar("T")
R = TypeVar("R")
Lane = Callable[[Transaction, Sequence[T]], Sequence[Any]]
"""Writes items inside the transaction and returns one result for each."""
Done = Callable[[Any, BaseException | None], None]
"""Hears the result, or why nothing was written."""
Work = tuple[Lane[Any], Any, Done]
Answer = tuple[Done, Any, BaseException | None]
log = logging.getLogger(__name__)

GROUP = 1000
"""Works in one commit at the most: bounds how long the first of them waits."""
GATHER_SECONDS = 0.005
"""How long the writer lets works gather where they come one by one but quicker than a disk commits: a commit costs
the same for one as for many, and the time it takes is the devices' to use."""
WAITING = 20_000
"""Works that may wait for the writer; past that a device is not answered and repeats later."""


class StoreError(Exception):
    """The commit failed: nothing of the work happened and nothing was acknowledged."""


class StoreBusy(StoreError):
    """Too much is waiting for the disk. Try again later; nothing was taken."""


class Store:
    """The store of record.

    `clock` gives UTC epoch milliseconds, `monotonic` milliseconds that never jump. `run` may be called from any
    thread; works run one after the other on the writer's thread, each inside a savepoint of a shared transaction
    (group commit).
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], int],
        *,
        epoch: int,
        queue_bytes: int = 256 << 20,
        monotonic: Callable[[], int] | None = None,
    ) -> None:
        self.path = path
        self._clock = clock
        self._connection = open_for_writing(path)
        self._steady = Steady(kept_steady(self._connection), monotonic or clock)
        self.outbox = Outbox(self._settle_epoch(epoch), queue_bytes)
        self.outbox.reload(self._connection)
        self._works: deque[Work] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._checkpoints: list[Callable[[Transaction], None]] = []
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self._readers = threading.local()
        self._open_readers: list[Database] = []
        self._thread = threading.Thread(target=self._write, name="store-writer")
        self._thread.start()

    def _settle_epoch(self, fresh: int) -> int:
        """The gateway's epoch: given at creation, kept ever after."""
        self._connection.execute("INSERT OR IGNORE INTO meta VALUES ('epoch', ?)", (str(fresh),))
        return int(self._connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0])

    def post(self, lane: Lane[T], item: T, done: Done) -> None:
        """Queue an item for a lane. `done` hears of it after the commit, on the writer's thread. Raises StoreBusy.

        Items of one lane that wait together are handed to it together, so that it can write them in bulk.
        """
        with self._wake:
            if self._closing:
                raise StoreError("the store of record is closed")
            if len(self._works) >= WAITING:
                raise StoreBusy(f"{WAITING} works wait for the disk")
            self._works.append((lane, item, done))
            if len(self._works) == 1:
                self._wake.notify()

    def run(self, work: Callable[[Transaction], R]) -> "Future[R]":
        """Queue a work of its own. The future is done once the commit is on disk. Raises StoreBusy."""
        future: Future[R] = Future()

        def done(result: Any, error: BaseException | None) -> None:
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        future.set_running_or_notify_cancel()
        self.post(_alone, work, done)
        return future

    async def do(self, work: Callable[[Transaction], R]) -> R:
        """`run`, awaited on the caller's event loop."""
        return await asyncio.wrap_future(self.run(work))

    def checkpoint(self, done: Callable[[Transaction], None]) -> None:
        """Bring all of the write-ahead log into the database file, then run `done` as a work. Raises StoreBusy.

        Every commit is on disk before; this makes the file whole by itself. A reader that looks at an older moment
        puts it off: it is tried again after each commit, and never waited for.
        """
        self.run(lambda _tx: self._checkpoints.append(done))

    def listen(self, heard: Callable[[frozenset[str]], None]) -> None:
        """Be told after each commit what changed, on the writer's thread: short and non-blocking."""
        self._listeners.append(heard)

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A read-only database of this thread, seeing one consistent moment for as long as the block lasts."""
        database = getattr(self._readers, "database", None)
        if database is None:
            database = open_for_reading(self.path)
            self._readers.database = database
            self._open_readers.append(database)
        nested = database.conn.in_transaction
        if not nested:
            database.conn.execute("BEGIN")
        try:
            yield database
        finally:
            if not nested:
                database.conn.rollback()

    def close(self) -> None:
        """Finish what is queued, then close. Safe to call twice."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()
        for database in self._open_readers:
            database.close()
        self._open_readers.clear()
        self._connection.close()

    def _write(self) -> None:
        group: list[Work] = []
        while True:
            if 1 < len(group) < GROUP:
                time.sleep(GATHER_SECONDS)
            with self._wake:
                while not self._works and not self._closing:
                    self._wake.wait()
                if not self._works:
                    return
                group = [self._works.popleft() for _ in range(min(GROUP, len(self._works)))]
            self._commit(group)

    def _commit(self, group: list[Work]) -> None:
        """Run a group in one transaction and answer each work, after the commit and never before."""
        tx = Transaction(self._connection, self.outbox, self._clock(), self._steady.now())
        answers: list[Answer] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for lane, works in groupby(group, key=itemgetter(0)):
                answers += self._attempt(tx, lane, list(works))
            tx.finish()
            self._steady.keep(self._connection, tx.steady)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  the writer's own boundary: one bad commit must not end the thread
            self._undo(error)
            if isinstance(error, QueueFull) and len(group) > 1:
                for work in group:  # what was gathered over the group found no room; whoever needs none goes on
                    self._commit([work])
                return
            failure = _failure(error)
            answers = [(done, None, failure) for _, _, done in group]
            tx = Transaction(self._connection, self.outbox, 0)
        for action in tx.committed():
            _call(action)
        for done, result, wrong in answers:
            _call(done, result, wrong)
        if tx.topics:
            topics = frozenset(tx.topics)
            for heard in self._listeners:
                _call(heard, topics)
        if self._checkpoints:
            _call(self._checkpoint)

    def _checkpoint(self) -> None:
        """Between two commits: move what can be moved, and answer once that is all of it."""
        _, pages, moved = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if moved >= pages:
            asked, self._checkpoints = self._checkpoints, []
            for done in asked:
                with suppress(StoreError):  # closing: the file is whole all the same
                    self.run(done)

    def _attempt(self, tx: Transaction, lane: Lane[Any], works: list[Work]) -> list[Answer]:
        """Hand works to their lane inside a savepoint: together first, and one by one when one of them fails."""
        if lane is _alone and len(works) > 1:
            return [answer for work in works for answer in self._attempt(tx, lane, [work])]
        mark = tx.mark()
        self._connection.execute("SAVEPOINT work")
        try:
            results = lane(tx, [item for _, item, _ in works])
            self._connection.execute("RELEASE work")
        except Exception as error:
            if not self._connection.in_transaction:
                raise  # SQLite already rolled the whole group back (a full disk does that)
            self._connection.execute("ROLLBACK TO work")
            self._connection.execute("RELEASE work")
            tx.back_to(mark)
            if len(works) == 1:
                return [(works[0][2], None, _failure(error) if isinstance(error, sqlite3.OperationalError) else error)]
            return [answer for work in works for answer in self._attempt(tx, lane, [work])]
        return [(done, result, None) for (_, _, done), result in zip(works, results, strict=True)]

    def _undo(self, error: Exception) -> None:
        log.error("the store of record could not commit: %s. Nothing was acknowledged; devices will repeat.", error)
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self.outbox.reload(self._connection)
        except sqlite3.Error as again:
            log.error("the database cannot even be read: %s. Check the disk.", again)


def _failure(error: Exception) -> StoreError:
    """What a caller hears when the disk, not the work, is to blame."""
    failure = StoreError(f"nothing was written: {error}")
    failure.__cause__ = error
    return failure


def _call(heard: Callable[..., None], *news: Any) -> None:
    """Tell somebody how a commit went. Their fault must not end the thread that all others depend on."""
    try:
        heard(*news)
    except Exception:
        log.exception("a listener of the store of record failed; the commit itself stands")


def _alone(tx: Transaction, works: Sequence[Callable[[Transaction], Any]]) -> list[Any]:
    """The lane of works that stand by themselves."""
    return [work(tx) for work in works]
