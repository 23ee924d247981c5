"""A lane's peripherals: the drivers behind them, and how each of them is."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeGuard

from drivers.base import (
    CouponAsk,
    Driver,
    Message,
    Paper,
    Payment,
    PaymentDriver,
    PrinterDriver,
    PrinterStatus,
    Printout,
    Reading,
    Receipt,
    ScaleDriver,
    Scan,
    ScannerDriver,
    Sighting,
    Survey,
    load_driver,
)
from drivers.errors import DeviceError, Refused, Unreachable
from edge.lane.config import LaneConfig, LaneConfigError
from edge.lane.told import Part

log = logging.getLogger(__name__)


class Health:
    """A sink that notes how each peripheral is. Any thread."""

    def __init__(self, roles: dict[str, str]) -> None:
        """`roles`: device → what it is to the lane."""
        self._roles = roles
        self.parts: dict[str, Part] = {role: Part("unknown") for role in roles.values()}

    def note(self, role: str, state: str, why: str = "") -> None:
        """It was seen to be so."""
        if self.parts[role] != Part(state, why):
            level = logging.INFO if state in ("ready", "low", "unknown") else logging.WARNING
            log.log(level, "%s: %s %s", role, state, why)
            self.parts[role] = Part(state, why)

    def seen(self, sighting: Sighting) -> None:
        """It is here. A printer is ready only when it says so."""
        role = self._roles.get(sighting.device)
        if role is not None and (role != "printer" or self.parts[role].state == "lost"):
            self.note(role, "unknown" if role == "printer" else "ready")

    def lost(self, device: str, why: str) -> None:
        """It is gone."""
        if device in self._roles:
            self.note(self._roles[device], "lost", why)

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        """It said what nobody understands; the next word counts."""
        log.warning("%s: %s (%s)", device, why, said[:64].hex(" "))

    def said(self, message: Message) -> None:
        """No peripheral keeps a journal."""

    def asked(self, device: str, n: int) -> None:
        """No peripheral asks for a lease."""

    def borrows(self, ask: CouponAsk) -> None:
        """No peripheral asks for a coupon."""

    def measured(self, survey: Survey) -> None:
        """No peripheral measures by itself."""

    def hinted(self, device: str) -> None:
        """No peripheral hints."""


class SerialParts(ScaleDriver, ScannerDriver, PrinterDriver):
    """What the driver of serial lines is: one for scales, scanners and printers."""


@dataclass(frozen=True, slots=True)
class Peripherals:
    """Scanner, scale, printer and terminal by the names that the settings give them."""

    config: LaneConfig
    serial: SerialParts
    payment: PaymentDriver
    health: Health

    async def start(self) -> None:
        """Begin to listen. Raises DeviceError where the payments cannot be kept."""
        await self.payment.start(self.health)
        await self.serial.start(self.health)

    async def stop(self) -> None:
        """End everything that `start` began."""
        await self.serial.stop()
        await self.payment.stop()

    def scans(self) -> AsyncIterator[Scan]:
        """What the scanner reads, until the end."""
        return self.serial.scans(self.config.parts.scanner)

    async def weigh(self, minor: int | None) -> Reading | None:
        """Ask the scale once; None: it did not answer. Raises Refused: a computing scale without a price."""
        if self.config.parts.scale is None:
            return None
        try:
            return await self.serial.weigh(self.config.parts.scale, minor)
        except Refused:
            raise
        except DeviceError:
            return None

    async def bags(self) -> int | None:
        """What lies in the bags, in grams, at rest; None: it moves or does not answer."""
        try:
            reading = await self.serial.weigh(self.config.parts.bags or "")
        except DeviceError:
            return None
        return (reading.grams or 0) if reading.stable else None

    async def look_at_printer(self) -> PrinterStatus:
        """Ask the printer how it is, and note it."""
        status = await self.serial.printer_status(self.config.parts.printer)
        if status.ready:
            self.health.note("printer", "low" if status.paper is Paper.LOW else "ready")
        else:
            self.health.note("printer", "fault", _trouble(status))
        return status

    async def print_out(self, receipt: Receipt) -> Printout:
        """Print once; see `PrinterDriver.print_receipt`."""
        return await self.serial.print_receipt(self.config.parts.printer, receipt)

    async def reach_terminal(self) -> None:
        """Look whether the terminal is there, and note it. What it cannot be asked now says nothing new."""
        try:
            if await self.payment.reach(self.config.parts.terminal):
                self.health.note("terminal", "ready")
        except Unreachable as error:
            self.health.note("terminal", "lost", error.why)

    def open_payments(self) -> list[Payment]:
        """What is not settled, the oldest first."""
        return list(self.payment.open_payments(self.config.parts.terminal))


def open_peripherals(config: LaneConfig) -> Peripherals:
    """Find the drivers. Raises LaneConfigError, naming what is wrong."""
    parts = config.parts
    try:
        serial = load_driver("serial", config.drivers["serial"])
        storage = {"storage": str(config.data / "payments.db")}
        payment = load_driver("payment", storage | config.drivers["payment"])
    except (LookupError, ValueError) as error:
        raise LaneConfigError(f"drivers: {error}") from error
    if not isinstance(payment, PaymentDriver) or not _serves(serial):
        raise LaneConfigError("drivers: the serial or the payment driver is not what its name says")
    known = config.drivers["serial"].get("devices", {})
    wanted = {"scanner": parts.scanner, "scale": parts.scale, "printer": parts.printer, "bags": parts.bags}
    for role, device in wanted.items():
        if device is not None and device not in known:
            raise LaneConfigError(f"parts.{role}: there is no [drivers.serial.devices.{device}]")
    if parts.terminal not in config.drivers["payment"].get("terminals", {}):
        raise LaneConfigError(f"parts.terminal: there is no [drivers.payment.terminals.{parts.terminal}]")
    roles = {device: role for role, device in wanted.items() if device is not None} | {parts.terminal: "terminal"}
    return Peripherals(config, serial, payment, Health(roles))


def _serves(serial: Driver) -> TypeGuard[SerialParts]:
    return isinstance(serial, ScaleDriver) and isinstance(serial, ScannerDriver) and isinstance(serial, PrinterDriver)


def _trouble(status: PrinterStatus) -> str:
    if status.fault:
        return status.fault
    if status.paper is Paper.OUT:
        return "no paper"
    if status.cover_open:
        return "cover open"
    return "off-line" if status.online is False else "does not say how it is"
