"""`aisle sim …`: single simulated devices, for whoever works on one part of the shop."""

import asyncio
import random
import secrets
import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from simulators.ble.label import label_specs
from simulators.ble.radio import Radio
from simulators.ble.screen import to_png
from simulators.camera.clip import make_clip
from simulators.serial import (
    CasIndicator,
    CasScale,
    DialogScale,
    Machine,
    NciScale,
    Pan,
    Printer,
    Scanner,
    ScannerScale,
    TerminalPeer,
    ToledoScale,
)
from simulators.snmp import Agent, Switch, Ups, User
from simulators.till.basket import NotForSaleError
from simulators.till.config import TillConfig
from simulators.till.till import Till

sim = typer.Typer(
    no_args_is_help=True, help="Simulated devices: labels, a till, a scale, a film for a camera, network gear."
)
out = Console()


@sim.command()
def labels(
    count: Annotated[int, typer.Option(min=1, max=100)] = 24,
    port: Annotated[int, typer.Option(help="Where the gateway reaches the adapter")] = 9001,
    pictures: Annotated[Path | None, typer.Option(help="Write what each label shows into this folder")] = None,
) -> None:
    """Put labels on the air, behind a Bluetooth adapter that a gateway reaches over TCP."""
    asyncio.run(_labels(count, port, pictures))


async def _labels(count: int, port: int, pictures: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Radio(label_specs(count), port=port) as radio:
        out.print(
            f"{count} labels on the air. The gateway's file says:", f'\\[drivers.ble] backend = "{radio.backend}"'
        )
        while not stop.is_set():
            if pictures is not None:
                pictures.mkdir(parents=True, exist_ok=True)
                for label in radio.labels.values():
                    if label.pixels is not None:
                        name = label.address.replace(":", "").lower()
                        (pictures / f"{name}.png").write_bytes(to_png(label.pixels, label.inks))
            try:
                async with asyncio.timeout(1):
                    await stop.wait()
            except TimeoutError:
                continue


@sim.command()
def network(
    count: Annotated[int, typer.Option(min=1, max=100)] = 4,
    ports: Annotated[int, typer.Option(min=1, max=48, help="Of each switch")] = 12,
) -> None:
    """A power supply and switches that answer SNMP on loopback."""
    asyncio.run(_network(count, ports))


async def _network(count: int, ports: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    auth, priv = secrets.token_hex(8), secrets.token_hex(8)
    user = User("aisle", auth, priv)
    agents = [Agent(Ups("ups-1"), user), *(Agent(Switch(f"switch-{n}", ports), user) for n in range(1, count))]
    login = f'{{ user = "aisle", auth_password = "{auth}", priv_password = "{priv}" }}'
    out.print(f"{count} agents. The gateway's file says:")
    out.print('\\[drivers.snmp]\nallow_special = ["127.0.0.0/8"]')
    for agent in agents:
        host, udp = await agent.start()
        out.print(f"\\[drivers.snmp.devices.{agent.gear.name}]", soft_wrap=True)
        out.print(f'address = "{host}"\nport = {udp}\nlogin = {login}', soft_wrap=True)
    await stop.wait()
    for agent in agents:
        agent.stop()


@sim.command()
def till(
    device: Annotated[str, typer.Argument(help="The till's id")],
    store: Annotated[str, typer.Option(help="The store's id")],
    password: Annotated[str, typer.Option(envvar="AISLE_TILL_PASSWORD", help="As the console showed it once")],
    host: str = "127.0.0.1",
    port: int = 1883,
    journal: Path = Path("till.db"),
    sales: Annotated[int, typer.Option(help="How many baskets to sell", min=0)] = 10,
    batch: Annotated[str, typer.Option(help="The batch that every code names; none unless set")] = "",
) -> None:
    """Connect a till, let it take prices, sell something at random, and wait until all of it is receipted."""
    machine = Till(TillConfig(store, device, host, port, password, journal))
    source = random.Random()  # noqa: S311  shoppers, no secret
    machine.start()
    try:
        asyncio.run(_sell(machine, sales, source, batch))
    finally:
        machine.stop()


async def _sell(machine: Till, sales: int, source: random.Random, batch: str) -> None:
    while not machine.prices():
        out.print("waiting for prices …")
        await asyncio.sleep(1)
    for _ in range(sales):
        items = [(price.item, 1, batch) for price in source.sample(machine.prices(), k=min(3, len(machine.prices())))]
        try:
            sale = await asyncio.to_thread(machine.sell, items)
        except NotForSaleError as error:
            out.print(f"[yellow]{error}[/yellow]")
            continue
        out.print(f"{sale.receipt}: {len(sale.lines)} items, {sale.total_minor} {sale.currency} (minor units)")
        await asyncio.sleep(0.5)
    while machine.backlog:
        await asyncio.sleep(0.2)
    out.print("[green]every sale is receipted[/green]")


class SerialKind(StrEnum):
    """What can hang on a simulated serial line."""

    MT8217 = "mt8217"
    CAS_01 = "cas-pd2-01"
    CAS_6 = "cas-pd2-6"
    CAS_STREAM = "cas-stream"
    DIALOG06 = "dialog06"
    DATALOGIC = "datalogic"
    NCI = "nci"
    SCANNER = "scanner"
    ESCPOS = "escpos"


def _machine(kind: SerialKind, pan: Pan) -> Machine:
    match kind:
        case SerialKind.MT8217:
            return ToledoScale(pan)
        case SerialKind.CAS_01 | SerialKind.CAS_6:
            return CasScale(pan, "6" if kind is SerialKind.CAS_6 else "0/1")
        case SerialKind.CAS_STREAM:
            return CasIndicator(pan)
        case SerialKind.DIALOG06:
            return DialogScale(pan)
        case SerialKind.DATALOGIC:
            return ScannerScale(pan)
        case SerialKind.NCI:
            return NciScale(pan)
        case SerialKind.SCANNER:
            return Scanner()
        case SerialKind.ESCPOS:
            return Printer()


@sim.command()
def serial(
    kind: Annotated[SerialKind, typer.Argument(help="Which device")],
    link: Annotated[Path, typer.Option(help="Name of the pseudo-terminal; must not be there yet")] = Path("aisle-port"),
    grams: Annotated[int, typer.Option(min=0, help="What lies on a scale")] = 500,
    scan: Annotated[str, typer.Option(help="What a scanner reads, every three seconds")] = "4006381333931",
) -> None:
    """Hang a scale, a scanner or a printer on a pseudo-terminal, until Ctrl-C."""
    asyncio.run(_serial(kind, link.absolute(), grams, scan))


async def _serial(kind: SerialKind, link: Path, grams: int, scan: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    pan = Pan()
    machine = _machine(kind, pan)
    with TerminalPeer(machine, link) as peer:
        pan.put(grams)
        out.print(f"{kind} on {peer.address}. Try: aisle serial probe {peer.address}")
        while not stop.is_set():
            if isinstance(machine, Scanner):
                machine.scan(scan)
            if isinstance(machine, Printer) and machine.receipts:
                out.print(machine.receipts.pop(0).text, markup=False)
            try:
                async with asyncio.timeout(3):
                    await stop.wait()
            except TimeoutError:
                continue


@sim.command()
def film(
    file: Annotated[Path, typer.Argument(help="An .avi to write")],
    seconds: Annotated[float, typer.Option(min=5, max=3600)] = 60,
    seed: int = 1,
) -> None:
    """Make a film of people at a shop's door, and its truth as JSON beside it."""
    truth = make_clip(file, seconds, seed)
    out.print(f"{file}: {truth.entered} come in, {truth.left} go out")
