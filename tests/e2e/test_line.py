"""The line to head office breaks, swallows answers, or leads to a head office that dies: nothing is lost or doubled."""

import asyncio
import random
from collections.abc import Coroutine
from pathlib import Path

import pytest

from simulators.demo.stage import Stage
from tests.e2e.scene import all_arrived, busy, change, labelled, receipts, reprice, sell, small_shop, until

SALES_MEANWHILE = 40
TRIES_IN_VAIN = 6
ANSWERS_TO_LOSE = 5


def _load(stage: Stage) -> list[Coroutine[object, object, None]]:
    """Every till sells without end."""
    items = labelled(stage)
    return [sell(till, items, number) for number, till in enumerate(stage.shop.tills.values())]


def _versions(stage: Stage, item: str) -> set[int]:
    """The versions of an item's price that the tills charge by."""
    return {price.version for till in stage.shop.tills.values() if (price := till.price(item))}


async def _sold(stage: Stage, more: int) -> None:
    """Wait until so many more sales were made."""
    wanted = len(receipts(stage)) + more
    await until(f"{more} more sales were made", lambda: len(receipts(stage)) >= wanted)


@pytest.mark.slow
async def test_a_shop_sells_on_while_the_line_is_cut_and_catches_up(tmp_path: Path) -> None:
    async with small_shop(tmp_path) as stage:
        first, *others = labelled(stage)
        async with busy(*_load(stage)):
            await _sold(stage, 5)
            stage.line.cut()
            here = len((await asyncio.to_thread(stage.record)).receipts)
            sequence, *_ = await change(stage, [first], 0.9)
            await change(stage, others[:3], 1.1)
            await _sold(stage, SALES_MEANWHILE)
            await until("the gateway tried in vain", lambda: stage.line.turned_away >= TRIES_IN_VAIN)
            record = await asyncio.to_thread(stage.record)
            assert len(record.receipts) < len(receipts(stage)) - SALES_MEANWHILE // 2
            assert len(record.receipts) <= here + 5  # what was already past the scissors when they closed
            assert max(_versions(stage, first)) < sequence
            stage.line.mend()
            await _sold(stage, 5)
        record = await all_arrived(stage)
        assert _versions(stage, first) == {sequence}
        assert record.outcomes["landed"] == sum(record.outcomes.values())


@pytest.mark.slow
async def test_an_answer_that_is_lost_leads_to_a_repeat_and_not_to_a_second_sale(tmp_path: Path) -> None:
    async with small_shop(tmp_path) as stage:
        async with busy(*_load(stage), reprice(stage, labelled(stage), 1)):
            stage.line.answers_to_lose = ANSWERS_TO_LOSE
            await until(f"{ANSWERS_TO_LOSE} answers were lost", lambda: stage.line.answers_to_lose == 0)
            await _sold(stage, 5)
        await all_arrived(stage)


@pytest.mark.slow
async def test_head_office_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(1)
    async with small_shop(tmp_path) as stage:
        for _ in range(2):
            async with busy(*_load(stage)):
                await change(stage, chance.sample(labelled(stage), 3), 1.07)
                await asyncio.sleep(chance.uniform(0, 0.5))
                await stage.office_process.kill()
                await _sold(stage, 15)
                await stage.restart_office()
                await _sold(stage, 5)
        await all_arrived(stage)
