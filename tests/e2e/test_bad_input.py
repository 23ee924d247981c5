"""Bad input of every kind: a clear word about it, and the rest of the shop goes on."""

import asyncio
import csv
import io
import json
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from simulators.ble.label import Label, LabelSpec
from simulators.demo.shop import device_of
from simulators.demo.stage import OPERATOR, Stage
from tests.e2e.evil import altered, envelope_of, signed_by_a_stranger, slip_in
from tests.e2e.scene import (
    STORE,
    aisle,
    all_arrived,
    busy,
    change,
    labelled,
    receipts,
    sell,
    small_shop,
    until,
    until_true,
)
from tests.e2e.speaker import Speaker

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SCRIPT = "<script>document.title='owned'</script>"
ROOM_BYTES = 64 << 10
"""How large any file of the gateway may become while its disk is full."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One shop for all of these: each test leaves it as good as it found it."""
    async with small_shop(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


async def test_broken_rows_of_a_price_list_are_named_and_the_others_land(stage: Stage, tmp_path: Path) -> None:
    with (stage.folder / "prices.csv").open(encoding="utf-8") as file:
        header, first, second, *_ = list(csv.reader(file))
    first[7] = f"{float(first[7]) + 0.1:.2f}"
    broken = {
        3: [*second[:7], "", "", ""],
        4: second[:4],
        5: [*second[:7], "-1.00", "", ""],
        6: [*second[:7], "1.999", "", ""],
        7: ["\x00", *second[1:]],
        8: [second[0], "", "", "", "", "no barcode", "", "2.00", "", ""],
    }
    lines = io.StringIO()
    csv.writer(lines).writerows([header, first, *broken.values()])
    file_, rejects = tmp_path / "list.csv", tmp_path / "rejects.csv"
    file_.write_bytes(lines.getvalue().encode() + b'"never closed,1,,,,,,1.00,,\r\n')
    code, said = await _push(stage, file_, "--rejects", str(rejects))
    assert code == 0, said
    assert "rows 8" in said
    assert "accepted 1" in said
    assert "rejected 7" in said
    with rejects.open(encoding="utf-8-sig") as kept:
        rows = list(csv.reader(kept))[1:]
    assert [int(row[0]) for row in rows] == [*broken, 9]
    assert all(row[1].strip() for row in rows), "every reject has its reason"
    await until("the good row landed", lambda: not stage.record().outcomes["pending"])

    file_.write_bytes(bytes(range(256)) * 40)
    code, said = await _push(stage, file_)
    assert code == 1, said
    assert "Traceback" not in said
    assert "✗" in said
    await all_arrived(stage)


async def _push(stage: Stage, file: Path, *more: str) -> tuple[int, str]:
    who = ("--hq", stage.office.url, "--user", OPERATOR, "--password", stage.password)
    return await aisle("prices", "push", str(file), "--store", STORE, *who, *more)


async def test_forged_and_replayed_changes_are_refused_and_the_next_one_lands(stage: Stage) -> None:
    first, second, *_ = labelled(stage)
    (real,) = await change(stage, [second], 0.97)
    await stage.office.add_store("0205", "Another shop", "EUR", "Europe/Zagreb")
    await stage.office.push_rows("0205", [{**stage.rows[first], "minor": 1}])
    envelope = envelope_of(stage, STORE, real)
    wrong = {
        real + 1: (altered(envelope, real + 1), "not signed by a key of head office"),
        real + 2: (signed_by_a_stranger(envelope, real + 2), "not signed by a key of head office"),
        real + 3: (envelope, f"replayed: number {real} is not newer"),
        real + 4: (envelope_of(stage, "0205", 1), "meant for store 0205"),
        real + 5: ('{"payload": 1}', "not a signed envelope"),
    }
    for sequence, (bad, _) in wrong.items():
        assert slip_in(stage, real, bad) == sequence
    (good,) = await change(stage, [first], 0.95)
    await until("every change has an outcome", lambda: not stage.record().outcomes["pending"])
    rows = {row["sequence"]: row for row in await stage.office.rows(STORE)}
    tasks = {task["version"]: task["why"] for task in await stage.box.tasks() if task["kind"] == "refused_change"}
    for sequence, (_, why) in wrong.items():
        assert rows[sequence]["outcome"] == "refused"
        assert why in rows[sequence]["why"], "head office hears the reason"
        assert why in tasks[sequence], "and so does the shop"
    assert rows[real]["outcome"] == rows[good]["outcome"] == "landed"
    for till in stage.shop.tills.values():
        assert not {applied.version for applied in till.truth.prices[second]} & set(wrong)
    await all_arrived(stage)


async def test_a_hostile_name_on_the_air_harms_nobody(stage: Stage) -> None:
    spec = LabelSpec("FF:FF:92:00:0B:AD", name="=<b>\x1b[2J\u202e" + "x" * 60)
    label = Label(spec, stage.shop.radio.air)
    await label.start(0.3)
    try:
        await until_true("the label is seen", lambda: _device(stage, device_of(spec.address)))
    finally:
        await label.stop()
    seen = await _device(stage, device_of(spec.address))
    assert seen["name"].startswith("'=<b>[2J"), "a formula for a spreadsheet is defused"
    assert seen["name"].isprintable()
    page = await stage.box.fetch("/devices")
    assert "<b>[2J" not in page
    assert "&lt;b&gt;[2J" in page, "and markup is no markup"


async def test_a_label_may_be_bound_before_it_is_ever_heard(stage: Stage) -> None:
    spec = LabelSpec("FF:FF:92:00:0B:EE")
    item = labelled(stage)[0]
    await stage.box.bind([{"label": device_of(spec.address), "item": item, "place": "shelf"}])
    await until_true(
        "it waits for the label", lambda: _state(stage, device_of(spec.address), "asleep", "not heard yet")
    )
    label = Label(spec, stage.shop.radio.air)
    await label.start(0.3)
    try:
        await until("the label shows its price", lambda: label.pixels is not None)
        await until_true("the console knows", lambda: _state(stage, device_of(spec.address), "ready", ""))
        await stage.box.retire(device_of(spec.address), "only a test")
    finally:
        await label.stop()
    await all_arrived(stage)


async def test_garbage_from_a_device_is_dropped_by_name_and_what_makes_sense_is_kept(stage: Stage) -> None:
    items = labelled(stage)
    password = await stage.box.enrol_till("till-9", "")
    async with busy(*(sell(till, items, number, 0.1) for number, till in enumerate(stage.shop.tills.values()))):
        async with Speaker(stage, "till-9", password) as speaker:
            birth = {"state": "online", "session": 1, "epoch": 77, "kind": "till", "seq": 0}
            speaker.say("state", {**birth, "name": "x" * 81})
            speaker.say("state", {**birth, "name": "\x1b[2J"})
            speaker.say("state", {**birth, "name": SCRIPT})
            await until_true("it is seen", lambda: _device(stage, "till-9"))
            for rubbish in (b"", b"\xff\x00" * 50, b"[" * 60_000, b'{"epoch":1e999}', b'{"epoch":-1}', b'"\\ud800"'):
                speaker.say_raw("event", rubbish)
            speaker.say("event", {"epoch": 77, "seq": 2**60, "at": 0, "kind": "sale", "body": {}})
            await until_true("staff are told which till it is", lambda: _state(stage, "till-9", "fault", ""))
            page = await stage.box.fetch("/devices")
            assert SCRIPT not in page
            assert SCRIPT.replace("<", "&lt;").replace(">", "&gt;") in page

            speaker.say("event", {"epoch": 77, "seq": 1, "at": 1, "kind": "sale", "body": {"receipt": "r" * 99}})
            line = {"item": items[0], "version": 1, "minor": 1, "quantity": 1, "total_minor": 1}
            sale = {"receipt": "foreign-2", "currency": "EUR", "lines": [line], "total_minor": 1}
            speaker.say("event", {"epoch": 77, "seq": 2, "at": 2, "kind": "sale", "body": sale})
            await until("both are receipted", lambda: speaker.heard("receipt") == {"epoch": 77, "seq": 2})
            await until("the sale is at head office", lambda: "foreign-2" in stage.record().receipts)
            assert "receipt" in _unreadable(stage), "what could not be read is kept, with the reason"
        await stage.box.retry("till-9")
        assert not await _state(stage, "till-9", "fault", "")
    await stage.box.retire("till-9", "only a test")
    await all_arrived(stage)


async def test_a_full_disk_stops_receipts_and_nothing_is_lost(stage: Stage) -> None:
    items, tills = labelled(stage), list(stage.shop.tills.values())
    gateway = stage.gateway.pid
    soft, hard = resource.prlimit(gateway, resource.RLIMIT_FSIZE)
    before = len(receipts(stage))
    async with busy(*(sell(till, items, number) for number, till in enumerate(tills))):
        resource.prlimit(gateway, resource.RLIMIT_FSIZE, (ROOM_BYTES, hard))
        try:
            await until("the disk is full", lambda: "not on disk" in stage.gateway.last_words(400))
            known = len((await asyncio.to_thread(stage.record)).receipts)
            await change(stage, items[:2], 0.9)
            waiting = [till.backlog for till in tills]
            await until(
                "the tills keep what they sell",
                lambda: all(till.backlog >= was + 15 for till, was in zip(tills, waiting, strict=True)),
            )
            assert len((await asyncio.to_thread(stage.record)).receipts) <= known + 60
            assert stage.gateway.running
            assert await stage.box.fetch("/api/healthz")
        finally:
            resource.prlimit(gateway, resource.RLIMIT_FSIZE, (soft, hard))
    assert len(receipts(stage)) > before
    await all_arrived(stage)


async def test_a_corrupt_model_and_a_missing_camera_leave_the_other_camera_counting(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"not a model" * 1000)
    more = f"""
[[cameras]]
id = "corrupt"
address = "{tmp_path / "door.avi"}"
model = "{tmp_path / "broken.onnx"}"

[[cameras]]
id = "gone"
address = "{tmp_path / "nothing.avi"}"
"""
    async with small_shop(tmp_path, labels=3, film_seconds=60, more=more) as stage:
        till = stage.shop.tills["till-1"]
        async with busy(sell(till, labelled(stage), 1)):
            await until_true(
                "the model is told", lambda: _state(stage, "corrupt", "lost", "cannot be loaded as an ONNX model")
            )
            await until_true("the camera is told", lambda: _state(stage, "gone", "lost", "nothing.avi"))
            await until("people at the door are counted", lambda: stage.record().visits > 0)
            assert (await _device(stage, "door"))["state"] == "ready"
            assert stage.gateway.running
        record = await all_arrived(stage)
        assert record.visits > 0


async def _state(stage: Stage, device: str, state: str, why: str) -> bool:
    found = await _device(stage, device)
    return found.get("state") == state and why in found["why"]


async def _device(stage: Stage, device: str) -> dict[str, str]:
    """The device's row of the console's list; empty while it has none."""
    text = (await stage.box.fetch("/export/devices.csv")).removeprefix("\ufeff")
    return next((row for row in csv.DictReader(io.StringIO(text)) if row["device"] == device), {})


def _unreadable(stage: Stage) -> str:
    """Why the last unreadable event at head office could not be read."""
    with closing(sqlite3.connect(f"file:{stage.database}?mode=ro", uri=True, timeout=10)) as sql:
        body = sql.execute("SELECT body FROM events WHERE kind = 'unreadable' ORDER BY seq DESC").fetchone()[0]
    return str(json.loads(body)["why"])
