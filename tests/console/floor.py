"""A shop floor for tests: the real store, price engine, inbox, registry and verbs; devices answer when told to."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from securesystemslib.signer import CryptoSigner

from cloud_sync.contract.change import Change, ChangeRow, public_key, sign_change
from cloud_sync.contract.item import check_digit
from cloud_sync.link.state import LinkPhase, LinkView
from drivers.base import Ink, Panel, Sighting
from edge.alarms.rules import RULES
from edge.alarms.sources import devices
from edge.alarms.watch import AlarmWatch
from edge.clock.calendar import Calendar
from edge.clock.desk import ClockDesk
from edge.clock.kept import ShopHours
from edge.clock.trust import Rules as ClockRules
from edge.clock.watch import ClockWatch
from edge.coldchain.watch import fridges
from edge.config import Shop
from edge.console.context import ConsoleContext
from edge.devices.registry import Registry
from edge.epcis.events import Site
from edge.labels import CannotDraw
from edge.network.faults import network
from edge.pictures import Pictures
from edge.prices.checks import Limits
from edge.prices.engine import PriceEngine
from edge.prices.inbox import Inbox
from edge.readback.service import ReadBack
from edge.receiving.desk import ReceivingDesk
from edge.receiving.machine import Rules as ReceivingRules
from edge.receiving.records import Registrar
from edge.store import Store, Transaction
from edge.verbs import ShopVerbs
from tests.desk import empty_file

T = TypeVar("T")
SMALL = Panel(250, 122, (Ink.BLACK, Ink.WHITE, Ink.RED))
MIDDLE = Panel(296, 128, (Ink.BLACK, Ink.WHITE, Ink.RED))
LARGE = Panel(400, 300, (Ink.BLACK, Ink.WHITE, Ink.RED))
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def gtin(number: int) -> str:
    """A GTIN-14 for the n-th item of a made-up maker."""
    body = f"0385{number:09d}"
    return body + check_digit(body)


class Floor:
    """The parts of a gateway that the console meets. `now` stands still until the test moves it, or `live` is set."""

    def __init__(
        self, folder: Path, now: int, *, live: Callable[[], int] | None = None, timezone: str = "Europe/Zagreb"
    ) -> None:
        self.now = now
        self.live: Callable[[], int] | None = live
        self.shop = Shop(id="0204", name="Market Ilica", currency="EUR", locale="hr", timezone=timezone)
        self.store = Store(empty_file(folder / "store.db"), self.clock, epoch=7)
        self.site = Site(self.shop.id, self.shop.domain, self.shop.timezone)
        self.engine = PriceEngine(held_after_ms=1_000)
        self.registry = Registry(self.store, self.clock, silent_after_ms=10 * DAY)
        self.pictures = Pictures(self.shop, self.store, self._panel_of, lambda: self.now)
        self.watch = ClockWatch(ClockRules(), "boot", self.clock)
        self.hours = ShopHours(Calendar(ZoneInfo(self.shop.timezone)))
        self.verbs = ShopVerbs(
            self.store, self.engine, self.registry, lambda _: "kite-amber-lantern-42", lambda _: None,
            clock=ClockDesk(self.store, self.watch, self.hours, self.clock, self.clock, lambda: None),
            take_ticket=lambda tx, number, by: self.alarms.acknowledge(tx, number, by),
        )  # fmt: skip
        self.alarms = AlarmWatch(self.store, RULES, (devices, fridges, network), self.hours)
        self.signer = CryptoSigner.generate_ed25519()
        key = self.signer.public_key
        trusted = {key.keyid: public_key(key.keyid, key.keyval["public"])}
        self.inbox = Inbox(self.shop.id, trusted, Limits(), lambda _: "")
        self.sequence = 0
        self.link = LinkView(LinkPhase.ONLINE, now)
        self.silent: set[str] = set()
        """Devices that do not answer."""

    def clock(self) -> int:
        """The time, UTC epoch milliseconds."""
        return self.live() if self.live else self.now

    def context(self, **more: object) -> ConsoleContext:
        """What the console gets."""
        parts: dict[str, object] = {
            "shop": self.shop, "store": self.store, "verbs": self.verbs, "clock": self.clock,
            "readback": ReadBack(self.store, self.engine, self.shop.domain, self.clock),
            "link": lambda: self.link, "picture": self.pictures, "enrol_store": self._enrol_store,
            "hours": self.hours, "receiving": ReceivingDesk(self.store, Registrar(self.site, ReceivingRules())),
        }  # fmt: skip
        return ConsoleContext(**(parts | more))  # type: ignore[arg-type]

    def do(self, work: Callable[[Transaction], T]) -> T:
        """Run one work and wait for its commit."""
        future: Future[T] = self.store.run(work)
        return future.result(timeout=10)

    def till(self, device: str, name: str = "") -> None:
        """A till comes into service and is there."""
        asyncio.run(self.verbs.enrol_till(device, name, "test"))
        self.see(Sighting(device, "10.0.0.9", epoch=1), "till", "mqtt")

    def label(self, device: str, item: str, place: str, panel: Panel = MIDDLE, battery_mv: int = 2980) -> None:
        """A label is seen, then bound."""
        address = "AA:BB:" + ":".join(f"{ord(letter):02X}" for letter in device[-4:])
        self.see(
            Sighting(device, address, "", "NEMR 2.9", "4.1", panel, battery_mv, -58 - sum(map(ord, device)) % 30),
            "label",
            "ble",
        )
        asyncio.run(self.verbs.bind(device, item, place, "test"))

    def see(self, sighting: Sighting, role: str, driver: str) -> None:
        """A sign of life, on disk when this returns."""
        self.registry.sighted(sighting, role, driver)
        self.do(lambda tx: None)

    def change(self, rows: Iterable[ChangeRow], author: str = "ana@hq", **more: object) -> int:
        """A signed change from head office, taken and settled; returns its sequence."""
        self.sequence += 1
        fields: dict[str, object] = {
            "store": self.shop.id, "sequence": self.sequence, "issued_at": self.clock(),
            "expires_at": self.clock() + 10 * DAY, "effective_at": self.clock(), "author": author, "rows": tuple(rows),
        }  # fmt: skip
        envelope = sign_change(Change.model_validate(fields | more), self.signer).decode()
        sequence = self.sequence
        self.do(lambda tx: self.engine.settle(tx, self.inbox.take(tx, sequence, envelope).items))
        return sequence

    def answer(self, rounds: int = 4) -> None:
        """Every device that is not silent confirms what it was sent, and what follows from that."""
        for _ in range(rounds):
            if not self.do(self._confirm):
                return

    def _confirm(self, tx: Transaction) -> int:
        owed = tx.sql.execute(
            "SELECT device, role, item, version FROM showing WHERE confirmed = 0 ORDER BY n"
        ).fetchall()
        heard = 0
        for device, role, item, version in owed:
            if device in self.silent:
                continue
            heard += 1
            if role == "till":
                self.engine.till_applied(tx, device, [(item, version)])
            else:
                digest = self._digest(item, version, device)
                tx.record("label.sending", device, {"item": item, "version": version, "pixels": digest})
                self.engine.label_shown(tx, device, item, version, digest)
        return heard

    def _digest(self, item: str, version: int, device: str) -> str:
        """SHA-256 of the picture that the label gets."""
        try:
            image = self.pictures(item, version, device)
        except CannotDraw:
            image = None
        return image.digest if image else f"{item}-{version}"

    def state(self, device: str, state: str, why: str = "", since: int | None = None) -> None:
        """Put a device into a state, as the registry would."""
        at = self.clock() if since is None else since

        def work(tx: Transaction) -> None:
            tx.sql.execute(
                "UPDATE device SET state = ?, state_why = ?, state_at = ? WHERE id = ?", (state, why, at, device)
            )
            tx.topics.add("devices")

        self.do(work)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def _panel_of(self, device: str) -> Panel | None:
        known = self.registry.get(device)
        return known.panel if known else None

    async def _enrol_store(self, code: str) -> str:
        if code != "right-code":
            raise ValueError("head office does not know this code; ask for a new one")
        return "asked; somebody at head office has to approve"


def row(item: str, minor: int, name: str = "Milk 1 l", **more: object) -> ChangeRow:
    """One row of a change."""
    return ChangeRow.model_validate({"item": item, "name": name, "minor": minor, "currency": "EUR"} | more)
