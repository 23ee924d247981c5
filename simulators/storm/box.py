"""The machine that the gateway runs on: its disk, its clock, its process and how that ends."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Set
from typing import Any, TypeVar

from cloud_sync.queue.outbox import Outbox, QueueFull
from edge.clock.trust import Rules
from edge.clock.watch import ClockWatch
from edge.prices.restored import go_on_from_backup
from edge.prices.timing import MayBegin
from edge.store import StoreError, Transaction
from edge.store.steady import Steady, kept_steady
from simulators.storm.disk import Disk, Killed
from simulators.storm.parts import Parts
from simulators.storm.truth import Books
from simulators.storm.world import OPENING, World

R = TypeVar("R")


class Box(ABC):
    """Everything but the database is gone when the process is killed."""

    def __init__(self, world: World, books: Books, parts: Parts) -> None:
        self.world, self.books, self.parts = world, books, parts
        self.sql = parts.new_disk()
        self.disk = Disk(self.sql, world)
        self.wrong_by = 0
        """How far the wall clock is ahead of the truth."""
        self.up = False
        self.life = 0
        self._machine = 1
        self._backup: sqlite3.Connection | None = None

    @abstractmethod
    def begin(self) -> None:
        """What the process does when it starts."""

    @abstractmethod
    def gone(self) -> None:
        """What those outside notice when the process has ended."""

    @abstractmethod
    def ring(self, topics: Set[str]) -> None:
        """Something was committed that may have to be sent."""

    # Life and death.

    def enter(self, act: Callable[..., None], *args: Any) -> None:
        """Whatever reaches the process comes in here, and may end it."""
        if not self.up:
            return
        try:
            act(*args)
        except Killed as death:
            self.die(death.down)

    def die(self, down: int) -> None:
        """The process ends; what was not committed is gone."""
        if self.sql.in_transaction:
            self.sql.execute("ROLLBACK")
        self.books.read(self.sql)
        self.up = False
        self.world.say("gateway", f"is killed, back in {down // 1000} s")
        self.gone()
        self.world.after(down, self._start_again, self.life)

    def _start_again(self, life: int) -> None:
        if not self.up and life == self.life:
            self.boot()

    def boot(self) -> None:
        """The process starts: everything in memory begins anew, from the database."""
        self.life += 1
        self.up = True
        self.outbox = Outbox(int(self.meta("epoch")), 1 << 24)
        self.outbox.reload(self.sql)
        self._steady = Steady(kept_steady(self.sql), lambda: self.world.now)
        self.watch = ClockWatch(Rules(), f"machine {self._machine}", lambda: self.world.now)
        self.parts.hold = self._may_begin
        self.world.say("gateway", f"starts (life {self.life})")
        self.books.read(self.sql)
        self.begin()

    def backup(self) -> None:
        """Copy the database, as it was at the last commit."""
        self.world.say("gateway", "its database is copied")
        if self._backup is None:
            self._backup = sqlite3.connect(":memory:")
        self.sql.backup(self._backup)

    def close(self) -> None:
        """The end of the day."""
        if self._backup is not None:
            self._backup.close()

    def restore(self, down: int) -> bool:
        """The disk dies; a new one is filled from the last copy. Returns False where there is none: nothing happens."""
        if self._backup is None:
            return False
        self.die(down)
        self._backup.backup(self.sql)
        self._machine += 1
        self.world.say("gateway", "its disk died; it goes on from the last copy")
        outbox = Outbox(int(self.meta("epoch")), 1 << 24)
        outbox.reload(self.sql)
        tx = Transaction(self.sql, outbox, self.clock(), kept_steady(self.sql))
        self.sql.execute("BEGIN IMMEDIATE")
        go_on_from_backup(tx, self.parts.engine, self.clock())
        tx.finish()
        self.sql.execute("COMMIT")
        self.books.begin_again(self.sql)
        return True

    def note_state(self, device: str, state: str) -> None:
        """What is known of a device's being there; like the real one it may be lost with the process."""
        if not (self.disk.full or self.sql.in_transaction):
            self.sql.execute("UPDATE device SET state = ? WHERE id = ? AND state != ?", (state, device, state))

    def _may_begin(self, tx: Transaction, item: str, version: int) -> str:
        """The rule of the price engine, counted."""
        why = MayBegin(self.watch, self.parts.hours)(tx, item, version)
        if why.startswith("clock"):
            self.world.reach("raise held by the clock")
        elif why:
            self.world.reach("raise waits for the later reading")
        return why

    def knows(self, till: str, epoch: int, seq: int) -> bool:
        """Whether a sale of a till is on the disk."""
        row = self.sql.execute("SELECT 1 FROM sale WHERE device = ? AND epoch = ? AND seq = ?", (till, epoch, seq))
        return row.fetchone() is not None

    def later(self, delay: int, act: Callable[..., None], *args: Any) -> None:
        """Call back in this life only."""
        self.world.after(delay, self._if_alive, self.life, act, args)

    def reply(self, act: Callable[..., None], *args: Any) -> Callable[[], None]:
        """A call from outside, for this life only."""
        life = self.life
        return lambda: self._if_alive(life, act, args)

    def hearing(self, act: Callable[..., None], *args: Any) -> Callable[[Any], None]:
        """A word from outside, for this life only."""
        life = self.life
        return lambda word: self._if_alive(life, act, (*args, word))

    def _if_alive(self, life: int, act: Callable[..., None], args: tuple[Any, ...]) -> None:
        if life == self.life:
            self.enter(act, *args)

    # The store of record.

    def clock(self) -> int:
        """The wall clock, UTC epoch milliseconds."""
        return OPENING + self.world.now + self.wrong_by

    def skew(self) -> int:
        """How far the wall clock is ahead of the truth."""
        return self.wrong_by

    def meta(self, key: str) -> str:
        """A value of the database's small table; "" when there is none."""
        row = self.sql.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def do(self, work: Callable[[Transaction], R]) -> R:
        """One work in one commit, as the store of record does it. Raises StoreError."""
        disk = self.disk
        tx = Transaction(disk, self.outbox, self.clock(), self._steady.now())  # type: ignore[arg-type]
        disk.recorded = False
        try:
            disk.execute("BEGIN IMMEDIATE")
            result = work(tx)
            tx.finish()
            self._steady.keep(disk, tx.steady)  # type: ignore[arg-type]
            disk.execute("COMMIT")
        except (sqlite3.Error, QueueFull) as error:
            if self.sql.in_transaction:
                self.sql.execute("ROLLBACK")
            self.outbox.reload(self.sql)
            raise StoreError(f"nothing was written: {error}") from error
        except Killed:
            raise
        except BaseException:
            if self.sql.in_transaction:
                self.sql.execute("ROLLBACK")
            raise
        if disk.recorded:
            self.books.read(self.sql)
        for action in tx.committed():
            action()
        self.ring(tx.topics)
        return result
