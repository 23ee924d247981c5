"""Prices on their way to tills, and receipts."""

import asyncio

from drivers.errors import Unreachable
from edge.dispatch import wanted as dispatch
from edge.dispatch.tills import Receipts
from edge.intake import Intake
from tests.dispatch.floor import A, B, Floor, running
from tests.store.rig import until


def rows_sent(floor: Floor, till: str = "till-1") -> list[tuple[str, int]]:
    """Every row the till was sent, in order, repeats included."""
    return [row for to, rows in floor.tills.sent if to == till for row in rows]


async def test_rows_are_repeated_until_they_are_confirmed(floor: Floor) -> None:
    floor.till("till-1")
    async with running(floor.dispatch_tills()):
        floor.price(100, 1)
        await until(lambda: len(floor.tills.sent) == 1)
        await asyncio.sleep(0.1)
        assert len(floor.tills.sent) == 1  # it has a while to answer
        floor.clock.now += dispatch.REPEAT_AFTER_MS
        await until(lambda: len(floor.tills.sent) == 2)
        floor.applied("till-1", (A, 1))
        floor.clock.now += dispatch.REPEAT_AFTER_MS
        await asyncio.sleep(0.1)
    assert rows_sent(floor) == [(A, 1), (A, 1)]
    assert floor.phase(1) == "landed"


async def test_a_till_that_never_answers_is_asked_less_and_less_often(floor: Floor) -> None:
    """Each repeat is an answer in its journal, which a gateway with a full disk cannot take off it."""
    floor.till("till-1")
    minutes = 0.0
    async with running(floor.dispatch_tills()):
        floor.price(100, 1)
        await until(lambda: rows_sent(floor))
        while minutes < 5:
            before, waited = len(floor.tills.sent), 0
            while len(floor.tills.sent) == before and waited < dispatch.REPEAT_AT_MOST_MS:
                floor.clock.now += dispatch.REPEAT_AFTER_MS
                waited += dispatch.REPEAT_AFTER_MS
                floor.do(lambda tx: tx.topics.add("prices"))
                await asyncio.sleep(0.03)
            async with asyncio.timeout(30):  # with the clock as it is now, however busy the machine
                while len(floor.tills.sent) == before:
                    await asyncio.sleep(0.01)
            minutes += waited / 60_000
        assert len(floor.tills.sent) <= 10
        floor.registry.lost("till-1", "its connection broke")
        floor.till_is_back("till-1")  # on a new connection everything begins anew, at once
        sent = len(floor.tills.sent)
        await until(lambda: len(floor.tills.sent) == sent + 1)


async def test_a_till_that_is_away_is_sent_nothing_and_everything_when_it_is_back(floor: Floor) -> None:
    floor.till("till-1")
    floor.till("till-2")
    floor.registry.lost("till-2", "its connection broke")
    async with running(floor.dispatch_tills()):
        floor.price(100, 1)
        await until(lambda: rows_sent(floor))
        floor.price(90, 2)
        await until(lambda: (A, 2) in rows_sent(floor))
        assert rows_sent(floor, "till-2") == []
        floor.till_is_back("till-2")
        await until(lambda: rows_sent(floor, "till-2") == [(A, 2)])  # the newest, not its history


async def test_a_birth_starts_over_even_while_something_is_being_sent(floor: Floor) -> None:
    """The till comes back in the very moment that a message is handed over: what it was sent may be lost."""
    floor.till("till-1")
    floor.registry.lost("till-1", "its connection broke")
    again = iter([True])

    def meanwhile() -> None:
        if next(again, False):
            floor.registry.lost("till-1", "its connection broke")
            floor.till_is_back("till-1")

    floor.tills.meanwhile = meanwhile
    async with running(floor.dispatch_tills()):
        floor.price(100, 1)
        floor.till_is_back("till-1")
        await until(lambda: len(floor.tills.sent) == 2)
    assert rows_sent(floor) == [(A, 1), (A, 1)]


