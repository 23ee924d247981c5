"""Setting the stage: head office, the line, a gateway that is enrolled, and a shop that is open."""

import asyncio
import json
import random
import secrets
import socket
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulators.camera.clip import ClipTruth
from simulators.demo.clients import Box, Office
from simulators.demo.cold import Fridge, open_fridge
from simulators.demo.goods import write_list
from simulators.demo.judge import OfficeRecord, labels_right, read_office
from simulators.demo.lanes import Account, open_lane
from simulators.demo.line import Line
from simulators.demo.net import Wires, open_wires
from simulators.demo.processes import NotStarted, Process
from simulators.demo.shop import Shop, device_of, open_shop

GRACE_SECONDS = 4
"""A real shop gives its shoppers half an hour; two minutes of demo have no room for that."""
LEASE_SECONDS = 30
DOUBLES = 2
"""Labels that show an item which has another label already: an end-cap beside the shelf."""
OPERATOR = "office"
MANAGER = "manager"
SHELVES = ("A", "B", "C", "D")
PORTS = range(20_000, 30_000)
"""Where free ports are looked for: below the range from which the system gives ports to outgoing connections, so
that nobody takes the port of a process that is down for a moment."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the shop is like."""

    labels: int = 24
    tills: int = 3
    items: int = 240
    """Of the price list that is made up where none is given."""
    usual_ports: bool = True
    """The consoles take ports that people know, where those are free."""
    broker: str = "auto"
    grace_seconds: int = GRACE_SECONDS
    poll_seconds: float = 0.5
    """How often a label is on the air."""
    more: str = ""
    """Appended to the gateway's configuration."""
    equipment: bool = False
    """A fridge with a thermometer, and a switch that the last till hangs on."""
    lanes: int = 0
    """Self-checkout lanes with all their peripherals, each a process of its own."""


DEMO = Setting(equipment=True, lanes=2)


@dataclass
class Stage:
    """Everything that runs, and where to find it."""

    store: str
    folder: Path
    office: Office
    box: Box
    office_process: Process
    gateway: Process
    line: Line
    shop: Shop
    password: str
    rows: dict[str, dict[str, Any]]
    """Item → the row that head office pushed last."""
    fridge: Fridge | None = None
    wires: Wires | None = None

    def record(self) -> OfficeRecord:
        """What head office holds now."""
        return read_office(self.database, self.store)

    @property
    def database(self) -> Path:
        """Head office's own."""
        return self.folder / "hq" / "hq.sqlite"

    async def restart_office(self) -> None:
        """Start head office again on what it had on disk."""
        ports = await self.office_process.start()
        self.line.to_port = _listening(ports)
        await self.office.close()
        self.office = Office(ports["console_url"])
        await self.office.sign_in(OPERATOR, self.password)

    async def restart_gateway(self) -> None:
        """Start the gateway again on what it had on disk."""
        ports = await self.gateway.start()
        await self.box.close()
        self.box = Box(f"http://127.0.0.1:{ports['console']}")
        await self.box.sign_in(MANAGER, self.password)


async def set_stage(
    stack: AsyncExitStack,
    folder: Path,
    prices: Path | None,
    store: str,
    film_seconds: float,
    seed: int,
    say: Callable[[str], None],
    setting: Setting = DEMO,
) -> Stage:
    """Start everything and wait until the price list is in force; with `film_seconds` 0, without a camera.

    Raises NotStarted or ApiError with the reason.
    """
    password = secrets.token_urlsafe(12)
    say("Head office starts")
    office_process = Process(
        "head office",
        ["hq", "run", "--data", str(folder / "hq"), "--tls", "auto", "--listen", "127.0.0.1:0",
         "--console", f"127.0.0.1:{_port(8090, setting.usual_ports)}"],
        folder / "hq.log", folder / "hq" / "ports.json",
    )  # fmt: skip
    stack.push_async_callback(office_process.stop)
    ports = await office_process.start()
    office = Office(ports["console_url"])
    stack.push_async_callback(office.close)
    await office.set_up(OPERATOR, password)
    line = Line(_listening(ports))
    await line.start()
    stack.push_async_callback(line.stop)

    say("Labels come on the air" + (", the camera's film is made" if film_seconds else ""))
    shop = await open_shop(stack, setting.labels, setting.poll_seconds, film_seconds, folder, seed)

    fridge = await open_fridge(stack) if setting.equipment else None
    wires = await open_wires(stack, f"till-{setting.tills}") if setting.equipment else None
    more = setting.more + "".join(one.config for one in (fridge, wires) if one is not None)

    say("The gateway is enrolled at head office")
    ca_file = Path(ports["ca"]) if ports.get("ca") else None
    code = await office.add_store(store, f"Shop {store}", "EUR", "Europe/Zagreb")
    config = _write_config(folder, store, line, shop, ca_file, replace(setting, more=more))
    await _enrol(folder, line, code, office, store, ca_file)
    gateway = Process(
        "gateway", ["gateway", "run", str(config)], folder / "gateway.log", folder / "gateway" / "ports.json"
    )
    stack.push_async_callback(gateway.stop)
    facts = await gateway.start()
    box = Box(f"http://127.0.0.1:{facts['console']}")
    await box.set_up(MANAGER, password)

    stage = Stage(store, folder, office, box, office_process, gateway, line, shop, password, {}, fridge, wires)
    stack.push_async_callback(lambda: stage.office.close())
    stack.push_async_callback(lambda: stage.box.close())

    say("Tills come into service")
    host, port = facts["mqtt"]
    for number in range(1, setting.tills + 1):
        till = f"till-{number}"
        await shop.open_till(store, till, host, port, await box.enrol_till(till, f"Self-checkout {number}"), folder)

    if setting.lanes:
        say("Lanes come into service, with scanner, scale, printer and terminal")
        await asyncio.gather(*(_open_lane(stack, stage, f"lane-{n}", host, port) for n in range(1, setting.lanes + 1)))

    say("Head office pushes the price list")
    if prices is None:
        prices = folder / "prices.csv"
        write_list(prices, setting.items, seed)
    await office.push_file(store, prices)
    stage.rows = _rows(folder, store)
    await _bind_labels(stage)
    say("Prices land: every till, every label")
    await settled(stage, 180)
    return stage


