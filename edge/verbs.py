"""What a person may do to the shop; implements `edge.console.context.Verbs`."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloud_sync.contract.item import gtin14
from drivers.base import DEVICE_ID, MOST_BLINK_SECONDS, BlinkingLabelDriver, Capability
from drivers.errors import DeviceError
from edge.clock.desk import ClockDesk
from edge.clock.kept import make_calendar
from edge.devices.registry import Registry
from edge.lanes import go_there
from edge.prices.engine import PriceEngine
from edge.store import Store, Transaction
from edge.store.ledger import encode

MOST_SCANNED = 200
BLINK_SECONDS = 15.0
BLINK_TIMEOUT_SECONDS = 30.0
_PLACE = re.compile(r"[^\x00-\x1f\x7f]{0,60}")


@dataclass(frozen=True, slots=True)
class ShopVerbs:
    """`new_password(till)` makes a till's password; the two drivers are those of devices that were never seen.

    `unfit(item, label)`: why a label cannot stand for an item, or "". `lamps`: drivers by name whose labels blink.
    """

    store: Store
    engine: PriceEngine
    registry: Registry
    new_password: Callable[[str], str]
    revoke: Callable[[str], None]
    label_driver: str = "ble"
    till_driver: str = "mqtt"
    unfit: Callable[[str, str], str] = lambda _item, _label: ""
    clock: ClockDesk | None = None
    lamps: Mapping[str, BlinkingLabelDriver] = field(default_factory=dict)
    take_ticket: Callable[[Transaction, int, str], None] | None = None
    """Notes who takes a ticket on; raises ValueError."""

    async def bind(self, label: str, item: str, place: str, by: str) -> None:
        """Bind a label to an item at a place; enrols the label if it was only seen."""
        _check_id(label)
        item = gtin14(item)
        if not _PLACE.fullmatch(place):
            raise ValueError("a place has at most 60 characters, none of them control characters")
        known = self.registry.get(label)
        if known is not None and known.role != "label":
            raise ValueError(f"{label} is a {known.role}, not a label")
        if why := self.unfit(item, label):
            raise ValueError(why)

        def work(tx: Transaction) -> None:
            self.registry.enrol(tx, label, "label", known.driver if known else self.label_driver, place=place)
            self.engine.bind(tx, label, item, by)
            _audit(tx, by, "bind", {"label": label, "item": item, "place": place})

        await self.store.do(work)

    async def retire(self, device: str, why: str, by: str) -> None:
        """Vouch that a device is out of the shop."""
        known = self.registry.get(device)
        if known is None or not known.enrolled:
            raise ValueError(f"{device} is not in service")
        if not why.strip():
            raise ValueError("say why: replaced, covered, removed …")

        def work(tx: Transaction) -> None:
            self.engine.retire(tx, device, by, why[:200])
            self.registry.dismiss(tx, device)
            _audit(tx, by, "retire", {"device": device, "why": why[:200]})

        if known.role == "till":
            self.revoke(device)  # first: a till that cannot sign in any more takes no price either
        await self.store.do(work)

    async def cover(self, label: str, by: str, scanned: str = "") -> None:
        """Vouch that nobody can read a label: it holds nothing back until it is uncovered."""
        self._label_in_service(label)

        def work(tx: Transaction) -> None:
            self.engine.cover(tx, label, by, scanned[:MOST_SCANNED])
            _audit(tx, by, "cover", {"device": label})

        await self.store.do(work)

    async def uncover(self, label: str, by: str, scanned: str = "") -> None:
        """Take the cover off a label that shows the present price."""
        self._label_in_service(label)

        def work(tx: Transaction) -> None:
            self.engine.uncover(tx, label, by, scanned[:MOST_SCANNED])
            _audit(tx, by, "uncover", {"device": label})

        await self.store.do(work)

    async def replace(self, old: str, new: str, by: str) -> None:
        """Hang a new label in the place of an old one, in one step: it stands for the same item at the same place."""
        self._label_in_service(old)
        _check_id(new)
        known = self.registry.get(new)
        if new == old:
            raise ValueError(f"{new} is the label that is to be replaced; scan the new one")
        if known is None or known.role != "label":
            raise ValueError(f"{new} was not heard yet; put its battery in and wait until it is listed under Devices")
        item, place = await self._where(old)
        if not item:
            raise ValueError(f"{old} stands for no item; bind the new label by itself")
        if known.enrolled and (await self._where(new))[0]:
            raise ValueError(f"{new} stands for another item already; scan a label that is free")
        if why := self.unfit(item, new):
            raise ValueError(why)

        def work(tx: Transaction) -> None:
            self.registry.enrol(tx, new, "label", known.driver, place=place)
            self.engine.bind(tx, new, item, by)  # first: with no label of the item, a raise would pass
            self.engine.retire(tx, old, by, f"replaced by {new}")
            self.registry.dismiss(tx, old)
            _audit(tx, by, "replace", {"device": old, "new": new, "item": item, "place": place})

        await self.store.do(work)

    def can_blink(self, label: str) -> bool:
        """Whether the label's driver has a lamp to blink with."""
        known = self.registry.get(label)
        return known is not None and known.driver in self.lamps

    async def blink(self, label: str, by: str, seconds: float = BLINK_SECONDS) -> None:
        """Let a label's lamp blink, so that a person finds it."""
        known = self.registry.get(label)
        if known is None or not self.can_blink(label):
            raise ValueError(f"{label} has no lamp that could blink")
        if not 0 < seconds <= MOST_BLINK_SECONDS:
            raise ValueError(f"a lamp blinks for up to {MOST_BLINK_SECONDS:g} seconds")
        try:
            async with asyncio.timeout(BLINK_TIMEOUT_SECONDS):
                await self.lamps[known.driver].blink(label, seconds)
        except TimeoutError as error:
            raise ValueError(f"{label} did not answer within {BLINK_TIMEOUT_SECONDS:g} s; try again") from error
        except DeviceError as error:
            raise ValueError(f"{error}. {error.what_now}") from error
        await self.store.do(lambda tx: _audit(tx, by, "blink", {"device": label, "seconds": seconds}))

    def _label_in_service(self, label: str) -> None:
        known = self.registry.get(label)
        if known is None or not known.enrolled or known.role != "label":
            raise ValueError(f"{label} is not a label in service")

    async def _where(self, label: str) -> tuple[str, str]:
        """(item, place) of a label; the item is "" for a free one."""

        def read() -> tuple[str, str]:
            with self.store.reading() as db:
                row = db.conn.execute(
                    "SELECT COALESCE(b.item, ''), d.place FROM device d LEFT JOIN binding b ON b.device = d.id"
                    " WHERE d.id = ?",
                    (label,),
                ).fetchone()
            return (row[0], row[1]) if row else ("", "")

        return await asyncio.to_thread(read)

    async def retry(self, device: str, by: str) -> None:
        """Try a device in fault again now."""
        if self.registry.get(device) is None:
            raise ValueError(f"{device} is not known")
        self.registry.clear(device)
        await self.store.do(lambda tx: _audit(tx, by, "retry", {"device": device}))

    async def approve(self, item: str, version: int, by: str) -> None:
        """Let a price that is held for approval go on."""
        await self._decide(item, version, by, "approve")

    async def reject(self, item: str, version: int, by: str) -> None:
        """Refuse a price that is held for approval."""
        await self._decide(item, version, by, "reject")

    async def confirm_clock(self, by: str) -> None:
        """A person compared this box's clock with a right one."""
        await self._clock.confirm(by, lambda tx: _audit(tx, by, "confirm-clock", {}))

    async def set_hours(self, week: Sequence[str], days: Mapping[str, str], by: str) -> None:
        """The shop's opening hours from now on: Monday to Sunday, and days that differ."""
        calendar = make_calendar(self._clock.hours.configured, week, days)
        said = {"week": list(week), "days": dict(days)}
        await self._clock.set_hours(calendar, by, lambda tx: _audit(tx, by, "set-hours", said))

    async def acknowledge(self, ticket: int, by: str) -> None:
        """Take a ticket on."""
        take = self.take_ticket
        if take is None:
            raise ValueError("this gateway watches no alarms")

        def work(tx: Transaction) -> None:
            take(tx, ticket, by)
            _audit(tx, by, "acknowledge", {"ticket": ticket})

        await self.store.do(work)

    async def go_to_lane(self, lane: str, by: str) -> None:
        """Go to a lane that calls."""

        def work(tx: Transaction) -> None:
            go_there(tx, lane, by)
            _audit(tx, by, "go-to-lane", {"device": lane})

        await self.store.do(work)

    @property
    def _clock(self) -> ClockDesk:
        if self.clock is None:
            raise ValueError("this gateway has no clock to set")
        return self.clock

    async def _decide(self, item: str, version: int, by: str, verb: str) -> None:
        decide = self.engine.approve if verb == "approve" else self.engine.reject

        def work(tx: Transaction) -> bool:
            _audit(tx, by, verb, {"item": item, "version": version})
            return decide(tx, item, version, by)

        if not await self.store.do(work):
            raise ValueError(f"price {version} of {item} does not wait for a decision any more")

    async def enrol_till(self, device: str, name: str, by: str) -> str:
        """Take a till into service; returns its password, shown once."""
        _check_id(device)
        known = self.registry.get(device)
        if known is not None and known.enrolled:
            raise ValueError(f"{device} is in service already; retire it first")
        password = self.new_password(device)

        def work(tx: Transaction) -> None:
            self.registry.enrol(tx, device, "till", self.till_driver, name=name[:60])
            self.engine.till_joined(tx, device)
            _audit(tx, by, "enrol", {"device": device})

        await self.store.do(work)
        return password


def lamps_of(drivers: Mapping[str, object]) -> dict[str, BlinkingLabelDriver]:
    """The drivers, by name, that say that their labels blink."""
    return {
        name: driver
        for name, driver in drivers.items()
        if isinstance(driver, BlinkingLabelDriver) and Capability.BLINKS in driver.capabilities
    }


def _check_id(device: str) -> None:
    if not DEVICE_ID.fullmatch(device):
        raise ValueError(f"{device!r} is not a device id: small letters, digits and hyphens, at most 32")


def _audit(tx: Transaction, who: str, did: str, body: dict[str, Any]) -> None:
    tx.sql.execute("INSERT INTO audit (at, who, did, body) VALUES (?, ?, ?, ?)", (tx.now, who, did, encode(body)))
