"""The registry: every device ever seen or enrolled, with its health, kept in the store of record.

Signs of life come by the hundred per second; only what changes something is written.
"""

import json
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace

from drivers.base import Ink, Panel, Sighting
from drivers.errors import DeviceError
from edge.devices import health as healths
from edge.devices.health import Health, State
from edge.store import Store, StoreError, Transaction

WRITE_SEEN_EVERY_MS = 60_000
STRANGERS = 2_000
"""Devices that nobody enrolled, kept in the registry at most: anybody can invent a radio address."""


@dataclass(frozen=True, slots=True)
class Known:
    """A device as the registry holds it."""

    id: str
    role: str
    driver: str
    enrolled: bool
    health: Health
    panel: Panel | None = None
    facts: Sighting | None = None
    written_at: int = 0


class Registry:
    """The devices. Methods may be called from any thread; writes go through the store's writer."""

    def __init__(self, store: Store, clock: Callable[[], int], silent_after_ms: int) -> None:
        self._store = store
        self._clock = clock
        self._silent_after_ms = silent_after_ms
        self._lock = threading.Lock()
        self._known: dict[str, Known] = {}
        self._unwritten: set[str] = set()
        """Devices whose newest state or facts are not on disk yet."""
        self._woke: list[Callable[[str], None]] = []
        self._load()

    def _load(self) -> None:
        now = self._clock()
        with self._store.reading() as db:
            for row in db.query("SELECT * FROM device"):
                self._known[row["id"]] = Known(
                    row["id"], row["role"], row["driver"], bool(row["enrolled"]),
                    # What was so before a restart may not be so now: silence counts from here.
                    Health(State(row["state"]), row["state_why"], row["state_at"], max(row["seen_at"] or 0, now)
                           if row["state"] == State.READY else row["seen_at"]),
                    parse_panel(row["panel"]),
                )  # fmt: skip

    def on_wake(self, heard: Callable[[str], None]) -> None:
        """Be told when a device gives a sign of life after it was away."""
        self._woke.append(heard)

    def get(self, device: str) -> Known | None:
        """The device, if it is known."""
        return self._known.get(device)

    def all(self) -> list[Known]:
        """Every device, as of now."""
        with self._lock:
            return list(self._known.values())

    def sighted(self, sighting: Sighting, role: str, driver: str) -> None:
        """A driver saw a device."""
        now = self._clock()
        with self._lock:
            before = self._known.get(sighting.device)
            if before is None and sum(not one.enrolled for one in self._known.values()) >= STRANGERS:
                return
            health = healths.seen(before.health if before else Health(State.INIT, "", now), now)
            after = Known(
                sighting.device, before.role if before else role, driver, before is not None and before.enrolled,
                health, sighting.panel or (before.panel if before else None), sighting,
                before.written_at if before else 0,
            )  # fmt: skip
            write = (
                before is None
                or before.facts is None
                or health.state is not before.health.state
                or replace(sighting, rssi=None) != replace(before.facts, rssi=None)
                or now - before.written_at >= WRITE_SEEN_EVERY_MS
            )
            self._known[sighting.device] = replace(after, written_at=now) if write else after
        if write:
            self._write_soon(sighting.device)
        if before is None or before.health.state is not health.state:
            for heard in self._woke:
                heard(sighting.device)

    def lost(self, device: str, why: str) -> None:
        """A device's link ended."""
        self._change(device, lambda health, now: healths.lost(health, why, now))

    def worked(self, device: str) -> None:
        """A device did what it was asked."""
        self._change(device, healths.worked)

    def understood(self, device: str) -> None:
        """A device said something that makes sense."""
        known = self._known.get(device)
        if known is not None and known.health.faults:  # seldom; and this is asked for every event
            self._change(device, lambda health, _: healths.understood(health))

    def failed(self, error: DeviceError) -> None:
        """An attempt on a device ended in an error."""
        self._change(error.device, lambda health, now: healths.failed(health, error, now))

    def clear(self, device: str) -> None:
        """A person asked to try again."""
        self._change(device, healths.cleared)

    def sweep(self) -> None:
        """Notice which devices have gone silent. Tills tell it themselves by their last will."""
        for one in self.all():
            if one.role == "label":
                self._change(one.id, lambda health, now: healths.silent(health, self._silent_after_ms, now))
        if self._unwritten:
            self._write_soon()

    def enrol(self, tx: Transaction, device: str, role: str, driver: str, name: str = "", place: str = "") -> None:
        """Take a device into service, inside a transaction."""
        with self._lock:
            before = self._known.get(device)
            after = Known(
                device, role, driver, True, before.health if before else Health(State.INIT, "", tx.now),
                before.panel if before else None, before.facts if before else None,
            )  # fmt: skip
        _write(tx, after)
        tx.sql.execute(
            "UPDATE device SET enrolled = 1, role = ?, name = CASE WHEN ? = '' THEN name ELSE ? END,"
            " place = CASE WHEN ? = '' THEN place ELSE ? END WHERE id = ?",
            (role, name, name, place, place, device),
        )
        tx.after(lambda: self._put(after))

    def dismiss(self, tx: Transaction, device: str) -> None:
        """Take a device out of service, inside a transaction."""
        before = self._known.get(device)
        if before:
            tx.after(lambda: self._put(replace(before, enrolled=False)))

    def _put(self, known: Known) -> None:
        """Take over what a person decided; how the device is may have changed meanwhile, and stays."""
        with self._lock:
            now = self._known.get(known.id, known)
            self._known[known.id] = replace(now, role=known.role, driver=known.driver, enrolled=known.enrolled)

    def _change(self, device: str, step: Callable[[Health, int], Health]) -> None:
        now = self._clock()
        with self._lock:
            before = self._known.get(device)
            if before is None:
                return
            after = replace(before, health=step(before.health, now))
            self._known[device] = after
        if after.health.state is not before.health.state or after.health.why != before.health.why:
            self._write_soon(device)
            if after.health.state is State.READY:
                for heard in self._woke:
                    heard(device)

    def _write_soon(self, device: str = "") -> None:
        """Have what changed written. What the disk refuses stays noted until the next sweep."""
        taken: set[str] = set()

        def work(tx: Transaction) -> None:
            with self._lock:
                taken.update(self._unwritten)
                self._unwritten.clear()
                batch = [self._known[one] for one in sorted(taken)]
            for known in batch:
                _write(tx, known)

        def done(written: "Future[None]") -> None:
            if written.exception() is not None:
                with self._lock:
                    self._unwritten.update(taken)

        with self._lock:
            if device:
                self._unwritten.add(device)
        with suppress(StoreError):
            self._store.run(work).add_done_callback(done)


