"""Setting the stage: head office, the line, a gateway that is enrolled, and a shop that is open."""

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulators.demo.clients import Box, Office
from simulators.demo.cold import Fridge, open_fridge
from simulators.demo.gateway_file import write_config
from simulators.demo.goods import write_list
from simulators.demo.judge import OfficeRecord, labels_right, read_office
from simulators.demo.lanes import Account, open_lane
from simulators.demo.line import Line
from simulators.demo.net import Wires, open_wires
from simulators.demo.ports import usual_port
from simulators.demo.processes import NotStarted, Process
from simulators.demo.setting import DEMO, TIERS, Setting
from simulators.demo.shop import Shop, device_of, open_shop

DOUBLES = 2
"""Labels that show an item which has another label already: an end-cap beside the shelf."""
OPERATOR = "office"
MANAGER = "manager"
SHELVES = ("A", "B", "C", "D")


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
    office_process, office, ports = await _start_office(stack, folder, password, setting)
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
    config = write_config(folder, store, line, shop, ca_file, replace(setting, more=more))
    await _enrol(folder, line, code, office, store, ca_file)
    gateway, box, broker = await _start_gateway(stack, folder, config, password)

    stage = Stage(store, folder, office, box, office_process, gateway, line, shop, password, {}, fridge, wires)
    stack.push_async_callback(lambda: stage.office.close())
    stack.push_async_callback(lambda: stage.box.close())
    await _open_tills(stack, stage, setting, broker, say)

    say("Head office pushes the price list")
    if prices is None:
        prices = folder / "prices.csv"
        write_list(prices, setting.items, seed)
    await office.push_file(store, prices)
    if setting.lanes:
        await office.order(store, {"kind": "discounts", "rules": TIERS})
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


async def _start_office(
    stack: AsyncExitStack, folder: Path, password: str, setting: Setting
) -> tuple[Process, Office, dict[str, Any]]:
    """Head office with its first operator, and the addresses that it says it listens at."""
    process = Process(
        "head office",
        ["hq", "run", "--data", str(folder / "hq"), "--tls", "auto", "--listen", "127.0.0.1:0",
         "--console", f"127.0.0.1:{usual_port(8090, setting.usual_ports)}"],
        folder / "hq.log", folder / "hq" / "ports.json",
    )  # fmt: skip
    stack.push_async_callback(process.stop)
    ports = await process.start()
    office = Office(ports["console_url"])
    stack.push_async_callback(office.close)
    await office.set_up(OPERATOR, password)
    return process, office, ports


async def _start_gateway(
    stack: AsyncExitStack, folder: Path, config: Path, password: str
) -> tuple[Process, Box, tuple[str, int]]:
    """The gateway with its first manager, and where its broker is."""
    process = Process(
        "gateway", ["gateway", "run", str(config)], folder / "gateway.log", folder / "gateway" / "ports.json"
    )
    stack.push_async_callback(process.stop)
    facts = await process.start()
    box = Box(f"http://127.0.0.1:{facts['console']}")
    await box.set_up(MANAGER, password)
    host, port = facts["mqtt"]
    return process, box, (host, port)


async def _open_tills(
    stack: AsyncExitStack, stage: Stage, setting: Setting, broker: tuple[str, int], say: Callable[[str], None]
) -> None:
    say("Tills come into service")
    for number in range(1, setting.tills + 1):
        till = f"till-{number}"
        password = await stage.box.enrol_till(till, f"Self-checkout {number}")
        await stage.shop.open_till(stage.store, till, *broker, password, stage.folder)
    if setting.lanes:
        say("Lanes come into service, with scanner, scale, printer and terminal")
        await asyncio.gather(*(_open_lane(stack, stage, f"lane-{n}", *broker) for n in range(1, setting.lanes + 1)))


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


def _listening(ports: dict[str, Any]) -> int:
    """The port on which head office listens for stores."""
    return int(ports["listen_url"].rsplit(":", 1)[1])


def _rows(folder: Path, store: str) -> dict[str, dict[str, Any]]:
    with closing(sqlite3.connect(f"file:{folder / 'hq' / 'hq.sqlite'}?mode=ro", uri=True, timeout=10)) as sql:
        found = sql.execute("SELECT item, row FROM price_list WHERE store = ? ORDER BY item", (store,)).fetchall()
    return {item: json.loads(row) for item, row in found}
