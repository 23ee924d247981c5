"""The operators' door: closed to strangers and to other sites, and good for everything the pages do."""

import contextlib
import csv
import io
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from cloud_sync.contract.enrolment import fingerprint
from cloud_sync.hq.office import open_office
from cloud_sync.hq.operator_api import make_operator_api
from cloud_sync.hq.operators import new_session
from cloud_sync.hq.schema import operators
from cloud_sync.hq.store_api import make_store_api
from tests.hq.gateway import Gateway
from tests.hq.serving import serving

NAME, PASSWORD = "anna", "correct horse battery"
PRICES = "Product,ProductId,Barcode,Price\nMilk,1,3850334043641,1.29\nBread,2,,2.49\nBad,3,,x\n=Sum,4,,0\n"


@pytest.fixture(scope="module")
def console(new_folder: Callable[[], Path]) -> Iterator[str]:
    office = open_office(new_folder())
    with serving(make_operator_api(office, frozenset({"127.0.0.1"}))) as url:
        yield url
    office.db.close()


@pytest.fixture(scope="module")
def anna(console: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=console, timeout=20) as client:
        first = client.post("/api/setup", json={"name": NAME, "password": PASSWORD})
        assert first.status_code == 200, first.text
        made = client.post("/api/stores", json={"id": "0204", "name": "Zagreb", "timezone": "Europe/Zagreb"})
        assert made.status_code == 201, made.text
        yield client


def files() -> dict[str, tuple[str, str]]:
    return {"file": ("p.csv", PRICES)}


MATRIX = [
    ("GET", "/api/me"), ("GET", "/api/stores"), ("POST", "/api/stores"), ("GET", "/api/stores/0204"),
    ("POST", "/api/stores/0204/code"), ("POST", "/api/stores/0204/approve"), ("POST", "/api/stores/0204/prices"),
    ("POST", "/api/stores/0204/rows"), ("GET", "/api/stores/0204/changes"), ("GET", "/api/stores/0204/rows"),
    ("GET", "/api/stores/0204/rows.csv"), ("GET", "/api/stores/0204/sales"),
    ("GET", "/api/stores/0204/hours?start=0&end=3600000"), ("GET", "/api/stores/0204/ledger-heads"),
    ("GET", "/api/stores/0204/epcis"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), MATRIX)
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer nonsense"}, {"cookie": "aisle_hq=nonsense"}])
def test_strangers_get_nothing(
    anna: httpx.Client, console: str, method: str, path: str, headers: dict[str, str]
) -> None:
    bodies = {"/api/stores": {"id": "x", "name": "x"}, "/api/stores/0204/approve": {"fingerprint": "x"},
              "/api/stores/0204/rows": {"rows": [_row()]}}  # fmt: skip
    with httpx.Client(base_url=console) as stranger:
        if path.endswith("/prices"):
            answer = stranger.request(method, path, headers=headers, files=files())
        else:
            answer = stranger.request(
                method, path, headers=headers, json=bodies.get(path) if method == "POST" else None
            )
    assert answer.status_code == 401, answer.text
    assert answer.json() == {"error": "sign in first"}


def _row() -> dict[str, object]:
    return {"item": "03850334043641", "name": "Milk", "minor": 129, "currency": "EUR"}


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"host": "evil.example"}])
def test_other_sites_are_kept_out_even_with_a_good_session(anna: httpx.Client, headers: dict[str, str]) -> None:
    assert anna.post("/api/stores/0204/code", headers=headers).status_code == 403
    own = {"origin": str(anna.base_url).rstrip("/")}
    assert anna.post("/api/stores/0204/code", headers=own).status_code == 200


