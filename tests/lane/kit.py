"""A lane at work: the real drivers and the real broker, simulated devices at the end of every line."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cloud_sync.contract.item import check_digit, internal_item
from drivers.base import Message, PriceRow
from drivers.mqtt.broker import find_mosquitto
from edge.lane.config import LaneConfig
from edge.lane.events import StaffDid
from edge.lane.journal import Journal
from edge.lane.parts import open_peripherals
from edge.lane.run import Clocks, LaneRun
from edge.lane.state import (
    Closed,
    Deed,
    Phase,
)
from simulators.payment import Bank, Fault, Habits, ZvtServer, ZvtTerminal
from simulators.serial import Pan, Printer, Scanner, TerminalPeer, ToledoScale
from tests.drivers.mqtt.kit import Gateway, Shop, eventually, open_shop

MILK, WINE, APPLES = "03850334043641", "03850334018236", internal_item("12345")
TEA = "04006381333931"
PRICES = (
    PriceRow(MILK, 1, "Milk 1 l", 129, "EUR", "each"),
    PriceRow(WINE, 1, "Red wine", 899, "EUR", "each"),
    PriceRow(APPLES, 1, "Apples", 249, "EUR", "kg"),
    PriceRow(TEA, 1, "Tea", 310, "EUR", "each"),
)
BADGE = "STAFF-mara-1234567890"
DEVICE = "till-1"
BROKER = "mosquitto" if find_mosquitto() else "amqtt"


def packet(flag: str, amount: int, plu: str = "12345") -> str:
    """A packet's number of 13 digits as Chinese shops print it: flag, item, weight or price, check digit."""
    body = f"{flag}{plu}{amount:05}"
    return body + check_digit(body)


class Office(Gateway):
    """The gateway of ten lines, which also grants leases."""

    grants = True
    lease_ms = 60_000

    def asked(self, device: str, n: int) -> None:
        super().asked(device, n)
        if self.grants and self.driver is not None:
            asyncio.run_coroutine_threadsafe(self.driver.send_lease(device, n, self.lease_ms), self.loop)

    def of(self, kind: str) -> list[Message]:
        return [message for message in self.kept if message.kind == kind]

    def bodies(self, kind: str) -> list[Mapping[str, Any]]:
        return [message.body for message in self.of(kind)]


@dataclass
class Rig:
    """Everything around one lane. `folder` outlives it."""

    folder: Path
    office: Office
    shop: Shop
    scanner: Scanner
    pan: Pan
    printer: Printer
    terminal: ZvtTerminal
    terminal_line: ZvtServer
    peers: dict[str, TerminalPeer]
    settings: dict[str, Any]
    lane: LaneRun = field(init=False)
    journal: Journal = field(init=False)

    @property
    def bank(self) -> Bank:
        return self.terminal.bank

    def scan(self, text: str, symbology: str = "E0") -> None:
        self.scanner.scan(text, symbology)

    async def until(self, what: str, holds: Any, within: float = 20.0) -> None:
        await eventually(holds, lambda: f"{what}; the lane is {self.lane.state}", within)

    async def shop_until(self, what: str, holds: Any, within: float = 30.0) -> None:
        """As `until`, where the lane is another process."""
        await eventually(holds, what, within)

    async def phase(self, phase: Phase) -> None:
        await self.until(f"phase {phase}", lambda: self.lane.state.phase is phase)

    async def lines(self, count: int) -> None:
        await self.until(f"{count} lines", lambda: len(self.lane.state.basket.lines) == count)

    async def buy(self, *codes: str) -> None:
        """Scan each and wait for it."""
        for number, code in enumerate(codes, len(self.lane.state.basket.lines) + 1):
            self.scan(code)
            await self.lines(number)

    async def pay(self) -> None:
        """Pay, and wait for the receipt."""
        before = len(self.printer.receipts)
        await self.lane.press_pay()
        await self.until("a receipt", lambda: len(self.printer.receipts) > before)
        await self.phase(Phase.FREE)

    async def staff(self, deed: Deed, **more: Any) -> None:
        """A badge, and what the staff decides."""
        self.scan(BADGE, "C0")
        await self.until("the badge", lambda: self.lane.state.staff == "Mara")
        self.lane.put(StaffDid(deed, **more))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LaneRun]:
        """The lane itself, from its start to its end."""
        self.journal = Journal(self.folder / "lane.db", Clocks().wall)
        config = LaneConfig.model_validate(self.settings)
        self.lane = LaneRun(config, open_peripherals(config), self.journal, Clocks())
        stop = asyncio.Event()
        task = asyncio.create_task(self.lane.run(stop))
        try:
            yield self.lane
        finally:
            stop.set()
            await task
            self.journal.close()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[LaneRun]:
        """The lane, open for shoppers."""
        async with self.running() as lane:
            await self.until("the lane opens", lambda: not lane.state.closed)
            await self.until(
                "it sees its empty scale", lambda: lane.state.pan.reading is not None or lane.config.parts.scale is None
            )
            await self.priced()
            yield lane

    async def priced(self, *rows: PriceRow) -> None:
        """Send these prices, or all, until the lane has them."""
        for row in rows or PRICES:
            await self.shop.driver.send_prices(DEVICE, [row])
            await self.until("the price", lambda row=row: (self.journal.price(row.item)[0] or row) == row)
        await self.until("all prices", lambda: self.journal.prices() == len(PRICES))