def _write(tx: Transaction, known: Known) -> None:
    """Write a device's facts and state; a change of state goes into the ledger too."""
    facts, health = known.facts, known.health
    row = tx.sql.execute("SELECT state FROM device WHERE id = ?", (known.id,)).fetchone()
    tx.sql.execute(
        "INSERT INTO device (id, role, driver, state, state_why, state_at, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET state = excluded.state, state_why = excluded.state_why,"
        " state_at = excluded.state_at, seen_at = excluded.seen_at",
        (known.id, known.role, known.driver, health.state.value, health.why[:300], health.at, health.seen_at),
    )
    if facts is not None:
        panel = None if known.panel is None else dump_panel(known.panel)
        tx.sql.execute(
            "UPDATE device SET address = ?, name = CASE WHEN name = '' THEN ? ELSE name END, model = ?, firmware = ?,"
            " panel = COALESCE(?, panel), battery_mv = COALESCE(?, battery_mv), rssi = COALESCE(?, rssi) WHERE id = ?",
            (facts.address, facts.name, facts.model, facts.firmware, panel, facts.battery_mv, facts.rssi, known.id),
        )
    tx.sql.execute("INSERT OR IGNORE INTO twin (device) VALUES (?)", (known.id,))
    if known.enrolled and row and row[0] != health.state.value:
        tx.record("device.state", known.id, {"state": health.state.value, "why": health.why[:300]})
    tx.topics.add("devices")


def dump_panel(panel: Panel) -> str:
    """A panel as JSON text."""
    return json.dumps({"width": panel.width, "height": panel.height, "inks": list(panel.inks)})


def parse_panel(text: str | None) -> Panel | None:
    """A panel from its JSON text; None when nothing is known."""
    if not text:
        return None
    raw = json.loads(text)
    return Panel(int(raw["width"]), int(raw["height"]), tuple(Ink(ink) for ink in raw["inks"]))
