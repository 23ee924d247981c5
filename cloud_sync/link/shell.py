"""The link at work: runs what the machine orders, and tells it how that ended."""

import asyncio
import logging
import random
import re
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud_sync.contract.feed import FeedEntry, FeedPage
from cloud_sync.contract.item import STORE_ID
from cloud_sync.link.calls import CallFailed, HeadOffice
from cloud_sync.link.facts import (
    Answered,
    AskEnrol,
    CodeTyped,
    Confirm,
    Confirmed,
    Effect,
    EnrolApproved,
    EnrolPending,
    Event,
    Failed,
    Keep,
    Kept,
    Lane,
    Nudged,
    OpenWake,
    PullChanges,
    Pulled,
    QueueEmpty,
    RenewToken,
    Rules,
    SendBatch,
    Sent,
    Tick,
    Trouble,
)
from cloud_sync.link.machine import begin, due, step
from cloud_sync.link.phase import view
from cloud_sync.link.side import Enrolment, StoreSide
from cloud_sync.link.state import LinkPhase, LinkView
from cloud_sync.link.wake import listen

T = TypeVar("T")
log = logging.getLogger(__name__)

CODE = re.compile(r"[A-Z0-9-]{8,40}")
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")
_LANE: dict[type[Effect], Lane] = {
    AskEnrol: Lane.ENROL,
    Keep: Lane.ENROL,
    SendBatch: Lane.EVENTS,
    Confirm: Lane.EVENTS,
    PullChanges: Lane.CHANGES,
    OpenWake: Lane.WAKE,
}


