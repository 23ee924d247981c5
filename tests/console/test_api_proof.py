"""Looking back over the API: intervals, receipts, and pictures of the past."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from edge.console.app import add_api
from tests.console.conftest import MILK, NOW, OIL
from tests.console.floor import MINUTE, Floor, row

SECRET = "a-secret-for-tests-of-more-than-32-characters"
SETUP = {"name": "mara", "password": "correct horse 42", "code": "4711"}


@pytest.fixture
async def api(shop: Floor) -> AsyncIterator[httpx.AsyncClient]:
    """The API over a shop in which milk was raised a minute ago, and one of its two labels has not said so."""
    shop.silent = {"shelf-02"}
    shop.now = NOW + MINUTE
    shop.change([row(MILK, 139, "Whole milk 1 l")])
    shop.answer()
    shop.now += MINUTE
    app = FastAPI()
    add_api(app, shop.context(setup_code="4711"), SECRET)
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        token = (await client.post("/api/setup", json=SETUP)).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        client.cookies.clear()
        yield client


async def test_what_an_item_showed_and_what_tills_charged(api: httpx.AsyncClient) -> None:
    said = (await api.get("/api/as-of", params={"item": MILK, "at": NOW + MINUTE + 1_000})).json()
    assert {one["device"]: [face["minor"] for face in one["may"]] for one in said["labels"]} == {
        "shelf-01": [139], "shelf-02": [129, 139],
    }  # fmt: skip
    assert [[face["minor"] for face in one["may"]] for one in said["tills"]] == [[129], [129]]
    assert said["currency"] == "EUR"


async def test_local_times_and_one_device(api: httpx.AsyncClient) -> None:
    said = (await api.get("/api/as-of", params={"label": "shelf-01", "at": "2026-11-02T12:40:30"})).json()
    (one,) = said["labels"]
    assert [face["minor"] for face in one["may"]] == [129]
    assert len(one["may"][0]["pixels"]) == 64
    said = (await api.get("/api/as-of", params={"till": "till-1", "item": OIL})).json()
    assert [face["minor"] for face in said["tills"][0]["may"]] == [1149]


@pytest.mark.parametrize(
    ("params", "words"),
    [({}, "ask about"), ({"label": "nobody"}, "no row about"), ({"item": "1", "at": "noon"}, "is no time"),
     ({"item": "1"}, "no label was ever bound")],
)  # fmt: skip
async def test_what_cannot_be_answered_says_why(api: httpx.AsyncClient, params: dict[str, str], words: str) -> None:
    answer = await api.get("/api/as-of", params=params)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


async def test_a_receipt_is_judged(api: httpx.AsyncClient, shop: Floor) -> None:
    line = [MILK, 2, 139, 1, 139]
    shop.do(lambda tx: tx.record("sale", "till-1", {"receipt": "r9", "at": tx.now, "total": 139, "lines": [line]}))
    (judged,) = (await api.get("/api/receipts/r9")).json()
    assert judged["verdict"] == "possible"
    assert judged["lines"][0]["over"] == 10
    assert {one["label"] for one in judged["lines"][0]["labels"]} == {"shelf-01", "shelf-02"}
    assert (await api.get("/api/receipts/r0")).status_code == 404


async def test_pictures_of_any_version_for_a_labels_panel(api: httpx.AsyncClient) -> None:
    old = await api.get(f"/ledger/pictures/shelf-01/{MILK}/1.png")
    new = await api.get(f"/ledger/pictures/shelf-01/{MILK}/2.png")
    assert old.content.startswith(b"\x89PNG")
    assert old.content != new.content
    assert (await api.get(f"/ledger/pictures/shelf-01/{MILK}/99.png")).status_code == 404
    assert (await api.get(f"/ledger/pictures/nobody/{MILK}/1.png")).status_code == 404


@pytest.mark.parametrize("path", ["/api/as-of?item=1", "/api/receipts/r1", f"/ledger/pictures/shelf-01/{MILK}/1.png"])
async def test_strangers_see_nothing(api: httpx.AsyncClient, path: str) -> None:
    del api.headers["authorization"]
    assert (await api.get(path)).status_code == 401
