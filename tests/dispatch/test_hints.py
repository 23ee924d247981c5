"""What labels say of the stock: drawn when there is time, and never in the way of a price."""

import asyncio

import numpy as np
import pytest

from cloud_sync.contract.goods import Announce, AnnouncedLine
from drivers.base import PanelImage
from drivers.errors import Unreachable
from edge.dispatch import hints
from edge.dispatch.labels import LabelDispatcher
from edge.inventory.facts import Kind, Movement
from edge.inventory.hints import REST_MS, SAVED_UP, Told, left_to_tell, told_of
from edge.inventory.levels import Levels
from edge.inventory.records import note, set_levels
from edge.inventory.sales import note_sales
from edge.receiving.announced import take_in
from tests.dispatch.floor import PANEL, A, B, Floor, running
from tests.store.rig import until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "LOOK_EVERY_MS", 0)


def dispatcher(floor: Floor) -> LabelDispatcher:
    """One whose pictures say what is left."""

    def draw(item: str, version: int, _: str) -> PanelImage:
        with floor.store.reading() as db:
            return shows(item, version, told_of(db.conn, item, version, floor.clock.now))

    return LabelDispatcher(floor.store, floor.engine, floor.registry, {"ble": floor.labels}, draw, floor.clock, 4)


def shows(item: str, version: int, told: Told | int | None) -> PanelImage:
    pixels = np.zeros((4, 8), np.uint8)
    said = told if isinstance(told, Told) else Told(told)
    pixels.flat[:] = [int(bit) for bit in f"{hash((item, version, said)) & 0xFFFFFFFF:032b}"]
    return PanelImage(PANEL, pixels)


def stocked(floor: Floor, item: str, quantity: int) -> None:
    def work(tx) -> None:  # type: ignore[no-untyped-def]
        set_levels(tx, item, Levels(3, 9), "ana")
        note(tx, [Movement(f"d:{item}", item, Kind.DELIVERY, tx.now, quantity)])

    floor.do(work)


def found(floor: Floor, number: int, pieces: int) -> None:
    move = Movement(f"c:{number}", A, Kind.COUNT, floor.clock.now, counted=pieces)
    floor.do(lambda tx: note(tx, [move]))


def sold(floor: Floor, item: str, quantity: int) -> None:
    floor.do(lambda tx: note_sales(tx, [(tx.now, [(item, quantity)])]))


@pytest.mark.parametrize(
    ("free", "minimum", "promotion", "told"),
    [(4, 3, False, None), (3, 3, False, 3), (0, 3, False, 0), (-2, 3, False, 0), (6, 50, False, None),
     (5, 50, False, 5), (0, None, False, None), (20, None, True, 20), (21, None, True, None), (0, 0, False, 0)],
)  # fmt: skip
def test_what_is_told(free: int, minimum: int | None, promotion: bool, told: int | None) -> None:
    assert left_to_tell(free, minimum, promotion=promotion) == told


async def test_a_label_says_at_once_how_few_are_left(floor: Floor) -> None:
    floor.label("label-1")
    floor.price(100, 1)
    stocked(floor, A, 10)
    async with running(dispatcher(floor).run()):
        await until(lambda: floor.labels.shows.get("label-1") == shows(A, 1, None).digest)
        sold(floor, A, 7)
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 1, 3).digest)
        sold(floor, A, 3)
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 1, 0).digest)
        floor.do(lambda tx: note(tx, [Movement("d2", A, Kind.DELIVERY, tx.now, 50)]))
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 1, None).digest)
        floor.price(120, 2)
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 2, None).digest)
    assert len(floor.labels.attempts) == 5
    redrawn = [body["version"] for _, _, body in floor.ledger("label.redrawn")]
    assert redrawn == [1, 1, 1]


