"""The gateway's end of the line to head office: the real state machine, with a shell for the virtual network."""

from collections.abc import Callable
from typing import Any, Protocol

import zstandard

from cloud_sync.contract.events import Batch, Committed
from cloud_sync.contract.feed import FeedEntry, FeedPage
from cloud_sync.link.calls import CallFailed
from cloud_sync.link.facts import (
    Answered,
    Confirm,
    Confirmed,
    Effect,
    Event,
    Failed,
    Lane,
    OpenWake,
    PullChanges,
    Pulled,
    QueueEmpty,
    Rules,
    SendBatch,
    Sent,
    State,
    Tick,
    Trouble,
    WakeOpened,
    Woken,
)
from cloud_sync.link.machine import begin, due, step
from cloud_sync.link.shell import new_entries
from cloud_sync.link.side import Enrolment
from edge.store import StoreError
from simulators.storm.air import Air
from simulators.storm.office import STORE, HeadOffice
from simulators.storm.schedule import HEAD_OFFICE
from simulators.storm.world import OPENING, World

RULES = Rules(poll=600_000, store=STORE)
"""Polls are rarer than in a real shop, so that a day of sales comes in tens of batches and not in hundreds."""
SKEW = (-360_000, 60_000)
"""How far the gateway's clock may be off before head office refuses its tokens: too old, or from the future."""


class Side(Protocol):
    """What the line needs of the gateway."""

    def clock(self) -> int:
        """The gateway's wall clock, UTC epoch milliseconds."""

    def office_said(self, date: int, took: int) -> None:
        """Head office's date (UTC epoch milliseconds, cut to the second) on an answer that took so long."""

    def skew(self) -> int:
        """How far that clock is ahead of the truth, in milliseconds."""

    def later(self, delay: int, act: Callable[..., None], *args: Any) -> None:
        """Call back in this life of the gateway only."""

    def reply(self, act: Callable[..., None], *args: Any) -> Callable[[], None]:
        """A call that happens in this life of the gateway only."""

    def peek(self, limit: int) -> Batch | None:
        """The oldest events that wait."""

    def confirm(self, epoch: int, seq: int) -> int:
        """Forget what head office has. Raises StoreError."""

    def cursor(self) -> int:
        """The last change that was dealt with."""

    def take(self, entry: FeedEntry, head: int) -> None:
        """Deal with an entry of head office's log, which goes to `head`. Raises StoreError."""


class Uplink:
    """Lives as long as one life of the gateway."""

    def __init__(self, side: Side, office: HeadOffice, air: Air, world: World) -> None:
        self._side, self._office, self._air, self._world = side, office, air, world
        self._dice = world.dice(f"uplink at {world.now}")
        self._packer = zstandard.ZstdCompressor(level=3)
        self._timer = 0
        self._awake = False
        self._state: State = begin(Enrolment(STORE), side.clock(), RULES)
        self.hear(Tick())

    def hear(self, event: Event) -> None:
        """Let the machine decide, and do what it says."""
        self._state, effects = step(self._state, event, self._side.clock(), RULES)
        for effect in effects:
            self._start(effect)
        at = due(self._state, RULES)
        self._timer += 1
        if at is not None:
            wait = min(max(0, at - self._side.clock()), RULES.poll)  # looked at again in case the clock jumps
            self._side.later(wait, self._tick, self._timer)

    def woken(self) -> None:
        """Head office says that there is something to pull."""
        if self._awake:
            self.hear(Woken())

    def line_broke(self) -> None:
        """The wake-up channel noticed a while later that the line is gone."""
        if self._awake:
            self._awake = False
            self._side.later(20_000, self.hear, self._failed(Lane.WAKE, Trouble.LINE))

    def _tick(self, timer: int) -> None:
        if timer == self._timer:
            self.hear(Tick())

    def _failed(self, lane: Lane, trouble: Trouble) -> Failed:
        return Failed(lane, trouble, "the storm", self._dice.random())

    def _start(self, effect: Effect) -> None:
        match effect:
            case SendBatch(limit):
                self._send(limit)
            case Confirm(epoch, seq):
                self._side.later(1, self._confirm, epoch, seq)
            case PullChanges():
                cursor = self._side.cursor()
                self._call(Lane.CHANGES, lambda: self._office.changes(cursor), lambda page: self._pulled(page, cursor))
            case OpenWake() if self._air.stands(HEAD_OFFICE) and self._let_in():
                self._awake = True
                self._side.later(80, self.hear, WakeOpened())
            case OpenWake():
                self._side.later(5_000, self.hear, self._failed(Lane.WAKE, Trouble.LINE))

    def _let_in(self) -> bool:
        return SKEW[0] <= self._side.skew() <= SKEW[1]

    def _send(self, limit: int) -> None:
        batch = self._side.peek(limit)
        if batch is None:
            self._side.later(1, self.hear, QueueEmpty())
            return
        events = batch.events
        sent = Sent(batch.epoch, events[0].seq, events[-1].seq, len(events), events[0].received_at)
        packed = self._packer.compress(batch.model_dump_json().encode())

        def answered(committed: Committed) -> None:
            self.hear(Answered(sent, committed.epoch, committed.seq, self._dice.random()))

        self._call(Lane.EVENTS, lambda: self._office.send(packed), answered)

    def _call(self, lane: Lane, ask: Callable[[], Any], answered: Callable[[Any], None]) -> None:
        """One exchange: the request may be lost, late or doubled, and so may the answer."""
        if not self._let_in():
            self._world.reach("head office refuses a wrong clock")
            self._side.later(50, self._refused, lane)
            return
        ended: list[bool] = []
        asked = self._world.now

        def end(act: Callable[..., None], *args: Any) -> None:
            if not ended:
                ended.append(True)
                act(*args)

        def arrive() -> None:
            answer, date = ask(), self._date()

            def come_back() -> None:
                self._side.office_said(date, self._world.now - asked)
                end(answered, answer)

            self._air.carry(HEAD_OFFICE, self._side.reply(come_back))

        self._air.carry(HEAD_OFFICE, arrive)
        self._side.later(RULES.patience, end, self.hear, self._failed(lane, Trouble.LINE))

    def _refused(self, lane: Lane) -> None:
        """Head office answers that it does not let this clock in; a refusal has a date too."""
        if self._air.stands(HEAD_OFFICE):
            self._side.office_said(self._date(), 50)
        self.hear(self._failed(lane, Trouble.LINE))

    def _date(self) -> int:
        """What head office writes on its answer now."""
        return (OPENING + self._world.now) // 1000 * 1000

    def _confirm(self, epoch: int, seq: int) -> None:
        try:
            gone = self._side.confirm(epoch, seq)
        except StoreError:
            self.hear(self._failed(Lane.EVENTS, Trouble.HERE))
        else:
            self.hear(Confirmed(gone, self._dice.random()))

    def _pulled(self, page: FeedPage, cursor: int) -> None:
        try:
            entries = new_entries(page, cursor)
            for entry in entries:
                self._side.take(entry, page.head)
        except StoreError:
            self.hear(self._failed(Lane.CHANGES, Trouble.HERE))
        except CallFailed as failed:
            self.hear(self._failed(Lane.CHANGES, failed.trouble))
        else:
            self.hear(Pulled(page.head > (entries[-1].sequence if entries else cursor)))
