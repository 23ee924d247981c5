"""Word of the time from head office's answers and the kernel reaches the store of record; a person may help out."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud_sync.link.calls import CallFailed, HeadOffice
from edge.clock import desk as work
from edge.clock.calendar import Calendar, Stretch
from edge.clock.desk import ClockDesk
from edge.clock.kept import ShopHours
from edge.clock.kernel import KernelClock, read_boot, read_kernel
from edge.clock.trust import Rules
from edge.clock.watch import ClockWatch
from edge.store import Store, Transaction
from edge.views.clock import ClockView, read_clock
from tests.store.rig import until

HOUR = 3_600_000


class Box:
    """A gateway's clock over a real store of record. `now` is the wall clock, `steady` the machine's own."""

    def __init__(self, folder: Path) -> None:
        self.now, self.steady = 1_800_000_000_000, 5_000
        self.said: KernelClock | None = None
        self.store = Store(folder / "store.db", lambda: self.now, epoch=7, monotonic=lambda: self.steady)
        watch = ClockWatch(Rules(), "boot", lambda: self.steady)
        self.hours = ShopHours(Calendar(ZoneInfo("Europe/Zagreb")))
        self.desk = ClockDesk(
            self.store, watch, self.hours, lambda: self.now, lambda: self.steady, lambda: self.said
        )  # fmt: skip

    def view(self) -> ClockView:
        """What the console reads."""
        with self.store.reading() as db:
            return read_clock(db)


def nothing(_tx: Transaction) -> None:
    """No note."""


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    monkeypatch.setattr(work, "LOOK_SECONDS", 0.005)
    made = Box(tmp_path)
    yield made
    made.store.close()


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_head_offices_date_vouches_for_the_clock_and_a_jump_is_seen(box: Box) -> None:
    running = asyncio.create_task(box.desk.run())
    await until(lambda: box.view().doubt == "unproven")
    box.desk.office_said(box.now // 1000 * 1000, 30)
    await until(lambda: box.view().trusted)
    box.now += HOUR
    await until(lambda: box.view().doubt == "jumped")
    assert "60 min ahead" in box.view().why
    await stop(running)


async def test_a_kernel_that_a_time_server_keeps_vouches_and_one_that_none_keeps_does_not(box: Box) -> None:
    box.said = KernelClock(synced=False, error_ms=1)
    running = asyncio.create_task(box.desk.run())
    await until(lambda: box.view().doubt == "unproven")
    box.said = KernelClock(synced=True, error_ms=40)
    await until(lambda: box.view().trusted)
    await stop(running)


async def test_a_person_may_vouch_unless_head_office_says_otherwise(box: Box) -> None:
    await box.desk.confirm("ana", nothing)
    assert box.view().trusted
    box.desk.office_said(box.now - HOUR, 30)
    await until(lambda: not box.view().trusted)
    with pytest.raises(ValueError, match="says otherwise"):
        await box.desk.confirm("ana", nothing)


async def test_a_slow_answer_vouches_for_nothing(box: Box) -> None:
    box.desk.office_said(box.now, 4_000)
    await box.store.do(nothing)
    assert not box.view().trusted


async def test_hours_that_were_set_are_there_for_everybody(box: Box) -> None:
    week = ((Stretch(480, 1200),),) * 7
    await box.desk.set_hours(Calendar(box.hours.configured.zone, week), "ana", nothing)
    with box.store.reading() as db:
        assert box.hours(db.conn).week == week


async def test_every_answer_of_head_office_tells_the_time_even_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, int]] = []
    hq = HeadOffice(
        "https://hq.example.com",
        Ed25519PrivateKey.generate(),
        lambda: 0,
        dated=lambda at, took: heard.append((at, took)),
    )
    answers = iter([{"Date": "Thu, 26 Nov 2026 10:00:07 GMT"}, {}, {"Date": "yesterday"}])
    await hq._client.aclose()
    transport = httpx.MockTransport(lambda _: httpx.Response(401, headers=next(answers)))
    hq._client = httpx.AsyncClient(base_url=hq.url, transport=transport)
    for _ in range(3):
        with pytest.raises(CallFailed):
            await hq.changes("0204", 0)
    await hq.close()
    ((at, took),) = heard
    assert at == 1_795_687_207_000
    assert 0 < took < 10_000


def test_the_kernel_can_be_asked_or_says_that_it_cannot() -> None:
    said = read_kernel()
    assert said is None or said.error_ms > 0
    assert read_boot(1) == read_boot(1) != ""