@asynccontextmanager
async def rig(
    folder: Path, faults: list[Fault] | None = None, *, office: Office | None = None, **more: Any
) -> AsyncIterator[Rig]:
    """The lane's surroundings; begin the lane by `open`."""
    office = office or Office()
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(open_shop(BROKER, folder, office))
        pan, scanner, printer = Pan(), Scanner(), Printer()
        machines = {"scanner": scanner, "scale": ToledoScale(pan), "printer": printer}
        peers = {
            name: stack.enter_context(TerminalPeer(machine, folder / name))  # type: ignore[arg-type]
            for name, machine in machines.items()
        }
        habits = Habits(card_ms=30, ack_ms=500)
        terminal = ZvtTerminal(Bank(), habits, list(faults or []))
        server = await stack.enter_async_context(ZvtServer(terminal))
        (folder / "password").write_text(shop.passwords[DEVICE])
        host, port = shop.address
        settings = _settings(folder, host, port, peers, server.address) | more
        made = Rig(folder, office, shop, scanner, pan, printer, terminal, server, peers, settings)
        yield made


def _settings(folder: Path, host: str, port: int, peers: dict[str, TerminalPeer], terminal: str) -> dict[str, Any]:
    quick = {"check_ms": 100}
    patient = quick | {"answer_ms": 1000}  # a busy machine leaves a printer without an answer for a third of a second
    return {
        "store": "0204",
        "device": DEVICE,
        "name": "Lane 1",
        "shop": "Corner shop",
        "data": folder,
        "gateway": {"host": host, "port": port, "password_file": folder / "password"},
        "parts": {"scanner": "scanner", "scale": "scale", "printer": "printer", "terminal": "term-1"},
        "codes": {"country": "cn"},
        "staff": [{"name": "Mara", "badge": sha256(BADGE.encode()).hexdigest()}],
        "rules": [{"items": [WINE], "age": 18}],
        "drivers": {
            "serial": {
                "devices": {
                    "scanner": {"family": "scanner", "port": peers["scanner"].address, "repeat_ms": 0, **quick},
                    "scale": {"family": "mt8217", "port": peers["scale"].address, **quick},
                    "printer": {"family": "escpos", "port": peers["printer"].address, "print_ms": 1500, **patient},
                }
            },
            "payment": {
                "terminals": {"term-1": {"protocol": "zvt", "address": terminal}},
                "answer_seconds": 5.0, "reply_seconds": 2.0, "settle_seconds": 0.2, "tries": 6,
            },
        },
    }  # fmt: skip


__all__ = ["APPLES", "BADGE", "DEVICE", "MILK", "PRICES", "TEA", "WINE", "Closed", "Office", "Rig", "rig"]
