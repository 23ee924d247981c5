"""The rules at work in the store of record: real signed changes, real ledger, time set by the test."""

import json
import sqlite3
from pathlib import Path

import pytest

from cloud_sync.contract.change import ChangeRow
from drivers.base import Message
from edge.intake import Intake
from edge.law.lexicon import read_words
from edge.law.lows import DAY
from edge.law.settings import Law, Reductions, chinese, european
from edge.prices.checks import Limits
from edge.prices.engine import PriceEngine
from edge.prices.inbox import Inbox
from edge.prices.starting import LawfulStart
from edge.store import database
from edge.store.database import open_for_writing, schema_files
from tests.desk import STORE, A, B, Desk

MILK = "Mlijeko 1 l"


def open_shop(reductions: Reductions | None) -> Desk:
    """A shop with a till and, for item A, a label."""
    law = Law(reductions, words=read_words(("zh", "hr")))
    desk = Desk(engine=PriceEngine(objection=LawfulStart(law)))
    desk.inbox = Inbox(STORE, desk.inbox.trusted, Limits(), lambda _: "", law)
    desk.now = 1000 * DAY
    desk.device("till-1", "till")
    desk.device("label-1", "label")
    desk.bind("label-1", A)
    return desk


def row(minor: int, was: int | None = None, name: str = MILK, **more: object) -> ChangeRow:
    return ChangeRow.model_validate(
        {"item": A, "name": name, "minor": minor, "currency": "EUR", "was_minor": was} | more
    )


def land(desk: Desk, one: ChangeRow, **more: object) -> int:
    """Push a row and let both devices confirm it; returns its version."""
    desk.push([one], **more)
    for _ in range(2):
        if desk.allowed("till-1"):
            desk.applied("till-1", (A, desk.sequence))
        if desk.allowed("label-1"):
            desk.shown("label-1", A, desk.sequence)
    return desk.sequence


def sell(desk: Desk, version: int, minor: int) -> None:
    """A till whose clock stands at 1970 tells of a sale."""
    line = {"item": A, "version": version, "minor": minor, "quantity": 1, "total_minor": minor}
    body = {"receipt": "r", "currency": "EUR", "lines": [line], "total_minor": minor}
    message = Message("till-1", version, 1, 0, "sale", body, lambda: None)
    desk.do(lambda tx: Intake(desk.engine)(tx, [message]))


def test_a_was_above_what_was_in_force_is_refused_by_name_and_figures() -> None:
    desk = open_shop(european())
    land(desk, row(100))
    desk.now += 10 * DAY
    land(desk, row(80))
    desk.now += 10 * DAY
    land(desk, row(100))
    desk.now += DAY
    desk.outcomes()
    version = land(desk, row(90, was=100))
    why = "was price: 100 is above 80, the lowest price of the last 30 days"
    assert desk.phase(A, version) == ("refused", why)
    assert desk.outcomes() == [(version, A, "refused", why)]
    desk.now += 29 * DAY
    assert desk.phase(A, land(desk, row(90, was=100))) == ("landed", "")
    desk.close()


def test_a_price_that_never_reached_a_device_is_no_price() -> None:
    desk = open_shop(european())
    land(desk, row(100))
    desk.push([row(70)])  # sent to the till, confirmed by nobody
    desk.push([row(100, name="Mlijeko 1,0 l")])
    desk.applied("till-1", (A, 3))
    desk.shown("label-1", A, 3)
    assert desk.phase(A, land(desk, row(90, was=100)))[0] == "landed"
    desk.close()


def test_the_same_change_passes_where_no_law_asks() -> None:
    desk = open_shop(None)
    land(desk, row(80))
    land(desk, row(100))
    assert desk.phase(A, land(desk, row(90, was=100)))[0] == "landed"
    desk.close()


def test_china_by_what_was_paid_and_no_raise_before_the_cut() -> None:
    desk = open_shop(chinese())
    first = land(desk, row(80))
    sell(desk, first, 80)
    desk.now += 8 * DAY
    second = land(desk, row(100))
    sell(desk, second, 100)
    desk.now += 3 * DAY
    why = "raise before cut: 100 came in force by a raise from 80 less than 7 days ago"
    assert desk.phase(A, land(desk, row(90, was=100))) == ("refused", why)
    desk.now += 5 * DAY
    assert "above 80, the last price" not in desk.phase(A, land(desk, row(90, was=100)))[1]
    assert desk.phase(A, desk.sequence)[0] == "landed"
    desk.close()


