"""Labels on their way to what they should show."""

import asyncio
import threading

import pytest

from drivers.base import PanelImage, Sighting
from drivers.errors import Asleep, Misspoke, Refused, Unreachable
from edge.devices.health import State
from edge.devices.registry import Registry
from edge.dispatch.labels import LabelDispatcher
from edge.labels.content import CannotDraw
from edge.store import Transaction
from tests.dispatch.floor import PANEL, A, B, Floor, picture, running
from tests.store.rig import until


async def a_moment() -> None:
    """Long enough for a dispatcher that looks every hundredth of a second to do what it should not do."""
    await asyncio.sleep(0.08)


def state(floor: Floor, label: str) -> State:
    known = floor.registry.get(label)
    assert known
    return known.health.state


async def test_a_label_gets_the_newest_version_that_it_may_show(floor: Floor) -> None:
    floor.till("till-1")
    floor.label("label-1")
    async with running(floor.dispatch_labels()):
        floor.price(100, 1)
        await until(lambda: "label-1" in floor.right())
        floor.applied("till-1", (A, 1))
        floor.price(80, 2)  # a cut: no label before the till
        await a_moment()
        assert floor.labels.shows["label-1"] == picture(A, 1, "").digest
        floor.applied("till-1", (A, 2))
        await until(lambda: "label-1" in floor.right())
    assert floor.labels.shows["label-1"] == picture(A, 2, "").digest
    assert floor.phase(2) == "landed"


async def test_what_a_label_shows_is_never_sent_again(floor: Floor) -> None:
    floor.label("label-1")
    floor.price(100, 1)
    async with running(floor.dispatch_labels()):
        await until(lambda: "label-1" in floor.right())
        floor.label("label-1")  # bound to the same item once more
        floor.registry.lost("label-1", "its link broke")
        floor.registry.sighted(Sighting("label-1", "x"), "label", "ble")
        await a_moment()
    again = Registry(floor.store, floor.clock, 120_000)
    restarted = LabelDispatcher(floor.store, floor.engine, again, {"ble": floor.labels}, picture, floor.clock, 4)
    async with running(restarted.run()):
        await a_moment()
    assert floor.labels.attempts == ["label-1"]


async def test_a_label_that_comes_back_with_the_same_picture_is_not_sent_it(floor: Floor) -> None:
    floor.label("label-1")
    floor.price(100, 1)
    async with running(floor.dispatch_labels()):
        await until(lambda: "label-1" in floor.right())
        floor.do(lambda tx: floor.engine.retire(tx, "label-1", "ana", "shelf moved"))
        floor.label("label-1")
        await until(lambda: floor.phase(1) == "landed" and not unconfirmed(floor))
    assert floor.labels.attempts == ["label-1"]


async def test_a_label_that_may_show_something_else_is_sent_it_again(floor: Floor) -> None:
    """Its upload broke off, so nobody knows what is on the glass: bound anew, it is not trusted."""
    floor.label("label-1")
    floor.price(100, 1)
    floor.price(50, 2, (B,))
    async with running(floor.dispatch_labels()):
        await until(lambda: "label-1" in floor.right())
        floor.labels.answer = fails_with(Unreachable("label-1", "link lost"))
        floor.do(lambda tx: floor.engine.bind(tx, "label-1", B, "ana"))
        await until(lambda: len(floor.labels.attempts) == 2)
        floor.labels.answer = at_once
        floor.do(lambda tx: floor.engine.retire(tx, "label-1", "ana", "shelf moved"))
        floor.clock.now += 60_000
        floor.label("label-1")
        await until(lambda: len(floor.labels.attempts) == 3)


async def test_a_label_bound_there_and_back_shows_its_item_and_holds_nothing_up(floor: Floor) -> None:
    floor.till("till-1")
    floor.label("label-1")
    floor.price(100, 1)
    floor.price(50, 2, (B,))
    floor.applied("till-1", (A, 1), (B, 2))
    floor.labels.answer = fails_with(Unreachable("label-1", "link lost"))
    async with running(floor.dispatch_labels()):
        floor.do(lambda tx: floor.engine.label_shown(tx, "label-1", A, 1, picture(A, 1, "").digest))
        floor.label("label-1", B)
        await until(lambda: floor.labels.attempts)  # it may show B now
        floor.label("label-1", A)
        floor.price(60, 3, (B,))
        floor.labels.answer = at_once
        floor.clock.now += 60_000
        await until(lambda: floor.labels.shows.get("label-1") == picture(A, 1, "").digest)
        await until(lambda: ("till-1", B) in unconfirmed(floor))  # B's raise goes on to the till


