"""The clock and the hours at the console: what anybody reads, what a manager may do, and when it is a task."""

from collections.abc import AsyncIterator

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from edge.clock.trust import Evidence, Source
from edge.console.app import add_api
from edge.console.pages.clock import read_days
from edge.prices.timing import begins_at, takes_effect
from edge.views.tasks import TaskKind, list_tasks
from tests.console.conftest import MILK
from tests.console.floor import HOUR, MINUTE, Floor, row

WORD = "correct horse 42"
WEEK = ["08:00-12:00, 14:00-20:00", *["08:00-20:00"] * 5, ""]


@pytest.fixture
async def client(shop: Floor) -> AsyncIterator[httpx.AsyncClient]:
    """The API of a shop with a clock; mara is a manager, vic may only look."""
    app = FastAPI()
    add_api(app, shop.context(), "secret of the gateway")
    cheap = PasswordHasher(time_cost=1, memory_cost=64).hash(WORD)
    for name, role in (("mara", "manager"), ("vic", "viewer")):
        account = (name, cheap, role)
        await shop.store.do(lambda tx, of=account: tx.sql.execute("INSERT INTO account VALUES (?, ?, ?, 'en', 0)", of))  # type: ignore[misc]
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", auth=("mara", WORD)) as made:
        yield made


async def test_a_manager_sets_the_hours_and_everybody_reads_them(client: httpx.AsyncClient, shop: Floor) -> None:
    days = {"2026-12-25": "", "2026-12-24": "08:00-14:00"}
    assert (await client.put("/api/hours", json={"week": WEEK, "days": days})).status_code == 204
    said = (await client.get("/api/clock", auth=("vic", WORD))).json()
    assert (said["open"], said["week"], said["days"]) == (False, WEEK, days)  # 12:40 on a Monday
    deeds = shop.do(lambda tx: tx.sql.execute("SELECT who, did FROM audit ORDER BY n DESC LIMIT 1").fetchone())
    assert deeds == ("mara", "set-hours")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"week": ["08:00-20:00"]}, 409),
        ({"week": ["8-20"] * 7}, 409),
        ({"week": [""] * 7}, 409),
        ({"week": WEEK, "days": {"christmas": ""}}, 409),
        ({"week": WEEK * 2}, 422),
        ({"week": [], "zone": "UTC"}, 422),
    ],
)
async def test_hours_that_make_no_sense_change_nothing(
    client: httpx.AsyncClient, given: dict[str, object], status: int
) -> None:
    assert (await client.put("/api/hours", json=given)).status_code == status
    assert (await client.get("/api/clock")).json()["week"] == []


async def test_who_may_only_look_may_not_set_anything(client: httpx.AsyncClient) -> None:
    assert (await client.put("/api/hours", json={"week": WEEK}, auth=("vic", WORD))).status_code == 403
    assert (await client.post("/api/clock/confirm", auth=("vic", WORD))).status_code == 403


async def test_a_doubted_clock_is_a_task_until_a_manager_confirms_it(client: httpx.AsyncClient, shop: Floor) -> None:
    await shop.store.do(shop.watch.look)

    def tasks() -> list[tuple[TaskKind, int]]:
        with shop.store.reading() as db:
            return [(task.kind, task.count) for task in list_tasks(db, shop.now) if task.kind is TaskKind.CLOCK]

    shop.now += 2 * MINUTE
    assert tasks() == []  # nothing waits for a time
    shop.change([row(MILK, 139)], effective_at=shop.now + HOUR)
    assert tasks() == [(TaskKind.CLOCK, 1)]
    assert (await client.post("/api/clock/confirm")).status_code == 204
    assert tasks() == []
    assert (await client.get("/api/clock")).json()["by"] == "person"


async def test_nobody_confirms_what_head_office_contradicts(client: httpx.AsyncClient, shop: Floor) -> None:
    word = Evidence(Source.OFFICE, shop.now - HOUR, shop.now, 500)
    await shop.store.do(lambda tx: shop.watch.hear(tx, word))
    answer = await client.post("/api/clock/confirm")
    assert answer.status_code == 409
    assert "says otherwise" in answer.json()["detail"]
    assert (await client.get("/api/clock")).json()[
        "why"
    ] == "clock: this box's time is 60 min ahead; raises wait, cuts go"


def test_days_are_read_one_on_a_line() -> None:
    assert read_days("2026-12-24  08:00-14:00\n\n 2026-12-25\n") == {"2026-12-24": "08:00-14:00", "2026-12-25": ""}


def test_the_moment_in_a_reason_is_found_again() -> None:
    assert begins_at(takes_effect(1_793_619_600_000)) == 1_793_619_600_000
    assert begins_at("clock: whatever") is begins_at("takes effect at noon") is None
