"""Self-checkout lanes of the demo: each a process of its own, with simulated peripherals at the end of every line."""

import json
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from simulators.demo.paper import Bought, Paper
from simulators.demo.processes import Process
from simulators.payment import Bank, Habits, ZvtServer, ZvtTerminal
from simulators.serial import Pan, Printer, Scanner, TerminalPeer, ToledoScale
from simulators.till.basket import Sale, SaleLine

CARD_MS = 700
"""How long a shopper takes to hold a card to the terminal."""


@dataclass
class Lane:
    """One lane. `bought`: what shoppers paid for here, as they remember it and as their receipts say."""

    device: str
    scanner: Scanner
    pan: Pan
    printer: Printer
    bank: Bank
    process: Process
    screen: httpx.AsyncClient
    """What the shopper's finger does."""
    bought: list[Bought] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    """What kept shoppers from buying, in words."""
    weighed: int = 0

    @property
    def sales(self) -> list[Sale]:
        """What it sold, as its shoppers' receipts say. The version is not on the paper."""
        return [
            Sale(0, number, visit.at, visit.paper.receipt, "EUR", _lines(visit, visit.paper), visit.paper.total_minor)
            for number, visit in enumerate(self.bought, 1)
            if visit.paper is not None
        ]


@dataclass(frozen=True, slots=True)
class Account:
    """Where a lane finds the store's broker, and its password there."""

    store: str
    host: str
    port: int
    password: str


async def open_lane(stack: AsyncExitStack, device: str, account: Account, folder: Path) -> Lane:
    """Plug everything in and start the lane. Raises NotStarted."""
    home = folder / device
    home.mkdir()
    scanner, pan, printer, bank = Scanner(), Pan(), Printer(), Bank()
    machines = {"scanner": scanner, "scale": ToledoScale(pan), "printer": printer}
    ports = {
        name: stack.enter_context(TerminalPeer(machine, home / name)).address  # type: ignore[arg-type]
        for name, machine in machines.items()
    }
    terminal = await stack.enter_async_context(ZvtServer(ZvtTerminal(bank, Habits(card_ms=CARD_MS))))
    (home / "password").touch(mode=0o600)
    (home / "password").write_text(account.password)
    config = home / "lane.toml"
    config.write_text(_config(device, account, ports, terminal.address))
    process = Process(device, ["lane", "run", str(config)], folder / f"{device}.log", home / "data" / "ports.json")
    stack.push_async_callback(process.stop)
    facts = await process.start()
    screen = await stack.enter_async_context(
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{facts['screen']}", timeout=20, trust_env=False)
    )
    return Lane(device, scanner, pan, printer, bank, process, screen)


def _lines(visit: Bought, paper: Paper) -> tuple[SaleLine, ...]:
    return tuple(
        SaleLine(item, 0, line.minor, line.quantity, line.total_minor, line.per)
        for item, line in zip(visit.items, paper.lines, strict=False)
    )


def _config(device: str, account: Account, ports: dict[str, str], terminal: str) -> str:
    name = f"Lane {device.rsplit('-', 1)[1]}"
    return f"""
store = "{account.store}"
device = "{device}"
name = "{name}"
shop = {json.dumps(f"Shop {account.store}")}
data = "data"

[gateway]
host = "{account.host}"
port = {account.port}
password_file = "password"

[parts]
scanner = "scanner"
scale = "scale"
printer = "printer"
terminal = "terminal"

[screen]
port = 0

[drivers.serial.devices.scanner]
family = "scanner"
port = "{ports["scanner"]}"
identifiers = true
repeat_ms = 0

[drivers.serial.devices.scale]
family = "mt8217"
port = "{ports["scale"]}"

[drivers.serial.devices.printer]
family = "escpos"
port = "{ports["printer"]}"
chinese = true

[drivers.payment.terminals.terminal]
protocol = "zvt"
address = "{terminal}"
"""
