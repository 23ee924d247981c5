"""A disk dies: the gateway goes on from a backup made while it ran, on the same key, with the same shop."""

import asyncio
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from simulators.demo.judge import find_overcharges, label_history
from simulators.demo.stage import Stage, settled
from tests.e2e.scene import (
    PATIENCE_S,
    STORE,
    aisle,
    busy,
    change,
    labelled,
    receipts,
    reprice,
    sell,
    small_shop,
    store_db,
    until,
    until_true,
)

SEED = 3


@pytest.mark.slow
async def test_a_gateway_goes_on_from_a_backup_and_nobody_pays_more_or_twice(tmp_path: Path) -> None:
    data, copy = str(tmp_path / "gateway"), str(tmp_path / "copy.db")
    async with small_shop(tmp_path, labels=5, tills=2, items=12) as stage:
        items, tills = labelled(stage), list(stage.shop.tills.values())
        load = [sell(till, items, SEED + number) for number, till in enumerate(tills)]
        async with busy(*load, reprice(stage, items, SEED)):
            await asyncio.sleep(1.5)
            assert (await aisle("backup", copy, "--data", data))[0] == 0
            code, said = await aisle("restore", copy, "--data", data)
            assert (code, "a gateway runs on" in said) == (2, True), said
            await asyncio.sleep(3.0)
            await stage.gateway.kill()
            await asyncio.sleep(random.Random(SEED).uniform(0.2, 0.8))  # tills go on selling on their leases
        lost = _receipted_and_nowhere(stage)
        newest = max((await asyncio.to_thread(stage.record)).newest.values())
        former, head = _epoch(stage), _rows(Path(copy))

        code, said = await aisle("restore", copy, "--data", data)
        assert code == 0, said
        assert "5 labels and 2 tills are out of service" in said
        assert _rows(store_db(stage))[: len(head)] == head
        assert _epoch(stage) > former
        await stage.restart_gateway()

        await until("the tills' journals are taken in", lambda: not any(till.backlog for till in tills))
        await until("prices came again", lambda: _cursor(stage) >= newest)
        assert not any(_sent(stage, device) for device in stage.shop.tills), "a till was believed"
        await stage.box.bind(
            [{"label": label, "item": item, "place": "A1"} for label, item in stage.shop.bindings.items()]
        )
        assert await settled(stage, PATIENCE_S), "labels that are not right after the restore"
        for device, till in stage.shop.tills.items():
            await asyncio.to_thread(till.wipe)
            till.config = replace(till.config, password=await stage.box.enrol_till(device, device))
            till.start()
        async with busy(*[sell(till, items, SEED + 7 + number) for number, till in enumerate(tills)]):
            before = len(receipts(stage))
            await change(stage, items[:2], 0.9)
            await change(stage, items[2:4], 1.15)
            await until("tills sell again", lambda: len(receipts(stage)) > before + 10)
        await _all_there(stage, lost, former)
        assert (await aisle("ledger", "verify", "--data", data))[0] == 0


async def _all_there(stage: Stage, lost: set[str], former: int) -> None:
    """Every sale but those that the disk took with it is at head office once, and cost no more than labels showed."""
    expected = set(receipts(stage)) - lost

    async def arrived() -> bool:
        record = await asyncio.to_thread(stage.record)
        return expected <= set(record.receipts) and not any(till.backlog for till in stage.shop.tills.values())

    await until_true("all sales are at head office", arrived)
    assert await settled(stage, PATIENCE_S)
    record = await asyncio.to_thread(stage.record)
    assert [receipt for receipt, times in record.receipts.items() if times != 1] == []
    assert await asyncio.to_thread(find_overcharges, stage.shop, record.prices) == []
    for device, events in record.senders.items():
        for life in {epoch for epoch, _ in events}:
            seqs = [seq for epoch, seq in events if epoch == life]
            assert len(seqs) == len(set(seqs)), f"{device}: events that arrived twice"
    for label in stage.shop.bindings:
        versions = [seen.version for seen in label_history(stage.shop.label(label))]
        assert versions == sorted(versions), f"{label}: a version that went back"
    numbers = _numbers(stage)
    assert set(numbers) == {former, _epoch(stage)}
    assert numbers[former] == list(range(1, len(numbers[former]) + 1))
    print(f"{len(expected)} sales at head office, {len(lost)} lost with the disk")


def _receipted_and_nowhere(stage: Stage) -> set[str]:
    """Sales that only the dead disk had: the till was told that they are safe, and head office did not get them."""
    there, gone = set(stage.record().receipts), set()
    for till in stage.shop.tills.values():
        with closing(sqlite3.connect(f"file:{till.config.journal}?mode=ro", uri=True, timeout=10)) as sql:
            kept = {seq for (seq,) in sql.execute("SELECT seq FROM event")}
        gone |= {sale.receipt for sale in till.truth.sales if sale.seq not in kept} - there
    return gone


def _rows(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as sql:
        return sql.execute("SELECT * FROM ledger ORDER BY seq").fetchall()


def _epoch(stage: Stage) -> int:
    return int(_meta(stage, "epoch"))


def _cursor(stage: Stage) -> int:
    return int(_meta(stage, "inbox.cursor"))


def _meta(stage: Stage, key: str) -> str:
    with closing(sqlite3.connect(f"file:{store_db(stage)}?mode=ro", uri=True, timeout=10)) as sql:
        return str(sql.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])


def _sent(stage: Stage, device: str) -> int:
    with closing(sqlite3.connect(f"file:{store_db(stage)}?mode=ro", uri=True, timeout=10)) as sql:
        return int(sql.execute("SELECT COUNT(*) FROM showing WHERE device = ?", (device,)).fetchone()[0])


def _numbers(stage: Stage) -> dict[int, list[int]]:
    """Gateway epoch → the numbers of its events at head office."""
    with closing(sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True, timeout=10)) as sql:
        found: dict[int, list[int]] = {}
        for epoch, seq in sql.execute(
            "SELECT epoch, seq FROM events WHERE store = :s UNION ALL SELECT epoch, seq FROM misfits WHERE store = :s"
            " ORDER BY 1, 2",
            {"s": STORE},
        ):
            found.setdefault(epoch, []).append(seq)
        return found
