"""The JSON API: who may do what, what it answers, and how it takes hostile calls."""

from collections.abc import AsyncIterator, Callable
from functools import partial

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from cloud_sync.contract.item import gtin14
from edge.console.accounts import Role
from edge.console.app import add_api
from edge.store import Transaction
from tests.console.conftest import MILK, OIL, SALT
from tests.console.floor import Floor, gtin, row

WORD = "correct horse 42"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64).hash(WORD)
PEOPLE = {"mara": Role.MANAGER, "cleo": Role.CLERK, "vic": Role.VIEWER}
Connect = Callable[..., httpx.AsyncClient]


def _account(name: str, role: Role, tx: Transaction) -> None:
    tx.sql.execute("INSERT INTO account VALUES (?, ?, ?, 'en', 0)", (name, CHEAP, role.value))


@pytest.fixture
async def connect(shop: Floor) -> AsyncIterator[Connect]:
    """Clients of an app over the shop: `connect(token=…, host=…)`. Three accounts exist: mara, cleo, vic."""
    app = FastAPI()
    add_api(app, shop.context(setup_code="4711-0815"), "secret of the gateway")
    for name, role in PEOPLE.items():
        await shop.store.do(partial(_account, name, role))
    opened = []

    def make(host: str = "127.0.0.1", **more: object) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, client=(host, 40_000))
        opened.append(httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", **more))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for client in opened:
        await client.aclose()


async def token(client: httpx.AsyncClient, name: str) -> dict[str, str]:
    answer = await client.post("/api/sign-in", json={"name": name, "password": WORD})
    assert answer.status_code == 200
    return {"Authorization": f"Bearer {answer.json()['token']}"}


READS = ["/api/overview", "/api/tasks", "/api/labels", "/api/prices", "/labels/shelf-01/now.png", "/export/labels.csv",
         "/api/inspections", "/api/tickets", "/api/availability", f"/api/labels/scan?code={OIL}", "/export/prices.csv",
         "/export/devices.csv", "/export/ledger.csv", "/export/audit.csv"]  # fmt: skip
DEEDS = [
    ("/api/labels/bindings", Role.CLERK, [{"label": "shelf-01", "item": OIL, "place": "x"}]),
    ("/api/devices/shelf-01/retire", Role.CLERK, {"why": "replaced"}),
    ("/api/devices/shelf-01/retry", Role.CLERK, None),
    ("/api/labels/shelf-01/cover", Role.CLERK, {"code": "shelf-01"}),
    ("/api/labels/shelf-01/uncover", Role.CLERK, None),
    ("/api/inspections", Role.CLERK, {"size": 2}),
    ("/api/tills/till-7", Role.MANAGER, {"name": "Till 7"}),
    (f"/api/prices/{SALT}/2/approve", Role.MANAGER, None),
    (f"/api/prices/{SALT}/2/reject", Role.MANAGER, None),
    ("/api/accounts", Role.MANAGER, {"name": "new", "password": WORD}),
]


@pytest.mark.parametrize("path", READS)
async def test_everybody_who_signed_in_may_look_and_nobody_else(connect: Connect, path: str) -> None:
    client = connect()
    assert (await client.get(path)).status_code == 401
    for name in PEOPLE:
        assert (await client.get(path, headers=await token(client, name))).status_code == 200


@pytest.mark.parametrize("name", [None, *PEOPLE])
@pytest.mark.parametrize(("path", "needed", "body"), DEEDS)
async def test_who_may_do_what(
    connect: Connect, shop: Floor, path: str, needed: Role, body: object, name: str | None
) -> None:
    shop.change([row(SALT, 999, "Sea salt 1 kg")])
    client = connect()
    headers = await token(client, name) if name else {}
    answer = await client.post(path, json=body, headers=headers)
    if name is None:
        assert answer.status_code == 401
    elif PEOPLE[name].may(needed):
        assert answer.is_success, answer.text
    else:
        assert answer.status_code == 403


async def test_health_needs_no_account_and_says_nothing(connect: Connect) -> None:
    answer = await connect().get("/api/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


async def test_first_run_over_the_api_from_the_box_and_with_the_code(floor: Floor) -> None:
    app = FastAPI()
    add_api(app, floor.context(setup_code="4711-0815"), "secret")
    given = {"name": "mara", "password": WORD}
    transports = [httpx.ASGITransport(app, client=(host, 1)) for host in ("10.0.0.66", "127.0.0.1")]
    async with httpx.AsyncClient(transport=transports[0], base_url="http://127.0.0.1") as afar:
        assert (await afar.post("/api/setup", json=given)).status_code == 403
        assert (await afar.get("/api/overview")).status_code == 401
    async with httpx.AsyncClient(transport=transports[1], base_url="http://evil.example") as rebound:
        assert (await rebound.post("/api/setup", json=given)).status_code == 403
    async with httpx.AsyncClient(transport=transports[1], base_url="http://127.0.0.1") as near:
        assert (await near.post("/api/setup", json=given | {"password": "short"})).status_code == 422
        answer = await near.post("/api/setup", json=given)
        assert answer.status_code == 201
        assert (await near.post("/api/setup", json=given | {"name": "eve"})).status_code == 409
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        assert (await near.get("/api/overview", headers=headers)).json()["you"] == "mara"


async def test_basic_sign_in_works_and_is_slowed_down(connect: Connect) -> None:
    client = connect()
    assert (await client.get("/api/overview", auth=("vic", WORD))).status_code == 200
    for _ in range(5):
        assert (await client.get("/api/overview", auth=("vic", "wrong wrong"))).status_code == 401
    held = await client.get("/api/overview", auth=("vic", WORD))
    assert held.status_code == 429
    assert int(held.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "header", ["Basic !!!", "Basic bm9jb2xvbg==", "Bearer", "Bearer x.y.z", "Digest a=b", "Basic " + "A" * 5000]
)
async def test_odd_credentials_are_nobody(connect: Connect, header: str) -> None:
    assert (await connect().get("/api/overview", headers={"Authorization": header})).status_code == 401


async def test_the_form_gives_a_cookie_that_scripts_of_other_sites_cannot_use(connect: Connect) -> None:
    client = connect()
    answer = await client.post("/sign-in", data={"name": "mara", "password": WORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert (await client.get("/api/overview")).status_code == 200
    path = "/api/devices/shelf-01/retry"
    assert (await client.post(path, headers={"Origin": "http://evil.example"})).status_code == 403
    assert (await client.post(path, headers={"Origin": "http://127.0.0.1"})).status_code == 204
    await client.post("/sign-out")
    assert (await client.get("/api/overview")).status_code == 401


async def test_a_wrong_form_goes_back_with_a_reason(connect: Connect) -> None:
    answer = await connect().post("/sign-in", data={"name": "mara", "password": "wrong wrong"})
    assert answer.headers["location"].startswith("/sign-in?why=sign.wrong")
    assert "set-cookie" not in answer.headers


async def test_every_answer_carries_the_security_headers(connect: Connect) -> None:
    headers = (await connect().get("/api/healthz")).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


async def test_bindings_take_csv_any_gtin_and_say_which_rows_are_wrong(connect: Connect, shop: Floor) -> None:
    client = connect()
    headers = await token(client, "cleo") | {"Content-Type": "text/csv"}
    body = f"label,item,place\nshelf-05,{MILK[1:]},Dairy 3\nshelf-06,1234,x\nNo Such Id!,{MILK},x\n"
    dry = (await client.post("/api/labels/bindings?dry_run=true", content=body, headers=headers)).json()
    assert (dry["bound"], dry["good"], [one["row"] for one in dry["refused"]]) == (0, 2, [2])
    assert (await client.get("/api/labels", headers=headers)).json()["total"] == 4
    done = (await client.post("/api/labels/bindings", content=body, headers=headers)).json()
    assert (done["bound"], [one["row"] for one in done["refused"]]) == (1, [2, 3])
    found = (await client.get("/api/labels?text=shelf-05", headers=headers)).json()["labels"]
    assert [(one["item"], one["place"]) for one in found] == [(MILK, "Dairy 3")]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"label,item\n" + b"x" * (1 << 20), "text/csv", 413),
        (b"\xff\xfe", "text/csv", 422),
        (b"nothing", "text/csv", 422),
        (b"{}", "application/json", 422),
        (b'[{"label": 1}]', "application/json", 422),
    ],
)
async def test_bad_bindings_are_refused_whole(connect: Connect, content: bytes, kind: str, status: int) -> None:
    client = connect()
    headers = await token(client, "cleo") | {"Content-Type": kind}
    assert (await client.post("/api/labels/bindings", content=content, headers=headers)).status_code == status


async def test_a_decision_is_taken_once(connect: Connect, shop: Floor) -> None:
    shop.change([row(SALT, 999, "Sea salt 1 kg")])
    client = connect()
    headers = await token(client, "mara")
    assert [task["kind"] for task in (await client.get("/api/tasks", headers=headers)).json()] == ["approval"]
    assert (await client.post(f"/api/prices/{SALT}/2/approve", headers=headers)).status_code == 204
    again = await client.post(f"/api/prices/{SALT}/2/approve", headers=headers)
    assert again.status_code == 409
    assert "decision" in again.json()["detail"]
    prices = (await client.get("/api/prices?phase=active", headers=headers)).json()
    assert [one["item"] for one in prices["prices"]] == [SALT]


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "shelf-77 不是已启用的价签"), ("en", "shelf-77 is not a label in service")]
)
async def test_why_not_is_said_to_programs_and_in_the_readers_language(
    connect: Connect, language: str, words: str
) -> None:
    client = connect()
    headers = await token(client, "mara") | {"Accept-Language": language}
    told = (await client.post("/api/labels/shelf-77/cover", json={"code": "shelf-77"}, headers=headers)).json()
    assert told == {"detail": "shelf-77 is not a label in service", "words": words}