def test_the_session_cookie_is_for_this_site_and_not_for_scripts(console: str, anna: httpx.Client) -> None:
    answer = httpx.post(f"{console}/api/session", json={"name": NAME, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_no_second_first_run(console: str, anna: httpx.Client) -> None:
    assert httpx.post(f"{console}/api/setup", json={"name": "eve", "password": PASSWORD}).status_code == 409
    form = httpx.post(f"{console}/first-run", data={"name": "eve", "password": PASSWORD})
    assert form.headers["location"] == "/sign-in"


def test_sign_in_and_out_by_form_and_by_program(console: str, anna: httpx.Client) -> None:
    with httpx.Client(base_url=console) as browser:
        wrong = browser.post("/sign-in", data={"name": NAME, "password": "wrong password"})
        assert wrong.headers["location"] == "/sign-in?problem=wrong"
        right = browser.post("/sign-in", data={"name": NAME, "password": PASSWORD})
        assert (right.status_code, right.headers["location"]) == (303, "/")
        assert browser.get("/api/me").json() == {"operator": NAME}
        token = browser.cookies["aisle_hq"]
        browser.post("/sign-out")
        assert httpx.get(f"{console}/api/me", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    office = open_office(tmp_path / "hq")
    with serving(make_operator_api(office)) as url, httpx.Client(base_url=url) as client:
        client.post("/api/setup", json={"name": NAME, "password": PASSWORD})
        guesses = [client.post("/api/session", json={"name": NAME, "password": f"guess {n}"}) for n in range(10)]
        assert [guess.status_code for guess in guesses] == [401] * 8 + [429] * 2
        assert client.post("/api/session", json={"name": NAME, "password": PASSWORD}).status_code == 429
    with office.db.read() as sql:
        assert PASSWORD not in sql.execute(select(operators.c.password)).scalar_one()
    office.db.close()


@pytest.mark.parametrize(("name", "password"), [("anna", "short"), ("", PASSWORD), ("<b>", PASSWORD)])
def test_weak_accounts_are_refused(tmp_path: Path, name: str, password: str) -> None:
    office = open_office(tmp_path / "hq")
    with serving(make_operator_api(office)) as url:
        assert httpx.post(f"{url}/api/setup", json={"name": name, "password": password}).status_code == 400
    office.db.close()


def test_a_file_is_tried_dry_then_pushed_then_unchanged(anna: httpx.Client) -> None:
    anna.post("/api/stores", json={"id": "csv", "name": "CSV"})
    dry = anna.post("/api/stores/csv/prices", files=files(), data={"dry_run": "true"}).json()
    assert (dry["rows"], dry["accepted"], dry["rejected"], dry["changed"]) == (4, 2, 2, 2)
    assert dry["sequences"] == []
    assert [reject["line"] for reject in dry["rejects"]] == [4, 5]
    assert "'=Sum" in dry["rejects_csv"]
    done = anna.post("/api/stores/csv/prices", files=files(), data={"at": "2026-12-01T06:00"}).json()
    assert done["sequences"] == [1]
    again = anna.post("/api/stores/csv/prices", files=files()).json()
    assert (again["changed"], again["unchanged"], again["sequences"]) == (0, 2, [])
    listed = anna.get("/api/stores/csv/rows").json()
    assert {(row["name"], row["outcome"]) for row in listed["rows"]} == {("Milk", "pending"), ("Bread", "pending")}
    exported = list(csv.DictReader(io.StringIO(anna.get("/api/stores/csv/rows.csv").text)))
    assert {row["minor"] for row in exported} == {"129", "249"}
    assert anna.get("/api/stores/csv/changes").json()[0]["pending"] == 2


def test_rows_can_be_pushed_as_json(anna: httpx.Client) -> None:
    anna.post("/api/stores", json={"id": "json", "name": "JSON"})
    path = "/api/stores/json/rows"
    assert anna.post(path, json={"rows": [_row()], "dry_run": True}).json()["changed"] == 1
    assert anna.post(path, json={"rows": [_row()]}).json() == {
        "changed": 1, "unchanged": 0, "sequences": [1], "after_promotions": 0,
    }  # fmt: skip
    assert anna.post(path, json={"rows": [_row() | {"minor": 1.5}]}).status_code == 422


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/api/stores/nowhere/prices", {}, 404),
        ("/api/stores/0204/prices", {"at": "tomorrow"}, 400),
        ("/api/stores/0204/prices", {"at": "opening tomorrow"}, 400),
        ("/api/stores/0204/prices", {"at": "1999-10-31T02:30"}, 400),
        ("/api/stores/0204/prices", {"map": "price"}, 400),
        ("/api/stores/0204/prices", {"map": "price=Nope"}, 400),
    ],
)
def test_a_bad_order_says_what_is_wrong(anna: httpx.Client, path: str, form: dict[str, str], status: int) -> None:
    answer = anna.post(path, files=files(), data=form)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_body_that_is_too_large_is_refused_before_it_is_read(anna: httpx.Client) -> None:
    with socket.create_connection((anna.base_url.host, anna.base_url.port or 0), timeout=10) as line:
        head = f"POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {1 << 40}\r\n\r\n"
        line.sendall(head.encode())
        assert b" 413 " in line.recv(100)


def test_a_store_is_added_enrolled_and_approved(tmp_path: Path) -> None:
    office = open_office(tmp_path / "hq")
    with contextlib.ExitStack() as stack:
        console = stack.enter_context(serving(make_operator_api(office)))
        stores = stack.enter_context(serving(make_store_api(office)))
        anna = stack.enter_context(httpx.Client(base_url=console))
        anna.post("/api/setup", json={"name": NAME, "password": PASSWORD})
        made = anna.post("/api/stores", json={"id": "0530", "name": "Split"}).json()
        gateway = Gateway(stores, "0530")
        gateway.enrol(made["enrolment"]["code"])
        (asking,) = anna.get("/api/stores/0530").json()["keys"]
        assert (asking["status"], asking["fingerprint"]) == ("pending", fingerprint(gateway.public))
        approved = anna.post("/api/stores/0530/approve", json={"fingerprint": asking["fingerprint"]}).json()
        assert (approved["status"], approved["approved_by"]) == ("approved", NAME)
        gateway.page()
        facts = anna.get("/api/stores/0530").json()
        assert 0 <= facts["contact_age_ms"] < 60_000
        gateway.http.close()
    assert new_session(office, NAME)
    office.db.close()


@pytest.mark.parametrize(
    "new",
    [
        {"id": "../x", "name": "x"},
        {"id": "UP", "name": "x"},
        {"id": "ok", "name": ""},
        {"id": "ok", "name": "x", "currency": "euro"},
        {"id": "ok", "name": "x", "timezone": "../etc"},
    ],
)
def test_a_store_with_a_bad_name_is_refused(anna: httpx.Client, new: dict[str, str]) -> None:
    answer = anna.post("/api/stores", json=new)
    assert answer.status_code == 400
    assert answer.json()["error"]
