"""What people do with stock and orders, by the console's API, on a real store of record."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from cloud_sync.contract.goods import GoodsLine, Reserve, SetLevels
from edge.console.app import add_api
from edge.inventory.orders import carry_out
from edge.pickup.codes import MOST_TRIES, Collector, new_code, read_scanned
from tests.console.floor import MINUTE, Floor, gtin, row

NOW = 1_793_619_600_000
MILK, OIL = gtin(1), gtin(2)


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path, NOW)
    made.till("till-1")
    made.change([row(MILK, 129, "Whole milk 1 l"), row(OIL, 1149, "Olive oil")])
    yield made
    made.close()


class Api:
    """A manager's calls, one at a time."""

    def __init__(self, app: FastAPI) -> None:
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 40_000))
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        account = {"name": "mara", "password": "correct horse 42", "code": "4711"}
        token = self.post("/api/setup", json=account).json()["token"]
        self._client.headers["Authorization"] = f"Bearer {token}"
        self._client.cookies.clear()

    def get(self, path: str) -> httpx.Response:
        return self._runner.run(self._client.get(path))

    def post(self, path: str, json: object = None) -> httpx.Response:
        return self._runner.run(self._client.post(path, json=json))

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


@pytest.fixture
def api(floor: Floor) -> Iterator[Api]:
    app = FastAPI()
    add_api(app, floor.context(setup_code="4711"), "s" * 40)
    made = Api(app)
    yield made
    made.close()


def order(floor: Floor, number: str, quantity: int, code: str = "") -> None:
    wish = Reserve(
        id=number, until=floor.now + 100 * MINUTE, lines=(GoodsLine(item=MILK, quantity=quantity),), code=code
    )
    floor.do(lambda tx: carry_out(tx, wish, "ana", floor.now, 1))


def test_a_day_of_booking(floor: Floor, api: Api) -> None:
    assert api.post(f"/api/stock/{MILK}/deliveries", json={"quantity": 12}).status_code == 201
    assert api.post(f"/api/stock/{MILK}/waste", json={"quantity": 2, "why": "broken"}).status_code == 201
    assert api.post(f"/api/stock/{MILK}/waste", json={"quantity": 1}).status_code == 409
    refused = api.post(f"/api/stock/{MILK}/waste", json={"quantity": 99, "why": "broken"}).json()
    assert refused["detail"] == "the book has 10 of it; count it first"
    floor.now += MINUTE
    found = api.post(f"/api/stock/{MILK}/counts", json={"counted": 9}).json()
    assert (found["book"], found["difference"]) == (10, -1)
    order(floor, "o1", 4)
    (milk,) = api.get("/api/stock").json()["rows"]
    assert (milk["name"], milk["hand"], milk["reserved"], milk["free"], milk["difference"]) == (
        "Whole milk 1 l", 9, 4, 5, -1,
    )  # fmt: skip
    assert milk["heard_at"] == floor.now


def test_figures_say_up_to_when_every_till_was_heard(floor: Floor, api: Api) -> None:
    api.post(f"/api/stock/{MILK}/deliveries", json={"quantity": 12})
    seen = floor.now
    floor.now += 10 * MINUTE
    assert api.get("/api/stock").json()["as_of"] == floor.now
    floor.state("till-1", "lost")
    assert api.get("/api/stock").json()["as_of"] == seen


def test_the_stock_out_rate_of_a_list(floor: Floor, api: Api) -> None:
    api.post(f"/api/stock/{MILK}/deliveries", json={"quantity": 1})
    answer = api.get(f"/api/stock/out-rate?items={MILK},{OIL}").json()
    assert (answer["items"], answer["out"], answer["rate"]) == (2, 1, 0.5)
    assert api.get("/api/stock").json()["out_rate"] == 0