async def test_a_tills_password_is_in_the_answer_and_nowhere_else(connect: Connect, shop: Floor) -> None:
    client = connect()
    headers = await token(client, "mara")
    answer = await client.post("/api/tills/till-7", headers=headers)
    assert answer.json() == {"id": "till-7", "password": "kite-amber-lantern-42"}
    assert "kite-amber" not in (await client.get("/export/audit.csv", headers=headers)).text
    assert (await client.post("/api/tills/till-7", headers=headers)).status_code == 409


async def test_pictures_are_what_is_shown_and_what_is_wanted(connect: Connect, shop: Floor) -> None:
    shop.silent = {"shelf-03"}
    shop.change([row(OIL, 1249, "Olive oil 0.75 l")])
    shop.answer()
    client = connect()
    headers = await token(client, "vic")
    now, wanted = [await client.get(f"/labels/shelf-03/{which}.png", headers=headers) for which in ("now", "wanted")]
    assert now.headers["content-type"] == wanted.headers["content-type"] == "image/png"
    assert now.content != wanted.content
    assert (await client.get("/labels/nobody/now.png", headers=headers)).status_code == 404
    assert (await client.get("/labels/shelf-03/other.png", headers=headers)).status_code == 422


async def test_a_label_that_shows_nothing_yet_has_a_graphic_with_a_word(connect: Connect, shop: Floor) -> None:
    client = connect()
    headers = await token(client, "cleo")
    await client.post("/api/labels/bindings", json=[{"label": "shelf-09", "item": gtin14(gtin(77))}], headers=headers)
    answer = await client.get("/labels/shelf-09/now.png", headers=headers | {"Accept-Language": "zh-CN"})
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "尚无画面" in answer.text


async def test_exports_hold_no_formula(connect: Connect, shop: Floor) -> None:
    shop.change([row(SALT, 98, '=HYPERLINK("http://evil.example")')])
    client = connect()
    text = (await client.get("/export/prices.csv", headers=await token(client, "vic"))).text
    assert "\"'=HYPERLINK(" in text


async def test_the_overview_moves_with_the_shop(connect: Connect, shop: Floor) -> None:
    client = connect()
    headers = await token(client, "vic")
    assert (await client.get("/api/overview", headers=headers)).json()["labels"]["right"] == 4
    shop.state("shelf-01", "fault")
    assert (await client.get("/api/overview", headers=headers)).json()["labels"]["trouble"] == 1