def test_a_timed_reduction_is_judged_again_when_it_begins() -> None:
    desk = open_shop(european())
    land(desk, row(100))
    desk.push([row(90, was=100)], effective_at=desk.now + 3 * DAY)
    assert desk.phase(A, 2)[0] == "waiting"
    desk.sequence += 1  # what comes now is newer, yet ends before the timed price begins
    desk.now += DAY
    desk.do(lambda tx: tx.sql.execute("INSERT INTO offered VALUES (?, 0, 70, ?, ?)", (A, tx.now - 5, tx.now)))
    desk.outcomes()
    desk.tick(2 * DAY)
    why = "was price: 100 is above 70, the lowest price of the last 30 days"
    assert desk.phase(A, 2) == ("refused", why)
    assert desk.outcomes() == [(2, A, "refused", why)]
    assert desk.allowed("till-1") == []
    desk.close()


def test_an_advertising_word_needs_a_name_that_goes_into_the_ledger() -> None:
    desk = open_shop(None)
    assert "advertising word: “国家级”" in desk.phase(A, land(desk, row(100, name="国家级 大米")))[1]
    version = land(desk, row(100, name="国家级 大米", override="Mara Kovač"))
    assert desk.phase(A, version)[0] == "landed"
    ((body,),) = desk.sql.execute("SELECT body FROM ledger WHERE kind = 'price.overridden'").fetchall()
    assert json.loads(body) == {"version": version, "rule": "advertising word", "word": "国家级", "by": "Mara Kovač"}
    land(desk, row(101, override="Mara Kovač"))  # a name where none is needed answers for nothing
    assert desk.sql.execute("SELECT COUNT(*) FROM ledger WHERE kind = 'price.overridden'").fetchone() == (1,)
    desk.close()


def test_a_wrong_unit_price_is_refused_and_the_rest_of_the_change_goes_on() -> None:
    desk = open_shop(None)
    good = ChangeRow(item=B, name="fine", minor=99, currency="EUR", unit_minor=244, unit="kg", content=405)
    desk.push([row(99, unit_minor=333, unit="kg", content=405), good])
    assert desk.phase(A, 1)[1].startswith("unit price: 333 per kg does not follow from 99 for 405 g")
    assert desk.phase(B, 1)[0] == "active"
    desk.close()


def test_the_same_row_with_more_evidence_touches_nothing() -> None:
    desk = open_shop(None)
    land(desk, row(99, unit_minor=244, unit="kg"))
    desk.outcomes()
    desk.push([row(99, unit_minor=244, unit="kg", content=405)])
    assert desk.outcomes() == [(2, A, "landed", "unchanged")]
    desk.close()


def test_a_database_of_the_first_schema_brings_its_history_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.db"
    with monkeypatch.context() as old:
        old.setattr(database, "schema_files", lambda: schema_files()[:1])
        connection = open_for_writing(path)
    lines = json.dumps({"lines": [[A, 3, 90, 1, 90], [B, 4, 50, 2, 100], [A, 3, 90, 1, 90]]})
    for n, at in enumerate((DAY, DAY + 5, 3 * DAY)):
        connection.execute("INSERT INTO sale VALUES ('till-1', 1, ?, 'r', ?, 'EUR', 1, ?)", (n, at, lines))
    connection.execute(
        "INSERT INTO showing (device, role, item, version, minor, n, confirmed, at)"
        " VALUES ('till-1', 'till', ?, 3, 90, 1, 1, 77), ('label-1', 'label', ?, 4, 80, 1, 0, 78)",
        (A, A),
    )
    connection.close()
    connection = open_for_writing(path)
    assert rows(connection, "SELECT item, version, minor, began, ended FROM offered") == [(A, 3, 90, 77, None)]
    assert rows(connection, "SELECT item, version, minor, at FROM paid ORDER BY item, at") == sorted(
        [(A, 3, 90, 3 * DAY), (B, 4, 50, 3 * DAY)]
    )
    connection.close()


def rows(connection: sqlite3.Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()