async def test_the_ledger_says_it_before_the_label_does(floor: Floor) -> None:
    seen: list[list[str]] = []

    async def look(_: str) -> None:
        seen.append([kind for kind, _, _ in floor.ledger("label.sent", "label.sending", "label.shown")])

    floor.labels.answer = look
    floor.label("label-1")
    floor.price(100, 1)
    async with running(floor.dispatch_labels()):
        await until(lambda: "label-1" in floor.right())
    assert seen == [["label.sent", "label.sending"]]
    *_, sending, shown = floor.ledger("label.sent", "label.sending", "label.shown")
    assert sending == ("label.sending", "label-1", {"item": A, "version": 1, "pixels": picture(A, 1, "").digest})
    assert shown == ("label.shown", "label-1", {"item": A, "version": 1, "pixels": picture(A, 1, "").digest})


async def test_nothing_is_sent_that_the_ledger_does_not_hold(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.label("label-1")
    floor.price(100, 1)
    with monkeypatch.context() as patch:
        patch.setattr("edge.store.store.WAITING", 0)
        async with running(floor.dispatch_labels()):
            await a_moment()
    assert floor.labels.attempts == []
    async with running(floor.dispatch_labels()):
        await until(lambda: "label-1" in floor.right())


@pytest.mark.parametrize(
    "error", [Unreachable("label-1", "no answer"), Asleep("label-1", "sleeps"), Misspoke("label-1", "?")]
)
async def test_a_label_that_cannot_be_reached_is_tried_again_with_patience(floor: Floor, error: Unreachable) -> None:
    floor.labels.answer = fails_with(error)
    floor.label("label-1")
    floor.price(100, 1)
    async with running(floor.dispatch_labels()):
        await until(lambda: len(floor.labels.attempts) == 1)
        await a_moment()
        assert len(floor.labels.attempts) == 1  # not at once
        floor.clock.now += 1_000
        await until(lambda: len(floor.labels.attempts) == 2)
        floor.clock.now += 1_000
        await a_moment()
        assert len(floor.labels.attempts) == 2  # the second wait is longer
        floor.labels.answer = at_once
        floor.clock.now += 1_000
        await until(lambda: "label-1" in floor.right())
    assert state(floor, "label-1") is State.READY


async def test_a_refusal_waits_for_a_person(floor: Floor) -> None:
    floor.labels.answer = fails_with(Refused("label-1", "battery is empty"))
    floor.label("label-1")
    floor.price(100, 1)
    async with running(floor.dispatch_labels()):
        await until(lambda: state(floor, "label-1") is State.FAULT)
        floor.labels.answer = at_once
        for _ in range(3):
            floor.clock.now += 60_000
            floor.registry.sighted(Sighting("label-1", "x"), "label", "ble")
            await asyncio.sleep(0.03)
        assert floor.labels.attempts == ["label-1"]
        floor.registry.clear("label-1")  # retry, without waiting for a turn
        await until(lambda: "label-1" in floor.right())


async def test_a_label_that_wakes_up_is_tried_at_once(floor: Floor) -> None:
    floor.labels.answer = fails_with(Asleep("label-1", "sleeps"))
    floor.label("label-1")
    floor.price(100, 1)
    async with running(floor.dispatch_labels()):
        await until(lambda: state(floor, "label-1") is State.ASLEEP)
        floor.labels.answer = at_once
        waking = threading.Thread(  # a driver may tell it on any thread
            target=floor.registry.sighted, args=(Sighting("label-1", "x"), "label", "ble")
        )
        waking.start()
        waking.join()
        await until(lambda: "label-1" in floor.right())


async def test_a_label_bound_before_it_was_ever_heard_gets_its_picture_when_it_comes(floor: Floor) -> None:
    def bind(tx: Transaction) -> None:
        floor.registry.enrol(tx, "label-1", "label", "ble")
        floor.engine.bind(tx, "label-1", A, "ana")

    def draw(item: str, version: int, label: str) -> PanelImage | None:
        known = floor.registry.get(label)
        return picture(item, version, label) if known and known.panel else None

    floor.do(bind)
    floor.price(100, 1)
    dispatcher = LabelDispatcher(floor.store, floor.engine, floor.registry, {"ble": floor.labels}, draw, floor.clock, 4)
    async with running(dispatcher.run()):
        await until(lambda: state(floor, "label-1") is State.ASLEEP)
        floor.registry.sighted(Sighting("label-1", "x", panel=PANEL), "label", "ble")
        await until(lambda: "label-1" in floor.right())


async def test_labels_that_hang_leave_the_others_their_turns(floor: Floor) -> None:
    async def hang(label: str) -> None:
        if label < "label-3":
            await asyncio.Event().wait()

    floor.labels.answer = hang
    for n in range(8):
        floor.label(f"label-{n}")
    floor.price(100, 1)
    async with running(floor.dispatch_labels(at_once=3, give_up_seconds=0.05)):
        await until(lambda: floor.right() == {f"label-{n}" for n in range(3, 8)})
    assert floor.labels.most_busy == 3
    assert floor.labels.busy == 0  # none is left hanging


async def test_a_fault_in_one_label_is_not_the_others(floor: Floor, caplog: pytest.LogCaptureFixture) -> None:
    async def stumble(label: str) -> None:
        if label == "label-0":
            raise ZeroDivisionError

    floor.labels.answer = stumble
    for n in range(4):
        floor.label(f"label-{n}")
    floor.price(100, 1)
    async with running(floor.dispatch_labels(at_once=1)):
        await until(lambda: floor.right() == {"label-1", "label-2", "label-3"})
    assert "label-0: the attempt ended in an error of ours" in caplog.text


async def test_what_cannot_be_drawn_asks_for_a_person_by_name(floor: Floor) -> None:
    def cannot(item: str, version: int, label: str) -> None:
        if label == "label-1":
            raise CannotDraw(item, "the name is too long")

    floor.label("label-1")
    floor.label("label-2", panel=None)
    floor.price(100, 1)
    dispatcher = LabelDispatcher(
        floor.store, floor.engine, floor.registry, {"ble": floor.labels}, cannot, floor.clock, 4
    )
    async with running(dispatcher.run()):
        await until(lambda: state(floor, "label-1") is state(floor, "label-2") is State.FAULT)
    assert "the name is too long" in floor.registry.get("label-1").health.why  # type: ignore[union-attr]
    assert "panel is not known" in floor.registry.get("label-2").health.why  # type: ignore[union-attr]
    assert floor.labels.attempts == []


async def test_a_retired_label_is_left_alone(floor: Floor) -> None:
    floor.label("label-1")
    floor.price(100, 1)
    floor.do(lambda tx: floor.engine.retire(tx, "label-1", "ana", "fell off"))
    async with running(floor.dispatch_labels()):
        await a_moment()
    assert floor.labels.attempts == []


def unconfirmed(floor: Floor) -> list[tuple[str, str]]:
    """What devices were sent and have not confirmed."""
    with floor.store.reading() as db:
        return list(db.conn.execute("SELECT device, item FROM showing WHERE confirmed = 0"))


def fails_with(error: Exception):  # type: ignore[no-untyped-def]
    """A label that answers with this error."""

    async def answer(_: str) -> None:
        raise error

    return answer


async def at_once(_: str) -> None:
    """A label that takes what it is sent."""


async def test_labels_that_tills_wait_for_go_first_but_do_not_take_every_turn(floor: Floor) -> None:
    floor.till("till-1")
    cuts, raises = ["label-1", "label-2", "label-3"], ["label-4", "label-5", "label-6"]
    for label in cuts:
        floor.label(label)
    for label in raises:
        floor.label(label, B)
    floor.price(100, 1, (A, B))
    async with running(floor.dispatch_labels()):
        await until(lambda: floor.right() == {*cuts, *raises})
    floor.applied("till-1", (A, 1), (B, 1))
    floor.price(80, 2, (A,))
    floor.applied("till-1", (A, 2))
    floor.price(120, 3, (B,))
    floor.labels.attempts.clear()
    release = asyncio.Event()
    floor.labels.answer = lambda _: _wait(release)
    async with running(floor.dispatch_labels(at_once=3)):
        await until(lambda: len(floor.labels.attempts) == 3)
        assert len(set(floor.labels.attempts) & set(raises)) == 2
        release.set()
        await until(lambda: floor.right() == {*cuts, *raises})


async def _wait(release: asyncio.Event) -> None:
    await release.wait()
