"""A shop with a truth of its own over the real store of record: what each label and till really presents, and when.

The store sees only words, and its clock may be wrong. One seed gives the same run.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from edge.dispatch.wanted import label_jobs
from edge.prices.activation import Rules
from edge.prices.checks import Limits
from edge.prices.engine import PriceEngine
from edge.store import Transaction
from tests.desk import A, B, Desk

R = TypeVar("R")
C = "03850334018243"
ITEMS = (A, B, C)
POLL_MS = 10_000
BEGIN = 1_793_600_000_000
Key = tuple[str, int]


class TimedDesk(Desk):
    """A desk that knows how much time really passed."""

    steady = 0

    def do(self, work: Callable[[Transaction], R]) -> R:
        tx = Transaction(self.sql, self.outbox, self.now, self.steady)
        self.sql.execute("BEGIN IMMEDIATE")
        result = work(tx)
        tx.finish()
        self.sql.execute("COMMIT")
        return result


@dataclass(frozen=True)
class Weather:
    """What goes wrong, each as a chance. All 0: healthy devices and a good clock."""

    word_lost: float = 0.0
    upload_fails: float = 0.0
    rebind: float = 0.0
    retire: float = 0.0
    clock_jump: float = 0.0
    forget: float = 0.0
    silent: float = 0.0
    grace_ms: int = 0
    upload_ms: int = POLL_MS // 4
    notes_sending: bool = True
    """Whether the ledger hears of bytes leaving, or only of what was allowed and what was said."""


WILD = Weather(0.2, 0.2, 0.05, 0.02, 0.02, 0.02, 0.15, 30_000, upload_ms=2 * POLL_MS)


@dataclass
class History:
    """What one device really presented, from each true time on; `AWAY` while it is out of the shop."""

    at: list[int] = field(default_factory=lambda: [-1])
    was: list[Any] = field(default_factory=lambda: [None])

    def now(self, time: int, what: Any) -> None:
        self.at.append(time)
        self.was.append(what)

    def then(self, time: int) -> Any:
        return next(what for at, what in zip(reversed(self.at), reversed(self.was), strict=True) if at <= time)


AWAY = "away"


class Shop:
    """Events on a heap of true milliseconds. Afterwards: `truth`, `questions`, and the ledger in `desk.sql`."""

    def __init__(self, seed: int, weather: Weather, labels: int = 6, tills: int = 2) -> None:
        self.dice = random.Random(seed)
        self.weather = weather
        self.desk = TimedDesk(
            limits=Limits(max_raise_percent=10_000, max_cut_percent=99),
            engine=PriceEngine(Rules(grace_ms=weather.grace_ms)),
        )
        self.time, self.skew = 0, 0
        self.skews: list[tuple[int, int]] = [(-1, 0)]
        self.labels = [f"label-{n}" for n in range(labels)]
        self.tills = [f"till-{n}" for n in range(tills)]
        self.truth = {label: History() for label in self.labels}
        self.charged = {(till, item): History() for till in self.tills for item in ITEMS}
        self.table: dict[tuple[str, str], int] = {}
        self.busy: set[str] = set()
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._order = count()

    # Time.

    def clock(self, time: int) -> int:
        """What the gateway's clock said at a true time."""
        return BEGIN + time + next(skew for at, skew in reversed(self.skews) if at <= time)

    def later(self, delay: int, act: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (self.time + delay, next(self._order), act))

    def run(self, until: int) -> "Shop":
        self._set_clock()
        for till in self.tills:
            self.desk.device(till, "till")
            self.later(self.dice.randrange(500), lambda till=till: self._serve_till(till))  # type: ignore[misc]
        for number, label in enumerate(self.labels):
            self.desk.device(label, "label")
            self.desk.bind(label, ITEMS[number % len(ITEMS)])
            self.later(self.dice.randrange(POLL_MS), lambda label=label: self._poll(label))  # type: ignore[misc]
        self.later(1_000, self._push)
        self.later(15_000, self._people)
        while self._heap and self._heap[0][0] <= until:
            self.time, _, act = heapq.heappop(self._heap)
            self._set_clock()
            act()
        self.time = until
        return self

    def close(self) -> None:
        self.desk.close()

    def _set_clock(self) -> None:
        self.desk.now, self.desk.steady = BEGIN + self.time + self.skew, self.time

    def _chance(self, of: float) -> bool:
        return self.dice.random() < of

    # What happens.

    def _push(self) -> None:
        item = self.dice.choice(ITEMS)
        self.desk.push({item: self.dice.randrange(100, 900)}, expires_at=2**52, issued_at=0, effective_at=0)
        self.later(self.dice.randrange(5_000, 90_000), self._push)

    def _people(self) -> None:
        """A manager binds and retires; somebody sets the gateway's clock; a till loses its table."""
        if self._chance(self.weather.clock_jump):
            self.skew += self.dice.choice((-1, 1)) * self.dice.choice((80, 3_000, 60_000, 3_600_000))
            self.skews.append((self.time, self.skew))
            self._set_clock()
        self.desk.tick()
        label = self.dice.choice(self.labels)
        if self._chance(self.weather.rebind):
            self.desk.bind(label, self.dice.choice(ITEMS))
        elif self._chance(self.weather.retire) and label not in self.busy:
            self.desk.do(lambda tx: self.desk.engine.retire(tx, label, "ana", "replaced"))
            self.truth[label].now(self.time, AWAY)
            self.busy.add(label)
            self.later(self.dice.randrange(1_000, 200_000), lambda: self._return(label))
        if self._chance(self.weather.forget):
            till = self.dice.choice(self.tills)
            for item in ITEMS:
                self.table.pop((till, item), None)
                self.charged[till, item].now(self.time, None)
            self.desk.do(lambda tx: self.desk.engine.till_forgot(tx, till, self.time))
        self.later(self.dice.randrange(2_000, 30_000), self._people)

    def _return(self, label: str) -> None:
        """A blank label under the same name."""
        self.truth[label].now(self.time, None)
        self.desk.do(lambda tx: tx.sql.execute("UPDATE device SET enrolled = 1 WHERE id = ?", (label,)))
        self.desk.bind(label, self.dice.choice(ITEMS))
        self.busy.discard(label)

    def _poll(self, label: str) -> None:
        """A label asks; what it may have and has not confirmed is sent to it."""
        self.later(POLL_MS, lambda: self._poll(label))
        job = label_jobs(self.desk.sql).get(label)
        if job is None or label in self.busy or self._chance(self.weather.silent):
            return
        item, version = job.item, job.version
        body = {"item": item, "version": version, "pixels": f"pixels-{item}-{version}"}
        if self.weather.notes_sending:
            self.desk.do(lambda tx: tx.record("label.sending", label, body))
        if self._chance(self.weather.upload_fails):
            return
        took = self.dice.randrange(50, self.weather.upload_ms)
        self.busy.add(label)
        self.later(self.dice.randrange(1, took + 1), lambda: self.truth[label].now(self.time, (item, version)))
        self.later(took, lambda: self._word(label, item, version))

    def _word(self, label: str, item: str, version: int) -> None:
        self.busy.discard(label)
        if not self._chance(self.weather.word_lost):
            self.desk.shown(label, item, version)

    def _serve_till(self, till: str) -> None:
        """What a till may have is on its way to it, again and again until it says so."""
        for item, version, minor in self.desk.allowed(till):
            if not self._chance(self.weather.word_lost):
                self.later(self.dice.randrange(1, 400), lambda row=(item, version, minor): self._deliver(till, *row))  # type: ignore[misc]
        self.later(1_000, lambda: self._serve_till(till))

    def _deliver(self, till: str, item: str, version: int, minor: int) -> None:
        if version > self.table.get((till, item), 0):
            self.table[till, item] = version
            self.charged[till, item].now(self.time, (version, minor))
        if not self._chance(self.weather.word_lost):
            held = self.table[till, item]
            self.later(self.dice.randrange(1, 400), lambda: self.desk.applied(till, (item, held)))