async def test_no_more_is_on_the_way_than_a_till_can_take(floor: Floor) -> None:
    items = [f"{n:014d}" for n in range(dispatch.ROWS_ON_THE_WAY + 500)]
    floor.till("till-1")
    floor.price(100, 1, items)
    async with running(floor.dispatch_tills()):
        await until(lambda: len(rows_sent(floor)) == dispatch.ROWS_ON_THE_WAY)
        await asyncio.sleep(0.1)
        assert len(rows_sent(floor)) == dispatch.ROWS_ON_THE_WAY
        assert max(len(rows) for _, rows in floor.tills.sent) <= dispatch.ROWS_PER_MESSAGE
        floor.applied("till-1", *rows_sent(floor)[:200])
        await until(lambda: len(rows_sent(floor)) == dispatch.ROWS_ON_THE_WAY + 200)
    assert len(set(rows_sent(floor))) == dispatch.ROWS_ON_THE_WAY + 200  # none of them twice


async def test_a_till_whose_link_fails_is_no_trouble_for_the_others(floor: Floor) -> None:
    floor.tills.fail = lambda till: Unreachable(till, "the link is down") if till == "till-1" else None
    floor.till("till-1")
    floor.till("till-2")
    async with running(floor.dispatch_tills()):
        floor.price(100, 1)
        await until(lambda: rows_sent(floor, "till-2") == [(A, 1)])
        floor.tills.fail = lambda _: None
        await until(lambda: rows_sent(floor, "till-1") == [(A, 1)])


async def test_a_till_of_a_driver_that_is_gone_is_no_trouble_for_the_others(floor: Floor) -> None:
    floor.do(lambda tx: floor.registry.enrol(tx, "till-0", "till", "gone"))
    floor.till("till-0")
    floor.do(lambda tx: floor.registry.enrol(tx, "till-0", "till", "gone"))
    floor.till("till-1")
    async with running(floor.dispatch_tills()):
        floor.price(100, 1)
        await until(lambda: rows_sent(floor) == [(A, 1)])


async def test_a_till_with_a_new_journal_is_sent_all_that_it_may_charge(floor: Floor) -> None:
    floor.till("till-1")
    floor.price(100, 1, (A, B))
    floor.applied("till-1", (A, 1), (B, 1))
    async with running(floor.dispatch_tills()):
        await asyncio.sleep(0.05)
        assert rows_sent(floor) == []
        floor.do(lambda tx: floor.engine.till_forgot(tx, "till-1", 2))
        await until(lambda: sorted(rows_sent(floor)) == sorted([(A, 1), (B, 1)]))


async def test_rows_are_sent_for_the_journal_that_the_books_are_about(floor: Floor) -> None:
    floor.till("till-1")
    floor.do(lambda tx: Intake(floor.engine).meet(tx, "till-1", 7))
    floor.price(100, 1)
    async with running(floor.dispatch_tills()):
        await until(lambda: floor.tills.epochs == [7])


async def test_only_the_newest_receipt_of_each_till_is_sent(floor: Floor) -> None:
    receipts = Receipts({"mqtt": floor.tills}, lambda till: None if till == "till-9" else "mqtt")
    for seq in range(1, 40):
        receipts.owe("till-1", 7, seq)
        receipts.owe("till-2", 8, seq)
    receipts.owe("till-9", 1, 1)  # nobody knows how to reach it
    async with running(receipts.run()):
        await until(lambda: len(floor.tills.receipts) == 2)
        assert sorted(floor.tills.receipts) == [("till-1", 7, 39), ("till-2", 8, 39)]
        floor.tills.fail = lambda till: Unreachable(till, "the link is down")
        receipts.owe("till-1", 7, 40)
        await asyncio.sleep(0.05)
        floor.tills.fail = lambda _: None
        receipts.owe("till-2", 8, 41)  # one failure ends nothing
        await until(lambda: ("till-2", 8, 41) in floor.tills.receipts)
