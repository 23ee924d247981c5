"""Kill -9 of the gateway, again and again, while tills sell, prices change and labels are written.

A few times in every run; `AISLE_KILLS=20 pytest tests/e2e/test_kill.py` does it twenty times, and `AISLE_SEED` repeats
the choices of a run that failed.
"""

import asyncio
import os
import random
import secrets
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from simulators.demo.processes import NotStarted
from simulators.demo.stage import Stage
from tests.e2e.scene import aisle, all_arrived, busy, labelled, receipts, reprice, sell, small_shop, until

KILLS = int(os.environ.get("AISLE_KILLS", "4"))
SEED = int(os.environ.get("AISLE_SEED", secrets.randbelow(1 << 30)))


@pytest.mark.slow
async def test_nothing_is_lost_or_doubled_however_often_the_gateway_is_killed(tmp_path: Path) -> None:
    print(f"AISLE_SEED={SEED}")
    chance = random.Random(SEED)
    async with small_shop(tmp_path, tills=3) as stage:
        items = labelled(stage)
        tills = list(stage.shop.tills.values())
        load = [sell(till, items, SEED + number) for number, till in enumerate(tills)]
        async with busy(*load, reprice(stage, items, SEED)):
            for number in range(KILLS):
                await _kill_at_some_moment(stage, chance, while_starting=number % 4 == 3)
                print(
                    f"kill {number + 1}: {len(receipts(stage))} sold, {sum(till.backlog for till in tills)} on the way"
                )
            await stage.restart_gateway()
            await asyncio.sleep(chance.uniform(0.5, 1.5))
        record = await all_arrived(stage)
        print(f"{KILLS} kills: {len(receipts(stage))} sales, changes {dict(record.outcomes)}")
        await stage.gateway.stop()
        code, said = await aisle("ledger", "verify", "--data", str(tmp_path / "gateway"))
        assert (code, said[:6]) == (0, "intact"), said


async def _kill_at_some_moment(stage: Stage, chance: random.Random, *, while_starting: bool) -> None:
    """Kill the gateway; where it is down, start it first and let the shop get going, or let it not even come up."""
    starting = None
    if not stage.gateway.running:
        starting = asyncio.create_task(stage.restart_gateway())
        if not while_starting:
            await starting
            await until("the tills are back", lambda: all(till.connected for till in stage.shop.tills.values()))
    await asyncio.sleep(chance.uniform(0.1, 2.0))
    await stage.gateway.kill()
    if starting is not None:
        with suppress(NotStarted, httpx.HTTPError):
            await starting
