"""`aisle ledger as-of` as a person or a script meets it."""

import json
import random
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from edge.commands import ledger
from edge.proof.moments import day_of, parse_moment
from edge.proof.records import ShopFacts, note_shop, read_shop
from edge.store import Transaction
from tests.console.floor import HOUR, MINUTE, Floor, gtin, row

NOON = 1_793_617_200_000
"""2026-11-02 12:00 on the shop's clock."""
EGGS = gtin(6)
ZAGREB = ZoneInfo("Europe/Zagreb")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """At 12:00 a raise is allowed, at 12:00:40 the label says so; sales before, in between and after."""
    folder = tmp_path_factory.mktemp("gateway")
    floor = Floor(folder, NOON - HOUR)
    floor.do(lambda tx: note_shop(tx, ShopFacts("Europe/Zagreb", "EUR", 0)))
    floor.till("till-1")
    floor.change([row(EGGS, 349, "Eggs")])
    floor.label("shelf-07", EGGS, "Aisle 2")
    floor.answer()
    sell(floor, "early", 349, 1)
    floor.now = NOON
    floor.change([row(EGGS, 379, "Eggs")])
    floor.now += 20_000
    sell(floor, "between", 379, 2)
    floor.now += 20_000
    floor.answer()
    floor.now += MINUTE
    floor.change([row(EGGS, 299, "Eggs")])
    floor.answer()
    floor.now += MINUTE
    sell(floor, "cheated", 379, 2)
    floor.close()
    return folder


def sell(floor: Floor, receipt: str, minor: int, version: int) -> None:
    def work(tx: Transaction) -> None:
        line = [EGGS, version, minor, 1, minor]
        tx.record("sale", "till-1", {"receipt": receipt, "at": tx.now, "total": minor, "lines": [line]})

    floor.do(work)


