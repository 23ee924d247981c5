"""The gateway's disk, and the steps at which its process may end."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from simulators.storm.schedule import Kill
from simulators.storm.world import World

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Killed(BaseException):
    """The process ended. Not an Exception: nobody in it hears of it."""

    def __init__(self, down: int) -> None:
        super().__init__()
        self.down = down


class Disk:
    """A connection that can fail and kill. Stands where the store of record has its SQLite connection."""

    def __init__(self, raw: sqlite3.Connection, world: World) -> None:
        self.raw = raw
        self.full = False
        self.recorded = False
        """Whether the ledger grew since somebody set this to False."""
        self._world = world
        self._dice = world.dice("disk")
        self._kills: list[list[Any]] = []
        self._dirty = False

    def arm(self, kill: Kill) -> None:
        """Let the process end at a step to come."""
        self._kills.append([kill, kill.nth])

    def disarm(self) -> None:
        """No more kills."""
        self._kills.clear()

    def reached(self, step: str) -> None:
        """A step is reached; end here if this was the one."""
        for armed in self._kills:
            if armed[0].step == step:
                armed[1] -= 1
                if armed[1] <= 0:
                    self._kills.remove(armed)
                    self._world.reach(f"killed {step}")
                    raise Killed(armed[0].down)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.raw.in_transaction

    def execute(self, text: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run a statement."""
        if not (self._kills or self.full):
            return self.raw.execute(text, values)
        return self._risky(text, values, many=False)

    def executemany(self, text: str, values: Sequence[Any]) -> sqlite3.Cursor:
        """Run a statement for many rows; the ledger is written by no other."""
        self.recorded = self.recorded or text.startswith("INSERT INTO ledger")
        if not (self._kills or self.full):
            return self.raw.executemany(text, values)
        return self._risky(text, values, many=True)

    def _risky(self, text: str, values: Sequence[Any], many: bool) -> sqlite3.Cursor:
        commits = text == "COMMIT"
        self.reached("before a commit" if commits else "before a statement")
        if self.full:
            self._refuse(text, commits)
        done = self.raw.executemany(text, values) if many else self.raw.execute(text, values)
        if commits:
            self.reached("after a commit")
        return done

    def _refuse(self, text: str, commits: bool) -> None:
        """A full disk: found out at a write or only at the commit; SQLite may roll back by itself."""
        writes = text.lstrip().startswith(_WRITES)
        self._dirty = (self._dirty or writes) and not text.startswith("BEGIN")
        if (writes and self._dice.random() < 0.3) or (commits and self._dirty):
            self._world.reach("disk full")
            if self._dice.random() < 0.5 and self.raw.in_transaction:
                self.raw.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")
