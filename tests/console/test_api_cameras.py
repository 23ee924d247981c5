"""Cameras over HTTP: who may see and draw what, what a bad drawing gets, the floor plan, heat maps and tables."""

import asyncio
from collections.abc import AsyncIterator

import cv2
import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from edge.console.app import add_api
from edge.console.context import ConsoleContext
from edge.views.journal import list_deeds, list_ledger
from edge.vision.audit.desk import AuditDesk
from edge.vision.config import CameraConfig
from simulators.camera import ClipTruth, make_clip
from tests.browser.footfall import watch_people
from tests.console.cameras import SHOP, MadeUpCameras
from tests.console.floor import Floor
from tests.console.test_api import PEOPLE, _account, token

BODY = SHOP.model_dump(mode="json")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> ClipTruth:
    """Twelve seconds of people over a line."""
    return make_clip(tmp_path_factory.mktemp("film") / "short.avi", 12, 11)


@pytest.fixture
async def client(shop: Floor, film: ClipTruth) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has not signed in, before a shop with cameras."""
    cameras = MadeUpCameras(shop)

    def camera_of(camera: str) -> CameraConfig:
        return CameraConfig(id=camera, address=str(film.path), model=None, scene=cameras.drawing(camera).scene)

    audits, app = AuditDesk(camera_of, shop.store), FastAPI()
    context: ConsoleContext = shop.context(cameras=cameras, audits=audits)
    add_api(app, context, "secret of the gateway")
    for name, role in PEOPLE.items():
        await shop.store.do(lambda tx, name=name, role=role: _account(name, role, tx))  # type: ignore[misc]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("127.0.0.1", 4)), base_url="http://127.0.0.1"
    ) as made:
        yield made
    await audits.stop()


async def test_a_drawing_is_kept_with_who_drew_it_and_holds_from_then_on(
    client: httpx.AsyncClient, shop: Floor
) -> None:
    mara = await token(client, "mara")
    assert (await client.get("/api/cameras/door/scenes", headers=mara)).json() == []
    answer = await client.post("/api/cameras/door/scene", json={"after": 0, "scene": BODY}, headers=mara)
    assert (answer.status_code, answer.json()) == (200, {"version": 1})
    less = BODY | {"zones": []}
    assert (await client.post("/api/cameras/door/scene", json={"after": 1, "scene": less}, headers=mara)).is_success
    drawn = (await client.get("/api/cameras/door/scenes", headers=mara)).json()
    assert [(one["version"], one["by"], len(one["scene"]["zones"])) for one in drawn] == [
        (2, "mara", 0),
        (1, "mara", 2),
    ]
    with shop.store.reading() as db:
        assert [row.body["by"] for row in list_ledger(db, subject="door")] == ["mara", "mara"]
    late = await client.post("/api/cameras/door/scene", json={"after": 1, "scene": BODY}, headers=mara)
    assert late.status_code == 409
    assert "Somebody else has drawn" in late.json()["words"]


async def test_a_bad_drawing_is_refused_in_the_readers_language(client: httpx.AsyncClient) -> None:
    mara = await token(client, "mara")
    bow = [[0.1, 0.1], [0.5, 0.5], [0.5, 0.1], [0.1, 0.5]]
    bad = BODY | {"zones": [BODY["zones"][0] | {"polygon": bow}]}
    for language, words in (("en", "crosses itself"), ("zh", "自相交叉")):
        headers = mara | {"Accept-Language": language}
        answer = await client.post("/api/cameras/door/scene", json={"after": 0, "scene": bad}, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["shape"] == "zones.0"
        assert words in answer.json()["words"]
        assert "Dairy" in answer.json()["words"]
    unknown = await client.post("/api/cameras/roof/scene", json={"after": 0, "scene": BODY}, headers=mara)
    assert unknown.status_code == 404


@pytest.mark.parametrize("name", PEOPLE)
async def test_pictures_and_drawing_are_the_managers(client: httpx.AsyncClient, name: str) -> None:
    headers, manager = await token(client, name), name == "mara"
    for path in ("/api/cameras", "/api/cameras/door/feet", "/api/cameras/feet", "/api/plan", "/plan.png",
                 "/visitors/heat.png", "/export/heat.csv", "/export/zones.csv", "/export/visitors.csv"):  # fmt: skip
        assert (await client.get(path, headers=headers)).status_code == 200
        assert (await client.get(path)).status_code == 401
    still = await client.get("/cameras/door/still.png", headers=headers)
    assert still.status_code == (200 if manager else 403)
    for path, body in (("/api/cameras/door/scene", {"after": 0, "scene": BODY}),
                       ("/api/plan?wide_cm=1000&deep_cm=800", None),
                       ("/api/audits?camera=tills&line=door&seconds=5", None)):  # fmt: skip
        answer = await client.post(path, json=body, headers=headers)
        assert answer.is_success if manager else answer.status_code == 403


async def test_a_camera_without_a_picture_says_why(client: httpx.AsyncClient) -> None:
    mara = await token(client, "mara")
    for path in ("/cameras/yard/still.png", "/api/cameras/yard/feet"):
        answer = await client.get(path, headers=mara)
        assert answer.status_code == 503
        assert "Look at its" in answer.json()["detail"]
    assert (await client.get("/cameras/roof/still.png", headers=mara)).status_code == 404


async def test_people_are_dots_and_nothing_else(client: httpx.AsyncClient) -> None:
    mara = await token(client, "mara")
    await client.post("/api/cameras/door/scene", json={"after": 0, "scene": BODY}, headers=mara)
    people = (await client.get("/api/cameras/door/feet", headers=mara)).json()["people"]
    assert {frozenset(one) for one in people} == {frozenset({"id", "x", "y", "spot", "staff"})}
    assert all(one["spot"] is not None for one in people)
    every = (await client.get("/api/cameras/feet", headers=mara)).json()["people"]
    assert len(every) == len(people)
    assert len({one["id"] for one in every}) == len(every)


async def test_a_floor_plan_is_made_small_and_clean(client: httpx.AsyncClient, shop: Floor) -> None:
    mara = await token(client, "mara")
    large = np.full((1200, 2400, 3), 240, np.uint8)
    jpeg = bytes(cv2.imencode(".jpg", large)[1]) + b"secret after the end"
    answer = await client.post("/api/plan?wide_cm=2400", content=jpeg, headers=mara)
    assert answer.json() == {"version": 1, "wide_cm": 2400, "deep_cm": 1200}
    picture = (await client.get("/plan.png?v=1", headers=mara)).content
    assert b"secret" not in picture
    assert np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)).shape == (800, 1600, 3)
    empty = await client.post("/api/plan?wide_cm=1000&deep_cm=800", headers=mara)
    assert empty.json()["version"] == 2
    assert (await client.get("/api/plan", headers=mara)).json()["picture"] is False
    with shop.store.reading() as db:
        assert [(deed.who, deed.did) for deed in list_deeds(db)][:2] == [("mara", "draw-plan")] * 2


@pytest.mark.parametrize(
    ("query", "body", "reason"),
    [("wide_cm=1000", b"", "size"), ("wide_cm=1000&deep_cm=50", b"", "size"), ("wide_cm=1000", b"GIF89a" * 9, "kind"),
     ("wide_cm=1000", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "broken")],
)  # fmt: skip
async def test_a_plan_that_cannot_be_used_gets_a_reason(
    client: httpx.AsyncClient, query: str, body: bytes, reason: str
) -> None:
    answer = await client.post(f"/api/plan?{query}", content=body, headers=await token(client, "mara"))
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)


async def test_heat_maps_and_tables_say_what_is_on_record(client: httpx.AsyncClient, shop: Floor) -> None:
    watch_people(shop, shop.now)
    mara = await token(client, "mara")
    pictures = {}
    for which in ("now", "before", "change"):
        for of in ("dwell", "visits"):
            answer = await client.get(f"/visitors/heat.png?which={which}&of={of}&save=true", headers=mara)
            assert answer.headers["content-type"] == "image/png"
            assert f"heat-{of}-{which}.png" in answer.headers["content-disposition"]
            pictures[which, of] = answer.content
    assert len(set(pictures.values())) == len(pictures)
    with shop.store.reading() as db:
        (came,) = db.conn.execute(
            "SELECT SUM(visits) FROM heat WHERE quarter >= ?", (shop.now - 86_400_000 * 20,)
        ).fetchone()
    table = (await client.get("/export/heat.csv?days=28", headers=mara)).text.splitlines()
    inside = sum(int(line.split(",")[3]) for line in table[1:])
    assert table[0] == "\ufeffx_m,y_m,dwell_s,visits"
    assert 0 < inside <= came
    zones = (await client.get("/export/zones.csv?days=28", headers=mara)).text
    assert "door,Dairy,browse," in zones
    assert "Dairy 1" in zones


async def test_an_audit_over_http_ends_with_its_clip(client: httpx.AsyncClient, film: ClipTruth) -> None:
    mara = await token(client, "mara")
    clip = film.path.read_bytes()
    begun = await client.post("/api/audits?camera=door&line=door", content=clip, headers=mara)
    assert begun.status_code == 201
    number = begun.json()["id"]
    busy = await client.post("/api/audits?camera=door&line=door&seconds=5", headers=mara)
    assert (busy.status_code, busy.json()["words"][:4]) == (409, "mara")
    while (told := (await client.get(f"/api/audits/{number}", headers=mara)).json())["phase"] == "taking":
        await asyncio.sleep(0.05)
    assert told["why"] == ""
    data = (await client.get(f"/api/audits/{number}/clip", headers=mara)).content
    size = int.from_bytes(data[:4], "big")
    assert data[4 + size :].startswith(b"\xff\xd8")
    wrong = await client.post(f"/api/audits/{number}/marks", json=[{"at": -1, "direction": "in"}], headers=mara)
    assert wrong.status_code == 422
    marks = [{"at": at, "direction": direction} for at, direction in film.crossings]
    result = (await client.post(f"/api/audits/{number}/marks", json=marks, headers=mara)).json()
    assert result["counted"] + result["missed"] == len(marks)
    low, high = result["interval"]
    assert 0 <= low <= (result["accuracy"] or 0) <= high <= 1
    for method, path in (("GET", ""), ("GET", "/clip"), ("DELETE", "")):
        assert (await client.request(method, f"/api/audits/{number}{path}", headers=mara)).status_code == 404


async def test_what_is_no_clip_is_not_even_begun(client: httpx.AsyncClient) -> None:
    mara = await token(client, "mara")
    for body, status in ((b"", 415), (b"#EXTM3U\n", 415), (b"<svg/>" * 9, 415)):
        answer = await client.post("/api/audits?camera=door&line=door", content=body, headers=mara)
        assert answer.status_code == status
    large = await client.post(
        "/api/audits?camera=door&line=door", content=b"", headers=mara | {"Content-Length": str(2**40)}
    )
    assert large.status_code == 413
    missing = await client.post("/api/audits?camera=door&line=roof&seconds=5", headers=mara)
    assert missing.status_code == 422
    assert (await client.get("/api/audits/" + "0" * 16, headers=mara)).status_code == 404