class Link:
    """One store's line to head office, on one event loop; `view` and `nudge` work from any thread."""

    def __init__(
        self,
        url: str,
        side: StoreSide,
        key: Ed25519PrivateKey,
        enrolment: Enrolment,
        *,
        clock: Callable[[], int],
        gateway: str = "gateway",
        ca_file: Path | None = None,
        rules: Rules | None = None,
        jitter: Callable[[], float] = random.random,
        dated: Callable[[int, int], None] = lambda _date_ms, _took_ms: None,
    ) -> None:
        """`url` empty: the shop runs alone. `clock` gives UTC epoch milliseconds, `gateway` is the name that
        a person at head office reads; `dated` hears of head office's time, see `calls.HeadOffice`.
        Raises ValueError (address, CA file) or OSError (CA file).
        """
        self._side = side
        self._clock = clock
        self._gateway = gateway
        self._rules = rules or Rules()
        self._jitter = jitter
        self._hq = (
            HeadOffice(url, key, clock, ca_file=ca_file, patience_s=self._rules.patience / 1000, dated=dated)
            if url.strip()
            else None
        )
        self._born = clock()
        self._state = begin(enrolment, self._born, self._rules)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._heard = asyncio.Event()
        self._nudged = False
        self._worker = ThreadPoolExecutor(1, "link")
        self._pack = zstandard.ZstdCompressor(level=3)

    async def start(self) -> None:
        """Begin to work the line."""
        if self._hq is not None and self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._hear(Tick())

    async def stop(self) -> None:
        """End every task, timer and connection; what was on its way is sent again. Safe to call twice."""
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._worker.shutdown)
        if self._hq is not None:
            await self._hq.close()

    def view(self) -> LinkView:
        """Where the line stands now."""
        if self._hq is None:
            return LinkView(LinkPhase.ALONE, self._born)
        return view(self._state, self._clock(), self._rules)

    def nudge(self) -> None:
        """Something was queued: send it now rather than at the next look."""
        loop = self._loop
        if loop is None or self._nudged:
            return
        self._nudged = True
        try:
            loop.call_soon_threadsafe(self._on_nudge)
        except RuntimeError:  # the loop closed a moment ago; the queue is on disk and waits for the next start
            self._nudged = False

    async def enrol(self, code: str) -> str:
        """Ask head office to take this store in; returns what happens next, in words.

        The link goes on asking by itself until somebody approves. Raises ValueError, with words for a person.
        """
        code = code.strip().upper()
        if self._hq is None or self._loop is None:
            raise ValueError("No head office is configured. Set its address first.")
        if not CODE.fullmatch(code):
            raise ValueError("That is not a one-time code: 8 to 40 letters, digits and hyphens.")
        if self._state.enrolment.store and not self._state.revoked:
            raise ValueError(f"This store is enrolled already, as {self._state.enrolment.store}.")
        if self._state.lanes[Lane.ENROL].busy:
            raise ValueError("Head office is being asked about a code at this moment. Try again shortly.")
        self._hear(CodeTyped(code))
        while self._loop is not None and self._state.lanes[Lane.ENROL].busy:  # every call in it is bounded in time
            self._heard.clear()
            await self._heard.wait()
        if self._state.refusal:
            raise ValueError(self._state.refusal)
        if self._state.enrolment.code:
            return self._state.why
        return f"This store is enrolled as {self._state.enrolment.store}."

    def _on_nudge(self) -> None:
        self._nudged = False
        self._hear(Nudged())

    def _hear(self, event: Event) -> None:
        if self._loop is None:
            return
        now, before = self._clock(), self._state
        self._state, effects = step(before, event, now, self._rules)
        if self._state.phase is not before.phase:
            log.info("the line to head office: %s, was %s. %s", self._state.phase, before.phase, self._state.why)
        for effect in effects:
            self._start(effect)
        if self._timer is not None:
            self._timer.cancel()
        at = due(self._state, self._rules)
        if at is not None:
            wait = min(max(0, at - now), self._rules.longest_wait) / 1000  # looked at again soon if the clock jumps
            self._timer = self._loop.call_later(wait, self._hear, Tick())
        self._heard.set()

    def _start(self, effect: Effect) -> None:
        if isinstance(effect, RenewToken):
            if self._hq is not None:
                self._hq.renew()
            return
        task = asyncio.get_running_loop().create_task(self._perform(effect), name=f"link {_LANE[type(effect)]}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _perform(self, effect: Effect) -> None:
        event: Event
        try:
            event = await self._act(effect)
        except CallFailed as failed:
            event = Failed(_LANE[type(effect)], failed.trouble, failed.why, self._jitter(), failed.at_least)
        except Exception as error:  # the lane's own boundary: the store's side may raise what it likes
            log.warning("link: %s could not be done here", type(effect).__name__, exc_info=True)
            why = f"This gateway could not do its part: {error}. Nothing was lost; Aisle tries again."
            event = Failed(_LANE[type(effect)], Trouble.HERE, why, self._jitter())
        self._hear(event)

    def _act(self, effect: Effect) -> Coroutine[Any, Any, Event]:
        match effect:
            case AskEnrol(code):
                return self._ask(code)
            case Keep(enrolment):
                return self._keep(enrolment)
            case SendBatch(limit):
                return self._send(limit)
            case Confirm(epoch, seq):
                return self._confirm(epoch, seq)
            case PullChanges():
                return self._pull()
            case OpenWake():
                return self._listen()
            case RenewToken():
                raise AssertionError("done where it is ordered")

    async def _ask(self, code: str) -> Event:
        answer = await self._office.enrol(code, self._gateway)
        if answer.status == "pending":
            return EnrolPending()
        keys = answer.change_keys
        if not STORE_ID.fullmatch(answer.store or "") or not all(map(_PUBLIC_KEY.fullmatch, keys.values())):
            raise CallFailed(Trouble.LINE, "Head office approved, but named no valid store or keys. Tell head office.")
        return EnrolApproved(Enrolment(answer.store or "", "", keys))

    async def _keep(self, enrolment: Enrolment) -> Event:
        await self._side.keep(enrolment)
        return Kept(enrolment)

    async def _send(self, limit: int) -> Event:
        packed = await self._in_thread(lambda: self._peek(limit))
        if packed is None:
            return QueueEmpty()
        sent, body = packed
        committed = await self._office.send(self._state.enrolment.store, body)
        return Answered(sent, committed.epoch, committed.seq, self._jitter())

    def _peek(self, limit: int) -> tuple[Sent, bytes] | None:
        batch = self._side.peek(limit)
        if batch is None:
            return None
        events = batch.events
        sent = Sent(batch.epoch, events[0].seq, events[-1].seq, len(events), events[0].received_at)
        return sent, self._pack.compress(batch.model_dump_json().encode())

    async def _confirm(self, epoch: int, seq: int) -> Event:
        return Confirmed(await self._side.confirm(epoch, seq), self._jitter())

    async def _pull(self) -> Event:
        cursor = await self._in_thread(self._side.cursor)
        page = await self._office.changes(self._state.enrolment.store, cursor)
        entries = new_entries(page, cursor)
        if entries:
            await self._side.take(entries, page.head)
        return Pulled(page.head > (entries[-1].sequence if entries else cursor))

    async def _listen(self) -> Event:
        await listen(self._office, self._state.enrolment.store, self._hear, self._rules.patience / 1000)
        raise AssertionError("listening always ends in a failure")

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    @property
    def _office(self) -> HeadOffice:
        assert self._hq is not None  # noqa: S101  nothing is started without a head office
        return self._hq


def new_entries(page: FeedPage, cursor: int) -> tuple[FeedEntry, ...]:
    """What of a page is new to a store at `cursor`, rising. Raises CallFailed when that makes no sense."""
    entries = tuple(entry for entry in page.entries if entry.sequence > cursor)
    if page.head < cursor:
        why = (
            f"Head office's change log ends at {page.head}, but this store already has {cursor}: was head "
            "office restored from a backup?"
        )
    elif any(later.sequence <= entry.sequence for entry, later in pairwise(entries)):
        why = "Head office sent changes out of order. Nothing of them was used."
    elif page.head > cursor and not entries:
        why = f"Head office says that there are changes up to {page.head}, but hands out none after {cursor}."
    else:
        return entries
    raise CallFailed(Trouble.LINE, why + " Tell head office; Aisle keeps trying.")
