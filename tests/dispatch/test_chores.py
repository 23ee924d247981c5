"""What time alone brings about."""

from dataclasses import replace

import pytest

from edge import chores as work
from edge.chores import Chores
from edge.devices.health import State
from edge.store import Transaction
from edge.vision.facts import Crossing
from edge.vision.line import Direction
from edge.visits.counting import count_crossings
from tests.dispatch.floor import Floor, running
from tests.store.rig import queued, until


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "TICK_SECONDS", 0.005)


def chores(floor: Floor) -> Chores:
    return Chores(floor.store, floor.engine, floor.registry, floor.clock)


def kinds(floor: Floor) -> list[str]:
    """Kinds of what waits for head office."""
    with floor.store.reading() as db:
        return [event.kind for event in queued(db.conn, floor.store)]


async def test_a_timed_price_takes_effect_when_its_time_comes(floor: Floor) -> None:
    floor.till("till-1")
    floor.price(100, 1, phase="waiting", at=floor.clock.now + 5_000)
    async with running(chores(floor).run()):
        await until(lambda: "ledger.head" in kinds(floor))
        assert floor.phase(1) == "waiting"
        floor.clock.now += 5_000
        await until(lambda: floor.phase(1) == "active")


async def test_a_timed_price_does_not_wait_for_the_next_turn(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "TICK_SECONDS", 3_600)
    floor.till("till-1")
    floor.price(100, 1, phase="waiting", at=floor.clock.now + 50)
    async with running(chores(floor).run()):
        await until(lambda: "ledger.head" in kinds(floor))
        assert floor.phase(1) == "waiting"
        floor.clock.now += 50
        await until(lambda: floor.phase(1) == "active")


async def test_silent_labels_are_noticed(floor: Floor) -> None:
    floor.label("label-1")
    async with running(chores(floor).run()):
        floor.clock.now += 120_000
        await until(lambda: floor.registry.get("label-1").health.state is State.LOST)  # type: ignore[union-attr]


async def test_head_office_hears_visits_and_every_hour_the_ledgers_head(floor: Floor) -> None:
    crossing = Crossing("door", "entrance", floor.clock.now, Direction.IN, 1, 1)
    floor.do(lambda tx: count_crossings(tx, [crossing]))
    async with running(chores(floor).run()):
        await until(lambda: sorted(kinds(floor)) == ["ledger.head", "visit.minute"])
        floor.clock.now += work.HEAD_EVERY_MS
        await until(lambda: kinds(floor).count("ledger.head") == 2)


async def test_a_disk_that_refuses_is_waited_for(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("edge.store.store.WAITING", 0)
        async with running(chores(floor).run()):
            await until(lambda: "chores wait for the disk" in caplog.text)
            patch.undo()
            monkeypatch.setattr(work, "TICK_SECONDS", 0.005)
            await until(lambda: "ledger.head" in kinds(floor))


async def test_a_price_that_is_held_beyond_its_time_is_not_looked_at_at_every_turn(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "SWEEP_EVERY_TICKS", 1_000_000)
    asked: list[int] = []

    def hold(_tx: Transaction, _item: str, version: int) -> str:
        asked.append(version)
        return "clock: not now"

    floor.engine = replace(floor.engine, hold=hold)
    floor.till("till-1")
    floor.price(100, 1, phase="waiting", at=floor.clock.now + 5_000)
    async with running(chores(floor).run()):
        await until(lambda: "ledger.head" in kinds(floor))
        floor.clock.now += 5_000
        await until(lambda: asked == [1])
        floor.clock.now += 5_000
        floor.price(110, 2, phase="waiting", at=floor.clock.now - 1)
        await until(lambda: 2 in asked)
    assert len(asked) <= 4
