"""A small shop made of real processes, shoppers that never stop, and a head office that keeps changing its mind."""

import asyncio
import os
import random
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from simulators.demo.clients import ApiError
from simulators.demo.day import scaled
from simulators.demo.judge import OfficeRecord, find_overcharges
from simulators.demo.processes import NotStarted
from simulators.demo.setting import Setting
from simulators.demo.stage import Stage, set_stage, settled
from simulators.till.basket import NotForSaleError
from simulators.till.till import Till

STORE = "0204"
PATIENCE_S = 90.0
"""How long something may take on a busy machine before a test gives up on it: a bound, not a requirement."""


@asynccontextmanager
async def small_shop(
    folder: Path,
    labels: int = 8,
    tills: int = 2,
    items: int = 24,
    more: str = "",
    film_seconds: float = 0,
    broker: str = "auto",
) -> AsyncIterator[Stage]:
    """Head office, gateway, broker, labels and tills; everything ends with the block. Its words show on a failure."""
    setting = Setting(labels, tills, items, usual_ports=False, broker=broker, more=more)
    async with AsyncExitStack() as stack:
        try:
            stage = await set_stage(stack, folder, None, STORE, film_seconds, 1, _timed(), setting)
        except (NotStarted, ApiError) as error:
            pytest.fail(f"the shop did not open: {error}")
        try:
            assert await settled(stage, PATIENCE_S), "the first price list did not land"
            yield stage
        finally:
            print(f"--- the gateway's last words\n{stage.gateway.last_words(40)}")
            print(f"--- head office's last words\n{stage.office_process.last_words(20)}")


def _timed() -> Callable[[str], None]:
    """Print with the seconds since now."""
    begin = time.monotonic()
    return lambda words: print(f"{time.monotonic() - begin:5.1f} s  {words}")


async def until(what: str, holds: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Wait until it holds; `holds` may read files. Fails the test by naming what did not come about."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not await asyncio.to_thread(holds):
                await asyncio.sleep(0.1)
            return
    pytest.fail(f"within {within_s:.0f} s it did not come about that {what}")


async def until_true(what: str, holds: Callable[[], Awaitable[object]], within_s: float = PATIENCE_S) -> None:
    """As `until`, for what has to be asked over HTTP."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not await holds():
                await asyncio.sleep(0.2)
            return
    pytest.fail(f"within {within_s:.0f} s it did not come about that {what}")


@asynccontextmanager
async def busy(*work: Awaitable[None]) -> AsyncIterator[None]:
    """Let work go on in the background during the block; what goes wrong in it fails the test."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def sell(till: Till, items: Sequence[str], seed: int, rest_s: float = 0.03) -> None:
    """Sell baskets of these items without end, about as fast as a disk lets a till sell."""
    chance = random.Random(seed)
    while True:
        with suppress(NotForSaleError):
            await asyncio.to_thread(till.sell, chance.sample(items, min(len(items), chance.randint(1, 3))))
        await asyncio.sleep(chance.uniform(0, 2 * rest_s))


async def reprice(stage: Stage, items: Sequence[str], seed: int, rest_s: float = 0.8) -> None:
    """Cut and raise prices without end, two at a time."""
    chance = random.Random(seed)
    while True:
        await change(stage, chance.sample(items, 2), chance.choice((0.85, 0.93, 1.08, 1.18)))
        await asyncio.sleep(chance.uniform(0, 2 * rest_s))


async def change(stage: Stage, items: Sequence[str], factor: float) -> list[int]:
    """Push new prices for these items; returns the numbers of the changes."""
    rows = [scaled(stage.rows[item], factor) for item in items]
    done = await stage.office.push_rows(stage.store, rows)
    stage.rows.update({row["item"]: row for row in rows})
    sequences: list[int] = done["sequences"]
    return sequences


def labelled(stage: Stage) -> list[str]:
    """The items that have a label."""
    return list(dict.fromkeys(stage.shop.bindings.values()))


def receipts(stage: Stage) -> list[str]:
    """Of every sale that was made, by the tills' own memory."""
    return [sale.receipt for till in stage.shop.tills.values() for sale in till.truth.sales]


async def all_arrived(stage: Stage) -> OfficeRecord:
    """Wait until every sale is at head office, every change has an outcome and every label is right; then judge.

    Nothing may be lost or doubled, out of order, or charged above what a label showed.
    """
    made = receipts(stage)
    await until(
        f"all {len(made)} sales are at head office and receipted",
        lambda: (
            set(made) <= set(stage.record().receipts) and not any(till.backlog for till in stage.shop.tills.values())
        ),
    )
    assert await settled(stage, PATIENCE_S), "changes without an outcome, or labels that are not right"
    await until("the gateway's queue is empty", lambda: not _queued(stage))
    record = await asyncio.to_thread(stage.record)
    assert [receipt for receipt, times in record.receipts.items() if times != 1] == [], "sales that arrived twice"
    assert await asyncio.to_thread(find_overcharges, stage.shop, record.prices) == []
    for device, till in stage.shop.tills.items():
        sold = [(sale.epoch, sale.seq) for sale in till.truth.sales]
        assert record.senders.get(device, []) == sold, f"{device}: not the very sequence of events that it sent"
    _no_gaps(stage)
    return record


def _no_gaps(stage: Stage) -> None:
    """What the gateway numbered stands at head office, each number once: nothing was shed, nothing was lost."""
    with closing(sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True, timeout=10)) as sql:
        numbers = sql.execute(
            "SELECT epoch, seq FROM events WHERE store = :store"
            " UNION ALL SELECT epoch, seq FROM misfits WHERE store = :store ORDER BY epoch, seq",
            {"store": stage.store},
        ).fetchall()
    epochs = {epoch for epoch, _ in numbers}
    assert len(epochs) == 1, "the gateway began a new life without being told to"
    assert [seq for _, seq in numbers] == list(range(1, len(numbers) + 1))


def _queued(stage: Stage) -> int:
    with closing(sqlite3.connect(f"file:{store_db(stage)}?mode=ro", uri=True, timeout=10)) as sql:
        count: int = sql.execute("SELECT COUNT(*) FROM outbox").fetchone()[0]
    return count


def store_db(stage: Stage) -> Path:
    """The gateway's store of record."""
    return stage.folder / "gateway" / "store.db"


async def aisle(*arguments: str, within_s: float = PATIENCE_S) -> tuple[int, str]:
    """Run one `aisle` command to its end; returns its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge.cli", *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(within_s):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, said.decode()
