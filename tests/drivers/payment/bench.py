"""A till with a real driver, real storage and real lines, for the tests beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from drivers.base import Payment, PaymentOutcome
from drivers.payment import PaymentTerminals
from simulators.payment import Bank, Fault, Habits, NexoServer, NexoTerminal, ZvtPort, ZvtServer, ZvtTerminal
from simulators.payment.nexo_words import Wire

QUICK = {"answer_seconds": 0.4, "reply_seconds": 0.25, "settle_seconds": 0.2, "tries": 12}
"""For terminals with faults: silence is soon noticed."""
PATIENT = {"answer_seconds": 20.0, "reply_seconds": 10.0, "settle_seconds": 0.2}
"""For terminals without: a busy machine is no fault."""
TERMINAL = "term-1"


class Unheard:
    """A sink for a driver that reports nothing by itself."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the payment driver said {name}")


@asynccontextmanager
async def driver_for(folder: Path, options: dict[str, Any], *, quick: bool = False) -> AsyncIterator[PaymentTerminals]:
    """A started driver with one terminal; its payments are kept in `folder`."""
    times = QUICK if quick else PATIENT
    driver = PaymentTerminals({"storage": folder / "payments.db", "terminals": {TERMINAL: options}, **times})
    await driver.start(Unheard())
    try:
        yield driver
    finally:
        await driver.stop()


@asynccontextmanager
async def zvt_over_tcp(
    faults: list[Fault] | None = None, **habits: Any
) -> AsyncIterator[tuple[ZvtTerminal, dict[str, Any]]]:
    """A ZVT terminal on a TCP port, and the driver's options for it."""
    terminal = ZvtTerminal(Bank(), Habits(**{"card_ms": 30, "ack_ms": 150, **habits}), list(faults or []))
    async with ZvtServer(terminal) as server:
        yield terminal, {"protocol": "zvt", "address": server.address}


@asynccontextmanager
async def zvt_over_serial(
    faults: list[Fault] | None = None, *, spoil_blocks: int = 0, **habits: Any
) -> AsyncIterator[tuple[ZvtTerminal, dict[str, Any]]]:
    """A ZVT terminal at the end of a pseudo-terminal."""
    wanted = Habits(**{"card_ms": 30, "ack_ms": 150, "serial": True, **habits})
    terminal = ZvtTerminal(Bank(), wanted, list(faults or []))
    async with ZvtPort(terminal) as port:
        port.spoil_blocks = spoil_blocks
        yield terminal, {"protocol": "zvt", "address": port.address}


@asynccontextmanager
async def nexo_over_https(
    folder: Path, faults: list[Fault] | None = None, *, encoding: str = "json", passphrase: str | None = None
) -> AsyncIterator[tuple[NexoTerminal, dict[str, Any]]]:
    """A nexo terminal behind TLS."""
    terminal = NexoTerminal(Bank(), 30, list(faults or []))
    async with NexoServer(terminal, folder, Wire(encoding, passphrase)) as server:
        options: dict[str, Any] = {
            "protocol": "nexo",
            "url": server.url,
            "sale_id": "till-1",
            "poi_id": "P400-1",
            "ca": server.certificate,
            "certificate_name": server.name,
            "encoding": encoding,
        }
        if passphrase is not None:
            options["key"] = {"identifier": "k", "version": 1, "passphrase": passphrase}
        yield terminal, options


async def pay(driver: PaymentTerminals, payment: str, minor: int = 1250) -> Payment:
    """Pay, and ask again as a person would while it is unknown."""
    paid = await driver.authorise(TERMINAL, payment, minor, "EUR")
    for _ in range(6):
        if paid.outcome is not PaymentOutcome.UNKNOWN:
            break
        paid = await driver.resolve(TERMINAL, payment)
    return paid
