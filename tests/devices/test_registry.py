"""The registry: what is written and how often, who is kept, and what a restart knows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.base import Ink, Panel, Sighting
from drivers.errors import Refused
from edge.devices import registry as registries
from edge.devices.health import State
from edge.devices.registry import Registry
from edge.store import Store, StoreError
from edge.store import store as writer
from tests.store.rig import Clock, held_back, opened

SILENT_MS = 120_000
PANEL = Panel(296, 128, (Ink.BLACK, Ink.WHITE, Ink.RED))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with opened(tmp_path / "store.db", clock=clock) as store:
        yield store


@pytest.fixture
def registry(store: Store, clock: Clock) -> Registry:
    return Registry(store, clock, SILENT_MS)


def seen(registry: Registry, device: str = "label-1", **facts: object) -> None:
    registry.sighted(replace(Sighting(device, f"AA:{device}", "TAG", panel=PANEL), **facts), "label", "ble")  # type: ignore[arg-type]


def row(store: Store, device: str = "label-1") -> dict[str, object]:
    """The device as it is on disk, once everything queued is written."""
    store.run(lambda _: None).result()
    with store.reading() as db:
        return next(iter(db.query("SELECT * FROM device WHERE id = ?", (device,))), {})


def writes(store: Store) -> list[int]:
    """Counts commits that touched devices, from now on; the list's length is the count."""
    heard: list[int] = []
    store.listen(lambda topics: heard.append(1) if "devices" in topics else None)
    return heard


def test_signs_of_life_by_the_hundred_are_written_when_they_say_something(
    store: Store, clock: Clock, registry: Registry
) -> None:
    seen(registry, battery_mv=3000)
    row(store)
    heard = writes(store)
    for n in range(100):
        clock.now += 500
        seen(registry, battery_mv=3000, rssi=-40 - n % 30)
    row(store)
    assert not heard  # fifty seconds of the same
    seen(registry, battery_mv=2900)
    assert row(store)["battery_mv"] == 2900
    clock.now += registries.WRITE_SEEN_EVERY_MS
    seen(registry, battery_mv=2900, rssi=-33)
    assert (row(store)["rssi"], row(store)["seen_at"]) == (-33, clock.now)
    assert len(heard) == 2


def test_a_crowd_is_written_together(store: Store, registry: Registry) -> None:
    heard = writes(store)
    with held_back(store):
        for n in range(50):
            seen(registry, f"label-{n}")
    assert row(store, "label-49")
    assert len(heard) == 1


def test_strangers_are_bounded_and_ours_are_not_among_them(
    store: Store, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registries, "STRANGERS", 3)
    store.run(lambda tx: registry.enrol(tx, "label-1", "label", "ble")).result()
    for n in range(10):
        seen(registry, f"stranger-{n}")
    seen(registry)
    assert [one.id for one in registry.all()] == ["label-1", "stranger-0", "stranger-1", "stranger-2"]
    store.run(lambda tx: registry.enrol(tx, "stranger-1", "label", "ble")).result()
    seen(registry, "stranger-9")  # one of them is ours now: there is room for another
    assert registry.get("stranger-9")


def test_what_is_known_survives_a_restart(store: Store, clock: Clock, registry: Registry) -> None:
    store.run(lambda tx: registry.enrol(tx, "label-1", "label", "ble", place="Aisle 3")).result()
    seen(registry, battery_mv=2950, model="gicisky-2.9")
    registry.failed(Refused("label-1", "wrong panel"))
    seen(registry, "label-2")
    row(store)
    again = Registry(store, clock, SILENT_MS)
    one = again.get("label-1")
    assert one
    assert (one.enrolled, one.role, one.panel) == (True, "label", PANEL)
    assert (one.health.state, one.health.why) == (State.FAULT, "wrong panel")
    two = again.get("label-2")
    assert two
    assert (two.enrolled, two.health.state) == (False, State.READY)
    assert row(store)["place"] == "Aisle 3"


def test_silence_counts_from_the_restart(store: Store, clock: Clock, registry: Registry) -> None:
    """While the gateway was down nobody could be heard: that is no silence of the labels'."""
    seen(registry)
    row(store)
    clock.now += 10 * SILENT_MS
    again = Registry(store, clock, SILENT_MS)
    again.sweep()
    assert again.get("label-1").health.state is State.READY  # type: ignore[union-attr]
    clock.now += SILENT_MS
    again.sweep()
    assert again.get("label-1").health.state is State.LOST  # type: ignore[union-attr]


def test_changes_of_state_of_our_devices_are_in_the_ledger(store: Store, clock: Clock, registry: Registry) -> None:
    store.run(lambda tx: registry.enrol(tx, "label-1", "label", "ble")).result()
    seen(registry)
    seen(registry, "stranger")
    row(store)
    clock.now += SILENT_MS
    registry.sweep()
    row(store)
    with store.reading() as db:
        told = [(who, body) for who, body in db.conn.execute("SELECT subject, body FROM ledger ORDER BY seq")]
    assert told == [
        ("label-1", '{"state":"ready","why":""}'),
        ("label-1", '{"state":"lost","why":"no sign of life for 2 min"}'),
    ]


def test_whoever_waits_for_a_device_hears_that_it_came_back(registry: Registry) -> None:
    woke: list[str] = []
    registry.on_wake(woke.append)
    seen(registry)
    seen(registry)
    registry.lost("label-1", "its link broke")
    seen(registry)
    registry.failed(Refused("label-1", "wrong panel"))
    seen(registry)
    registry.clear("label-1")
    assert woke == ["label-1"] * 3  # first seen, back, and retried by a person


def test_news_that_the_disk_would_not_take_is_written_later(
    store: Store, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(registry)
    row(store)
    with monkeypatch.context() as patch:
        patch.setattr(writer, "WAITING", 0)
        registry.lost("label-1", "its link broke")  # must not fail: a driver's thread is calling
        seen(registry, "label-2")
    assert row(store)["state"] == "ready"
    with monkeypatch.context() as patch:
        patch.setattr(registries, "_write", _refuse)
        registry.sweep()
        row(store)
    registry.sweep()
    assert row(store)["state"] == "lost"
    assert row(store, "label-2")["state"] == "ready"


def test_what_a_person_decides_does_not_undo_what_happens_meanwhile(store: Store, registry: Registry) -> None:
    seen(registry)
    with held_back(store):
        enrolled = store.run(lambda tx: registry.enrol(tx, "label-1", "label", "ble"))
        registry.lost("label-1", "its link broke")
    enrolled.result()
    one = registry.get("label-1")
    assert one
    assert (one.enrolled, one.health.state) == (True, State.LOST)
    assert row(store)["state"] == "lost"


def _refuse(*_: object) -> None:
    raise StoreError("disk full")