def test_low_stock_comes_first_and_can_be_asked_for_alone(floor: Floor, api: Api) -> None:
    api.post(f"/api/stock/{MILK}/deliveries", json={"quantity": 50})
    api.post(f"/api/stock/{OIL}/deliveries", json={"quantity": 3})
    assert api.post(f"/api/stock/{OIL}/levels", json={"minimum": 5, "safety": 2}).status_code == 409
    floor.do(lambda tx: carry_out(tx, SetLevels(item=OIL, minimum=1, safety=4), "ana", floor.now, 1))
    assert [one["item"] for one in api.get("/api/stock").json()["rows"]] == [OIL, MILK]
    assert [one["level"] for one in api.get("/api/stock?only=low").json()["rows"]] == ["safety"]
    assert [one["item"] for one in api.get("/api/stock?text=MILK").json()["rows"]] == [MILK]


def test_an_order_is_handed_out_once_for_its_code(floor: Floor, api: Api) -> None:
    code, hashed = new_code()
    api.post(f"/api/stock/{MILK}/deliveries", json={"quantity": 12})
    order(floor, "o1", 4, hashed)
    assert api.post("/api/pickup/o1/collect", json={"code": code}).json()["detail"] == "o1 is held"
    assert api.post("/api/pickup/o1/aside").status_code == 200
    wrong = "000000" if code != "000000" else "111111"
    assert "4 tries left" in api.post("/api/pickup/o1/collect", json={"code": wrong}).json()["detail"]
    assert api.post("/api/pickup/o1/collect", json={"code": code}).status_code == 200
    assert api.post("/api/pickup/o1/collect", json={"code": code}).status_code == 409
    assert api.get("/api/pickup").json() == []
    assert api.get("/api/stock").json()["rows"][0]["hand"] == 8


def test_a_code_is_locked_after_wrong_tries_and_a_manager_unlocks_it(floor: Floor, api: Api) -> None:
    code, hashed = new_code()
    api.post(f"/api/stock/{MILK}/deliveries", json={"quantity": 12})
    order(floor, "o1", 4, hashed)
    api.post("/api/pickup/o1/aside")
    for _ in range(MOST_TRIES):
        api.post("/api/pickup/o1/collect", json={"code": "nonsense"})
    assert "locked" in api.post("/api/pickup/o1/collect", json={"code": code}).json()["detail"]
    assert api.get("/api/pickup").json()[0]["locked"] is True
    api.post("/api/pickup/o1/unlock")
    assert api.post("/api/pickup/o1/collect", json={"code": code}).status_code == 200


def test_guesses_side_by_side_get_no_more_tries(floor: Floor) -> None:
    _, hashed = new_code()
    floor.do(lambda tx: carry_out(tx, SetLevels(item=MILK, minimum=0, safety=0), "ana", floor.now, 1))

    async def guess() -> list[str]:
        collector = Collector(floor.store)
        tries = [collector.collect("o1", f"guess {n}", "ana") for n in range(3 * MOST_TRIES)]
        return [str(one) for one in await asyncio.gather(*tries, return_exceptions=True)]

    floor.do(lambda tx: tx.sql.execute("UPDATE stock SET hand = 9") and None)
    order(floor, "o1", 1, hashed)
    floor.do(lambda tx: tx.sql.execute("UPDATE reservation SET state = 'aside'") and None)
    said = asyncio.run(guess())
    assert sum(one.startswith("wrong code;") for one in said) == MOST_TRIES
    assert sum("locked after" in one for one in said) == 2 * MOST_TRIES


def test_the_board_shows_how_long_an_order_waits(floor: Floor, api: Api) -> None:
    api.post(f"/api/stock/{MILK}/deliveries", json={"quantity": 12})
    order(floor, "o1", 4)
    (one,) = api.get("/api/pickup").json()
    assert (one["haste"], one["lines"][0]["name"]) == ("in-time", "Whole milk 1 l")
    floor.now += 25 * MINUTE
    assert api.get("/api/pickup").json()[0]["haste"] == "soon"
    floor.now += 5 * MINUTE
    assert api.get("/api/pickup").json()[0]["haste"] == "late"
    assert api.post("/api/pickup/o1/missing").status_code == 200
    assert api.get("/api/stock").json()["rows"][0]["free"] == 12


@pytest.mark.parametrize(
    ("text", "read"),
    [("pickup:o1:123456", ("o1", "123456")), ("123456", ("", "123456")), ("pickup::", ("", "")), (":::", ("", ":::"))],
)
def test_what_a_customer_shows(text: str, read: tuple[str, str]) -> None:
    assert read_scanned(text) == read