def run(data: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(ledger, ["as-of", "--data", str(data), *words], env={"COLUMNS": "240"})
    return result.exit_code, result.output


def test_a_label_at_a_time_is_told_as_an_interval_with_its_evidence(data: Path) -> None:
    status, said = run(data, "--label", "shelf-07", "--at", "2026-11-02T12:00:20")
    assert status == 0
    assert "v1 (€3.49) until 12:00:00; v1 (€3.49) or v2 (€3.79) until 12:00:40; then v2 (€3.79) until 12:01:40" in said
    for words in ("sent, row", "picture on its way, row", "device reports it, row", "hash "):
        assert words in said


def test_the_same_as_plain_data(data: Path) -> None:
    status, said = run(data, "--label", "shelf-07", "--at", str(NOON + 20_000), "--json")
    (answer,) = json.loads(said)
    assert status == 0
    assert [(one["version"], one["minor"]) for one in answer["may"]] == [(1, 349), (2, 379)]
    assert answer["certain"] is False
    assert {one["proof"] for one in answer["may"][0]["evidence"]} == {"sent", "sending", "reported"}
    assert all(len(one["hash"]) == 64 for one in answer["may"][0]["evidence"])
    assert len(answer["may"][0]["pixels"]) == 64


def test_a_till_and_a_whole_item(data: Path) -> None:
    status, said = run(data, "--till", "till-1", "--item", EGGS, "--at", "2026-11-02T12:00:20")
    assert (status, "v1 (€3.49) from 11:00:00 until 12:00:40" in said) == (0, True)
    status, said = run(data, "--item", EGGS.lstrip("0"), "--at", "2026-11-02 12:00:50", "--json")
    assert [one["device"] for one in json.loads(said)] == ["shelf-07", "till-1"]


@pytest.mark.parametrize(
    ("receipt", "verdict"), [("early", "fine"), ("between", "possible"), ("cheated", "overcharge")]
)
def test_receipts_are_judged(data: Path, receipt: str, verdict: str) -> None:
    status, said = run(data, "--receipt", receipt, "--json")
    (judged,) = json.loads(said)
    assert (status, judged["verdict"]) == (0, verdict)
    status, said = run(data, "--receipt", receipt)
    assert status == 0
    assert verdict in said
    assert "by the gateway's clock" in said
    assert "evidence rows" in said


def test_an_overcharge_is_told_with_its_sum_and_the_label(data: Path) -> None:
    _, said = run(data, "--receipt", "cheated")
    assert "lowest: shelf-07 showed €2.99 (v3)" in said
    assert "€0.80 too much" in said


def test_grace_is_the_shops_own_unless_another_is_given(data: Path) -> None:
    _, said = run(data, "--receipt", "cheated", "--grace-minutes", "90", "--json")
    assert json.loads(said)[0]["grace_ms"] == 90 * MINUTE


@pytest.mark.parametrize(
    ("words", "help_"),
    [
        (("--at", "2026-11-02T12:00"), "ask about a label"),
        (("--label", "shelf-07"), "say when with --at"),
        (("--label", "shelf-07", "--at", "noon"), "is no time"),
        (("--label", "shelf-07", "--at", "2020-01-01"), "the ledger begins at"),
        (("--label", "shelf-07", "--at", "2190-01-01"), "has not come yet"),
        (("--label", "nobody", "--at", str(NOON)), "no row about 'nobody'"),
        (("--till", "till-1", "--at", str(NOON)), "by its GTIN"),
        (("--item", "4711", "--at", str(NOON)), "no label was ever bound to 00000000004711"),
        (("--label", "shelf-07", "--item", EGGS, "--at", str(NOON)), "not both"),
        (("--receipt", "r-0"), "check the number"),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(data: Path, words: tuple[str, ...], help_: str) -> None:
    status, said = run(data, *words)
    assert status == 2
    assert help_ in said


def test_no_data_folder(tmp_path: Path) -> None:
    status, said = run(tmp_path, "--receipt", "x")
    assert (status, "--data" in said) == (2, True)


def test_settings_are_noted_once_and_again_when_they_change(tmp_path: Path) -> None:
    floor = Floor(tmp_path, NOON)
    one, two = ShopFacts("Europe/Zagreb", "EUR", 0), ShopFacts("Europe/Zagreb", "EUR", 1_800_000)
    for facts in (one, one, two, two):
        floor.do(lambda tx, facts=facts: note_shop(tx, facts))  # type: ignore[misc]
    with floor.store.reading() as db:
        assert db.conn.execute("SELECT COUNT(*) FROM ledger WHERE kind = 'shop.set'").fetchone() == (2,)
        assert read_shop(db.conn) == two
        assert read_shop(db.conn, before=2) == one
    floor.close()


def test_local_times_know_summer_time() -> None:
    assert parse_moment("2026-10-25T02:30", ZAGREB) == parse_moment("2026-10-25T00:30Z", ZAGREB)  # the first of two
    with pytest.raises(ValueError, match="skipped"):
        parse_moment("2026-03-29T02:30", ZAGREB)
    start, end = day_of(parse_moment("2026-03-29T12:00", ZAGREB), ZAGREB)
    assert end - start == 23 * HOUR
    assert parse_moment("2026-11-02T12:00:00+01:00", ZoneInfo("Asia/Shanghai")) == NOON


@given(st.text(max_size=40) | st.datetimes().map(str) | st.integers().map(str))
@example("0001-01-01T00:00")
@example("9999-12-31T23:59:59-14:00")
def test_whatever_is_typed_is_a_time_or_refused_with_words(text: str) -> None:
    with suppress(ValueError):
        assert parse_moment(text, ZAGREB) >= -HOUR


def test_labels_of_an_item_and_receipts_are_found_by_an_index(tmp_path: Path) -> None:
    """A question reads the rows that it is about, however long the ledger is."""
    floor, dice = Floor(tmp_path, NOON), random.Random(1)

    def fill(tx: Transaction) -> None:
        for n in range(3_000):
            tx.record("label.sent", f"shelf-{dice.randrange(40):02}", {"item": EGGS, "version": n + 1, "minor": n})
            tx.record("sale", "till-1", {"receipt": f"r{n}", "at": tx.now, "total": 0, "lines": []})

    floor.do(fill)
    with floor.store.reading() as db:
        for asked in ("kind = 'sale' AND", "kind IN ('label.bound', 'label.sent', 'label.read') AND"):
            field = "receipt" if "sale" in asked else "item"
            expression = (
                f"CASE WHEN typeof(body) = 'text' AND json_valid(body) THEN json_extract(body, '$.{field}') END"
            )
            plan = db.conn.execute(
                f"EXPLAIN QUERY PLAN SELECT subject FROM ledger WHERE {asked} {expression} = ?", ("x",)
            ).fetchall()
            assert "SEARCH" in plan[0][3], plan
    floor.close()


def test_a_gateway_that_goes_on_from_a_backup_claims_nothing_about_what_was_lost(tmp_path: Path) -> None:
    floor = Floor(tmp_path, NOON)
    floor.till("till-1")
    floor.change([row(EGGS, 349, "Eggs")])
    floor.label("shelf-07", EGGS, "Aisle 2")
    floor.answer()
    floor.now += HOUR
    floor.do(lambda tx: tx.record("gateway.restored", "gateway", {}))
    floor.do(lambda tx: floor.engine.retire(tx, "shelf-07", "gateway", "restored"))
    floor.close()
    _, said = run(tmp_path, "--item", EGGS, "--at", str(NOON + 30 * MINUTE), "--json")
    label, till = json.loads(said)
    assert (label["certain"], label["lost"], label["may"][0]["minor"]) == (False, True, 349)
    assert (till["certain"], till["lost"]) == (False, True)
