"""A store of record whose wall clock can be wrong: `now` is what it says, `steady` never jumps."""

import json
from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from edge.clock.calendar import Calendar
from edge.clock.kept import ShopHours, make_calendar
from edge.clock.trust import Evidence, Rules, Source, Verdict
from edge.clock.watch import ClockWatch
from edge.prices.checks import Limits
from edge.prices.engine import PriceEngine
from edge.prices.inbox import Inbox
from edge.prices.timing import Clockwork, MayBegin
from edge.store import Transaction
from tests.desk import A, Desk

R = TypeVar("R")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MORNING = 1_792_990_800_000
"""26 October 2026, 05:00 UTC; six in the morning in Zagreb."""
WEEK = ("08:00-20:00",) * 6 + ("",)


class ClockShop(Desk):
    """One till and one label for item A. `boot` changes when the machine is started anew."""

    def __init__(self, now: int = MORNING, *, only_closed: bool = False, vouched: bool = True) -> None:
        self.steady, self.boot, self.lost = 0, "first", 0
        self.hours = ShopHours(make_calendar(Calendar(ZoneInfo("Europe/Zagreb")), WEEK, {"2026-10-28": ""}))
        self.only_closed = only_closed
        super().__init__()
        self.now = now
        self.start()
        self.inbox = Inbox(
            self.inbox.store, self.inbox.trusted, Limits(), lambda _: "",
            clockwork=Clockwork(lambda tx: self.hours(tx.sql), only_closed),
        )  # fmt: skip
        if vouched:
            self.vouch()
        self.device("till-1", "till")
        self.device("label-1", "label")
        self.bind("label-1", A)
        self.push({A: 100})
        self.tick()
        self.settled(1)

    def start(self, boot: str = "first") -> None:
        """The gateway's process starts; the machine too, when `boot` is another."""
        self.watch = ClockWatch(Rules(), boot, self.monotonic)
        self.engine = PriceEngine(hold=MayBegin(self.watch, self.hours, self.only_closed))

    def monotonic(self) -> int:
        """The machine's clock: went on while no gateway ran."""
        return 77 + self.steady + self.lost

    def do(self, work: Callable[[Transaction], R]) -> R:
        """Run one work in a transaction of its own."""
        tx = Transaction(self.sql, self.outbox, self.now, self.steady)
        self.sql.execute("BEGIN IMMEDIATE")
        result = work(tx)
        tx.finish()
        self.sql.execute("COMMIT")
        return result

    def pass_time(self, ms: int) -> None:
        """Time passes, by both clocks, and the chores are done."""
        self.now += ms
        self.steady += ms
        self.tick()

    def vouch(self, source: Source = Source.OFFICE, off: int = 0) -> Verdict:
        """Somebody says that it is so much later than the wall clock says."""
        return self.do(
            lambda tx: self.watch.hear(tx, Evidence(source, self.now + off, self.monotonic(), 100)),
        )

    def settled(self, version: int) -> None:
        """Every device has confirmed."""
        for _ in range(2):
            self.applied("till-1", (A, version))
            self.shown("label-1", A, version)
        assert self.phase(A, version) == ("landed", "")

    def trust(self) -> list[bool]:
        """How the trust in the clock changed, by the ledger."""
        rows = self.sql.execute(
            "SELECT kind FROM ledger WHERE kind IN ('clock.trusted', 'clock.doubted') ORDER BY seq"
        ).fetchall()
        return [kind == "clock.trusted" for (kind,) in rows]

    def ledger(self, kind: str) -> list[dict[str, Any]]:
        """Bodies of the ledger's rows of a kind."""

        return [json.loads(body) for (body,) in self.sql.execute("SELECT body FROM ledger WHERE kind = ?", (kind,))]
