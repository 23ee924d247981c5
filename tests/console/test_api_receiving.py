"""The goods entrance over the API: a hand-held reader opens, measures and signs; who may do what; what comes out."""

import base64
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from edge.console.app import add_api
from tests.console.conftest import MILK
from tests.console.floor import Floor
from tests.console.test_api import CHEAP
from tests.epcis.standard import faults

BOX = f"]C101{MILK}1726111010L-7"
OPENED = {"code": BOX, "quantity": 12, "keeps": "chilled", "source": "Dairy co-op"}


@pytest.fixture
async def door(shop: Floor) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    add_api(app, shop.context(), "secret of the gateway")
    for name, role in (("mara", "manager"), ("cleo", "clerk"), ("vic", "viewer")):
        await shop.store.do(
            lambda tx, name=name, role=role: (  # type: ignore[misc]
                tx.sql.execute("INSERT INTO account VALUES (?, ?, ?, 'en', 0)", (name, CHEAP, role)).rowcount
            )
        )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def as_(name: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:correct horse 42".encode()).decode()}


async def test_a_reader_opens_measures_and_signs(door: httpx.AsyncClient) -> None:
    made = await door.post("/api/receiving", json=OPENED, headers=as_("cleo"))
    assert (made.status_code, made.json()) == (201, {"sheet": 1})
    sheet = (await door.get("/api/receiving/1", headers=as_("vic"))).json()
    assert (sheet["item"], sheet["batch"], sheet["expires"]) == (MILK, "L-7", "2026-11-10")
    assert sheet["missing"] == ["temperature", "humidity"]
    early = await door.post("/api/receiving/1/accept", json={}, headers=as_("cleo"))
    assert (early.status_code, "without" in early.json()["detail"]) == (409, True)
    said = [{"centi": 210, "sensor": "tag-1"}, {"humidity": 6_200}]
    assert (await door.post("/api/receiving/1/readings", json=said, headers=as_("cleo"))).status_code == 201
    assert (await door.post("/api/receiving/1/accept", json={}, headers=as_("cleo"))).status_code == 200
    stock = (await door.get("/api/stock", headers=as_("vic"))).json()
    assert [(row["item"], row["hand"]) for row in stock["rows"]] == [(MILK, 12)]
    events = await door.get("/api/epcis", headers=as_("vic"))
    assert events.headers["content-type"] == "application/ld+json"
    assert faults(events.json()) == []
    (traced,) = (await door.get("/api/trace", params={"batch": "L-7"}, headers=as_("vic"))).json()
    assert (traced["accepted"], traced["left_least"], traced["left_most"]) == (12, 12, 12)


async def test_who_may_do_what(door: httpx.AsyncClient) -> None:
    assert (await door.get("/api/receiving")).status_code == 401
    assert (await door.post("/api/receiving", json=OPENED, headers=as_("vic"))).status_code == 403
    await door.post("/api/receiving", json=OPENED, headers=as_("cleo"))
    await door.post("/api/receiving/1/readings", json=[{"centi": 900, "humidity": 5_000}], headers=as_("cleo"))
    assert (await door.post("/api/receiving/1/hold", json={}, headers=as_("cleo"))).status_code == 200
    released = {"why": "core measured"}
    assert (await door.post("/api/receiving/1/release", json=released, headers=as_("cleo"))).status_code == 403
    assert (await door.post("/api/receiving/1/release", json={}, headers=as_("mara"))).status_code == 409
    assert (await door.post("/api/receiving/1/release", json=released, headers=as_("mara"))).status_code == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"code": "10ABC"}, 409), ({"code": "", "item": "123", "batch": "L"}, 409), ({"quantity": 0}, 422),
        ({"keeps": "warm"}, 422), ({"expires": "tomorrow"}, 409), ({"extra": 1}, 422), ({"code": "x" * 201}, 422),
    ],
)  # fmt: skip
async def test_what_makes_no_sheet_is_refused(door: httpx.AsyncClient, given: dict[str, object], status: int) -> None:
    answer = await door.post("/api/receiving", json=OPENED | given, headers=as_("cleo"))
    assert answer.status_code == status
    assert (await door.get("/api/receiving", headers=as_("vic"))).json()["open"] == []


async def test_what_is_not_there_is_said(door: httpx.AsyncClient) -> None:
    assert (await door.get("/api/receiving/9", headers=as_("vic"))).status_code == 404
    assert (await door.post("/api/receiving/9/accept", json={}, headers=as_("cleo"))).status_code == 409
    assert (await door.get("/api/trace", params={"batch": "nope"}, headers=as_("vic"))).json() == []
    assert (await door.get("/api/trace", params={"batch": "L", "item": "1"}, headers=as_("vic"))).status_code == 400