async def settled(stage: Stage, within_seconds: float) -> bool:
    """Wait until every change has an outcome and every living label is right."""
    try:
        async with asyncio.timeout(within_seconds):
            while True:
                record = await asyncio.to_thread(stage.record)
                if not record.outcomes["pending"]:
                    right = await asyncio.to_thread(labels_right, stage.shop, record)
                    if set(right) >= set(stage.shop.bindings) - stage.shop.dead:
                        return True
                if not stage.gateway.running:
                    raise NotStarted(f"the gateway ended: {stage.gateway.last_words()}")
                await asyncio.sleep(0.5)
    except TimeoutError:
        return False


async def _open_lane(stack: AsyncExitStack, stage: Stage, lane: str, host: str, port: int) -> None:
    account = Account(stage.store, host, port, await stage.box.enrol_till(lane, f"Lane {lane[-1]}"))
    stage.shop.lanes[lane] = await open_lane(stack, lane, account, stage.folder)


async def _bind_labels(stage: Stage) -> None:
    """Bind labels to items spread over the whole list; two items have a second label."""
    items = list(stage.rows)
    singles = len(stage.shop.radio.labels) - DOUBLES
    step = max(1, len(items) // singles)
    chosen = items[: step * singles : step]
    chosen += chosen[:DOUBLES]
    bindings = []
    for number, (address, item) in enumerate(zip(stage.shop.radio.labels, chosen, strict=False)):
        device = device_of(address)
        stage.shop.bindings[device] = item
        place = f"{SHELVES[number // 6 % len(SHELVES)]}{number // 6 + 1}-{number % 6 + 1}"
        bindings.append({"label": device, "item": item, "place": place})
    await stage.box.bind(bindings)


async def _enrol(folder: Path, line: Line, code: str, office: Office, store: str, ca_file: Path | None) -> None:
    """A technician types the code; a person at head office compares the fingerprint and approves."""
    arguments = [
        "enrol",
        "store",
        "--code",
        code,
        "--hq",
        f"https://127.0.0.1:{line.port}",
        "--data",
        str(folder / "gateway"),
    ]
    if ca_file is not None:
        arguments += ["--ca-file", str(ca_file)]
    technician = Process("enrolment", [*arguments, "--pause", "0.3"], folder / "enrol.log", folder / "none")
    await asyncio.gather(technician.finish(), office.approve_when_asked(store))


def _write_config(folder: Path, store: str, line: Line, shop: Shop, ca_file: Path | None, setting: Setting) -> Path:
    config = folder / "gateway.toml"
    trust = f'ca_file = "{ca_file}"\n' if ca_file else ""
    config.write_text(f"""
data = "gateway"

[shop]
id = "{store}"
name = "Shop {store}"
currency = "EUR"
locale = "hr"

[console]
port = {_port(8080, setting.usual_ports)}

[hq]
url = "https://127.0.0.1:{line.port}"
poll_seconds = 5
{trust}
[prices]
held_after_seconds = 8
grace_seconds = {setting.grace_seconds}
lease_seconds = {LEASE_SECONDS}

[labels]
at_once = 6
silent_after_seconds = 10

[drivers.mqtt]
broker = "{setting.broker}"
port = {_free_port()}

[drivers.ble]
backend = "{shop.radio.backend}"
{"" if shop.film is None else camera("door", shop.film)}
{setting.more}
""")
    return config


def camera(name: str, film: ClipTruth, also: str = "") -> str:
    """A camera that sees this film, as a part of the gateway's configuration; `also`: more lines of it."""
    (x1, y1), (x2, y2) = film.line
    return f"""
[[cameras]]
id = "{name}"
address = "{film.path}"
line = [[{x1}, {y1}], [{x2}, {y2}]]
{also}
"""


def _listening(ports: dict[str, Any]) -> int:
    """The port on which head office listens for stores."""
    return int(ports["listen_url"].rsplit(":", 1)[1])


def _rows(folder: Path, store: str) -> dict[str, dict[str, Any]]:
    with closing(sqlite3.connect(f"file:{folder / 'hq' / 'hq.sqlite'}?mode=ro", uri=True, timeout=10)) as sql:
        found = sql.execute("SELECT item, row FROM price_list WHERE store = ? ORDER BY item", (store,)).fetchall()
    return {item: json.loads(row) for item, row in found}


def _free_port() -> int:
    while True:
        port = random.choice(PORTS)  # noqa: S311  no secret
        if _is_free(port):
            return port


def _port(wanted: int, usual: bool) -> int:
    """The wanted port if nobody has it, else any free one."""
    return wanted if usual and _is_free(wanted) else _free_port()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
