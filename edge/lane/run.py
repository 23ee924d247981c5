"""A lane at work: events go one after another through the state machine, and what it wants done is done here."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

from cloud_sync.pages.i18n import Catalogue
from drivers.base import PaymentOutcome, Scan
from drivers.errors import DeviceError, Refused
from edge.console.figures import Figures
from edge.lane.codes import BadgeCode, MemberCode, read_code
from edge.lane.config import LaneConfig
from edge.lane.discounts import fitting
from edge.lane.events import (
    Action,
    AskCoupon,
    Authorise,
    BagSaid,
    CouponLent,
    CouponRefused,
    DropDraft,
    Event,
    GiveBackCoupons,
    KeepSale,
    OpenChanged,
    PaymentFound,
    PaymentRefused,
    PaymentTold,
    PayPressed,
    PrintReceipt,
    Pursue,
    ReceiptFound,
    ScaleSaid,
    Scanned,
    StaffDid,
    TellLeft,
    TellPayment,
    TellStaff,
    Tick,
)
from edge.lane.journal import Journal, Stage
from edge.lane.machine import step
from edge.lane.money import Till
from edge.lane.parts import Peripherals
from edge.lane.printing import Receipts
from edge.lane.state import (
    Closed,
    Deed,
    Lane,
    Phase,
)
from edge.lane.told import closed_by, lane_state, screen
from edge.lane.uplink import Account, Uplink
from edge.lane.words import Answer

log = logging.getLogger(__name__)

TICK_S = 0.25
PRINTER_LOOK_S = 2.0
TERMINAL_LOOK_S = 5.0
IDLE_WEIGH_S = 0.6
WEIGH_S = 0.2
HOLD_MS = 120_000
"""So long at most a payment under way keeps other prices from coming into force."""
RESTART_S = 1.0
MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Clocks:
    """UTC epoch milliseconds, and milliseconds that never jump."""

    wall: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    steady: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000


class LaneRun:
    """One lane. `put`, `press_pay` and `typed` are what its screen does; `look` is what it shows."""

    def __init__(self, config: LaneConfig, peripherals: Peripherals, journal: Journal, clocks: Clocks) -> None:
        self.config = config
        self.state = Lane()
        self._parts = peripherals
        self._journal = journal
        self._clocks = clocks
        self._reading, self._rules, self._badges = config.reading(), config.machine_rules(), config.badges()
        self._events: asyncio.Queue[Event] = asyncio.Queue(MOST_EVENTS)
        self._works: set[asyncio.Task[None]] = set()
        self._told: dict[str, Any] = {}
        self._starting = True
        gateway = config.gateway
        self.uplink = Uplink(
            Account(
                config.store, config.device, config.name, gateway.host, gateway.port,
                lambda: gateway.password_file.read_text(encoding="utf-8").strip(), str(gateway.ca or ""),
            ),
            journal,
            self._lent,
        )  # fmt: skip
        texts = Catalogue.load("edge.lane")
        words = texts.words(config.language), texts.words("en")
        self._till = Till(config.parts.terminal, peripherals.payment, journal)
        figures = Figures(config.locale, "")
        self._receipts = Receipts(peripherals, journal, *words, figures, config.zone, config.shop or config.name)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set. Raises DeviceError where payments cannot be kept."""
        self._loop = asyncio.get_running_loop()
        await self._parts.start()
        self.uplink.start()
        loops = (self._drive, self._scans, self._scale, self._bags, self._printer, self._terminal, self._ticks)
        tasks = [asyncio.create_task(_supervised(work), name=f"lane {work.__name__}") for work in loops]
        try:
            await self._recover()
            await stop.wait()
        finally:
            for task in (*tasks, *self._works):
                task.cancel()
            await asyncio.gather(*tasks, *self._works, return_exceptions=True)
            await self._parts.stop()
            await asyncio.to_thread(self.uplink.stop)

    def put(self, event: Event) -> None:
        """Something happened. In the loop's thread; what comes too fast for the lane is dropped."""
        with suppress(asyncio.QueueFull):
            self._events.put_nowait(event)

    async def press_pay(self) -> None:
        """The shopper chose to pay."""
        n = await asyncio.to_thread(self._journal.next_receipt)
        receipt = f"{self.config.device[:18]}-{self._journal.epoch:x}-{n}"
        self.put(PayPressed(receipt, self._clocks.wall()))

    def typed(self, code: str) -> None:
        """Somebody typed a code whose label cannot be read."""
        self.put(self._scanned(Scan(self.config.parts.scanner, "", code, self._clocks.wall())))

    def decided(self, deed: Deed, place: int, minor: int, reason: str) -> None:
        """Somebody of the staff decided."""
        self.put(StaffDid(deed, place, minor, reason, self._clocks.wall()))

    def look(self) -> dict[str, Any]:
        """What the screen shows now."""
        shown = screen(self.state, self._parts.health.parts, self._journal.price, self._clocks.wall())
        return shown | {
            "name": self.config.name,
            "connected": self.uplink.connected,
            "waiting": self._journal.waiting,
            "prices": self._journal.prices(),
        }

    # --- the one place where states change

    async def _drive(self) -> None:
        while True:
            following: Event | None = await self._events.get()
            while following is not None:
                following = await self._take(following)

    async def _take(self, event: Event) -> Event | None:
        """One event; returns what followed from it at once."""
        now, before = self._clocks.steady(), self.state
        if isinstance(event, PaymentTold | PaymentRefused):
            self._note_terminal(event)
        if isinstance(event, PayPressed):
            self._journal.hold_prices(True)  # what is looked up now is what is paid
        self.state, actions = step(before, event, now, self._journal.price, self._rules)
        paying = self.state.phase is Phase.PAYING and now - self.state.paying_since < HOLD_MS
        self._journal.hold_prices(paying)
        if before.phase is Phase.PRINTING and self.state.phase is Phase.FREE and before.draft is not None:
            await asyncio.to_thread(self._journal.stage, before.draft.receipt, Stage.DONE)
        following = None
        for action in actions:
            following = await self._do(action) or following
        await self._tell_state()
        return following

    def _note_terminal(self, event: PaymentTold | PaymentRefused) -> None:
        """What a terminal answers to a payment says how it is."""
        if isinstance(event, PaymentTold) and event.payment.outcome is not PaymentOutcome.UNKNOWN:
            self._parts.health.note("terminal", "ready")
        else:
            why = event.why if isinstance(event, PaymentRefused) else event.payment.why
            self._parts.health.note("terminal", "fault", why)

    async def _do(self, action: Action) -> Event | None:
        journal = self._journal
        match action:
            case AskCoupon(coupon):
                await self._ask_coupon(coupon)
            case GiveBackCoupons(coupons):
                await asyncio.to_thread(journal.give_back, coupons)
            case Authorise(draft):
                self._begin(partial(self._till.authorise, draft), "payment")
            case Pursue(draft, deed, who):
                self._begin(partial(self._till.pursue, draft, deed, who), "payment")
            case KeepSale(draft):
                return await self._till.keep(draft)
            case DropDraft(draft):
                await self._till.drop(draft)
            case PrintReceipt(draft, again):
                self._begin(partial(self._receipts.print_out, draft, again=again), "receipt")
            case TellLeft(ms, waited, steps):
                left = {"paid": False, "ms": ms, "waited_ms": waited, "steps": len(steps), "lines": 0}
                await asyncio.to_thread(journal.tell, "lane.visit", left)
            case TellPayment(outcome, ms):
                with suppress(sqlite3.Error):  # the sale matters; how long the terminal took may be lost
                    await asyncio.to_thread(journal.tell, "lane.payment", {"outcome": outcome, "ms": ms})
            case TellStaff(deed, who, reason, about):
                body = {"did": deed.value, "by": who, "reason": reason, "about": about[:120]}
                await asyncio.to_thread(journal.tell, "lane.staff", body)
        return None

    def _begin(self, work: Callable[[], Coroutine[Any, Any, Event]], name: str) -> None:
        """Do what takes time beside the lane; how it ended is an event."""

        async def whole() -> None:
            await self._events.put(await work())

        task = asyncio.create_task(whole(), name=f"lane {name}")
        self._works.add(task)
        task.add_done_callback(self._works.discard)

    async def _ask_coupon(self, coupon: str) -> None:
        held = {one.coupon: one for one in await asyncio.to_thread(self._journal.held_coupons)}
        if coupon in held:
            self.put(CouponLent(held[coupon]))
        elif not self.uplink.connected:
            self.put(CouponRefused(coupon, ""))
        else:
            await asyncio.to_thread(self.uplink.ask_coupon, coupon)

    def _lent(self, answer: Answer) -> None:
        """In the uplink's thread: a coupon that is lent is on disk before anybody sees it."""
        event: Event
        if answer.coupon is None:
            event = CouponRefused(answer.name, answer.why)
        elif self._journal.borrowed(answer.coupon):
            event = CouponLent(answer.coupon)
        else:
            return
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.put, event)

    async def _recover(self) -> None:
        """Go on from what the last run left: payments first, then receipts, then borrowed coupons."""
        unknown = await self._till.recover(self._parts.open_payments())
        unprinted = await asyncio.to_thread(self._journal.drafts, Stage.DUE, Stage.PRINTING)
        busy = {off.coupon.coupon for draft in unknown for off in draft.bill.off}
        idle = [one for one in await asyncio.to_thread(self._journal.held_coupons) if one.coupon not in busy]
        await asyncio.to_thread(self._journal.give_back, idle)
        if unknown:
            self.put(PaymentFound(unknown[-1]))
        elif unprinted:
            draft, stage = unprinted[-1]
            self.put(ReceiptFound(draft, begun=stage is Stage.PRINTING))
        await self._parts.look_at_printer()
        self._starting = False

    # --- what hangs on the lane

    async def _scans(self) -> None:
        async for scan in self._parts.scans():
            self.put(self._scanned(scan))

    def _scanned(self, scan: Scan) -> Scanned:
        code = read_code(scan.symbology, scan.text, self._reading)
        local = datetime.fromtimestamp(self._clocks.wall() / 1000, UTC).astimezone(self.config.zone)
        badge = self._badges.get(sha256(code.text.encode()).hexdigest(), "") if isinstance(code, BadgeCode) else ""
        discounts = (
            fitting(self._journal.discounts(), code.rest, self._clocks.wall()) if isinstance(code, MemberCode) else ()
        )
        if isinstance(code, BadgeCode | MemberCode):  # what it says of a person goes no further
            code = type(code)("")
        return Scanned(code, f"{local:%Y-%m-%dT%H:%M}", badge, discounts)

    async def _scale(self) -> None:
        """Between shoppers too: only so it is known whether goods were put down anew."""
        while self.config.parts.scale is not None:
            wanted = self.state.wanted
            try:
                reading = await self._parts.weigh(wanted.line.price.minor if wanted else None)
                self.put(ScaleSaid(reading))
            except Refused:
                if wanted is not None:  # else it is a scale that computes, and wants a price
                    self.put(ScaleSaid(None))
            await asyncio.sleep(WEIGH_S if wanted else IDLE_WEIGH_S)

    async def _bags(self) -> None:
        while self.config.parts.bags is not None:
            self.put(BagSaid(await self._parts.bags()))
            await asyncio.sleep(IDLE_WEIGH_S)

    async def _printer(self) -> None:
        """A printer is asked before shoppers begin, not while it prints."""
        while True:
            if self.state.phase is not Phase.PRINTING:
                await self._parts.look_at_printer()
            await asyncio.sleep(PRINTER_LOOK_S)

    async def _terminal(self) -> None:
        """Between payments; what a terminal says to a payment is news of its own."""
        while True:
            if self.state.draft is None and not self._starting:
                await self._parts.reach_terminal()
            await asyncio.sleep(TERMINAL_LOOK_S)

    async def _ticks(self) -> None:
        while True:
            parts = self._parts.health.parts
            closed = closed_by(leased=self.uplink.leased, starting=self._starting, parts=parts)
            if closed != self.state.closed - {Closed.STAFF, Closed.DISK}:
                self.put(OpenChanged(closed))
            self.put(Tick())
            await asyncio.sleep(TICK_S)

    async def _tell_state(self) -> None:
        """Tell the gateway how the lane is, where that has changed."""
        said = lane_state(self.state, self._parts.health.parts)
        if said == self._told or self._starting:
            return
        try:
            await asyncio.to_thread(self._journal.tell, "lane.state", said)
            self._told = said
        except sqlite3.Error as error:
            log.warning("%s: the disk refuses: %s. The lane sells nothing until the staff opens it.",
                        self.config.device, error)  # fmt: skip
            self.put(OpenChanged(frozenset({Closed.DISK})))


async def _supervised(work: Callable[[], Awaitable[None]]) -> None:
    """Run a part of the lane for ever; one that breaks off is named and begun again."""
    while True:
        try:
            await work()
        except DeviceError as error:
            log.warning("%s %s", error, error.what_now)
        except Exception:  # the one boundary: a lane whose part died in silence would look alive
            log.exception("%s broke off; it begins again in %.0f s. Report this.", work.__name__, RESTART_S)
        else:
            return
        await asyncio.sleep(RESTART_S)