async def test_a_label_whose_stock_goes_to_and_fro_rests(floor: Floor) -> None:
    floor.label("label-1")
    floor.price(100, 1)
    stocked(floor, A, 2)
    async with running(dispatcher(floor).run()):
        await until(lambda: floor.labels.shows.get("label-1") == shows(A, 1, 2).digest)
        for number in range(SAVED_UP):
            found(floor, number, left := 1 + number % 2)
            await until(lambda: floor.labels.shows["label-1"] == shows(A, 1, left).digest)
        drawn = len(floor.labels.attempts)
        assert drawn == SAVED_UP + 1
        found(floor, 98, 1)
        await asyncio.sleep(0.1)
        assert len(floor.labels.attempts) == drawn
        floor.clock.now += REST_MS
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 1, 1).digest)
        floor.clock.now -= 2 * SAVED_UP * REST_MS  # a clock that was set back holds nothing up
        found(floor, 99, 0)
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 1, 0).digest)


async def test_a_label_that_is_sold_out_says_when_more_comes(floor: Floor) -> None:
    floor.label("label-1")
    floor.price(100, 1)
    stocked(floor, A, 4)
    due = floor.clock.now + 2 * REST_MS

    def announced(number: str, item: str, at: int) -> None:
        line = AnnouncedLine(item=item, quantity=20)
        floor.do(lambda tx: take_in(tx, Announce(id=number, due=at, lines=(line,))))

    async with running(dispatcher(floor).run()):
        announced("D-1", A, due)
        await until(lambda: floor.labels.shows.get("label-1") == shows(A, 1, None).digest)
        sold(floor, A, 4)
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 1, Told(0, due)).digest)
        announced("D-2", B, due - 1)
        announced("D-3", A, due - 1)
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 1, Told(0, due - 1)).digest)
        floor.clock.now = due + 1  # it did not come
        floor.price(90, 2, (B,))
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 1, 0).digest)


async def test_a_label_that_hangs_keeps_no_other_from_saying_what_is_left(floor: Floor) -> None:
    floor.label("label-1")
    floor.label("label-2", B)
    floor.price(100, 1, (A, B))
    stocked(floor, B, 10)
    async with running(dispatcher(floor).run()):
        await until(lambda: floor.right() == {"label-1", "label-2"})

        async def hangs(label: str) -> None:
            await asyncio.sleep(3600 if label == "label-1" else 0)

        floor.labels.answer = hangs
        floor.price(90, 2, (A,))
        await until(lambda: floor.labels.busy == 1)
        sold(floor, B, 8)
        await until(lambda: floor.labels.shows["label-2"] == shows(B, 1, 2).digest)


async def test_a_price_does_not_wait_for_a_hint(floor: Floor) -> None:
    floor.label("label-1")
    floor.label("label-2", B)
    floor.price(100, 1, (A, B))
    stocked(floor, A, 2)
    hanging = asyncio.Event()

    async def hang(_: str) -> None:
        hanging.set()
        await asyncio.sleep(3600)

    floor.do(lambda tx: tx.sql.execute("UPDATE stock SET hand = 10"))
    async with running(dispatcher(floor).run()):
        await until(lambda: floor.right() == {"label-1", "label-2"})
        floor.labels.answer = hang
        sold(floor, A, 8)
        floor.clock.now += REST_MS
        await hanging.wait()
        floor.labels.answer = floor.labels._at_once
        floor.price(90, 2)
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 2, 2).digest)
    assert floor.labels.busy == 0


async def test_a_hint_that_does_not_get_through_holds_nothing_against_the_label(floor: Floor) -> None:
    floor.label("label-1")
    floor.price(100, 1)
    stocked(floor, A, 10)
    async with running(dispatcher(floor).run()):
        await until(lambda: "label-1" in floor.right())

        async def fails(label: str) -> None:
            raise Unreachable(label, "link lost")

        floor.labels.answer = fails
        sold(floor, A, 9)
        floor.clock.now += REST_MS
        await until(lambda: len(floor.labels.attempts) == 2)
        await asyncio.sleep(0.1)
        assert len(floor.labels.attempts) == 2  # not again for a while
        floor.labels.answer = floor.labels._at_once
        floor.price(90, 2)
        await until(lambda: floor.labels.shows["label-1"] == shows(A, 2, 1).digest)
