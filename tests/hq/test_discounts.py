"""Head office orders discount rules from a file, shows what a store was ordered, and keeps the sales that say them."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from cloud_sync.contract.events import Batch, Event, EventClass
from cloud_sync.contract.goods import SetDiscounts, open_goods
from cloud_sync.hq.commands import hq
from cloud_sync.hq.discounts import read_discounts, read_rules
from cloud_sync.hq.ingest import ingest
from cloud_sync.hq.office import HqError, open_office
from cloud_sync.hq.push import feed
from cloud_sync.hq.schema import events, misfits, sale_lines
from cloud_sync.hq.stores import add_store
from tests.desk import STORE, A

FILE = """
[[rules]]
id = "silver-5"
name = "Silver"
codes = "S"
permille = 950

[[rules]]
id = "gold-10"
name = "Gold"
codes = "G"
permille = 900
begins = 2026-12-01T00:00:00
ends = "2026-12-25T00:00+01:00"
"""


def cli(data: Path, *args: str) -> Result:
    return CliRunner().invoke(hq, ["discounts", *args, "--data", str(data)])


def test_rules_from_a_file_are_signed_into_the_log_and_shown(tmp_path: Path) -> None:
    data, file = tmp_path / "hq", tmp_path / "rules.toml"
    office = open_office(data)
    add_store(office, STORE, "Test store", timezone="Europe/Zagreb")
    assert "never ordered" in cli(data, STORE).output
    file.write_text(FILE)
    done = cli(data, STORE, str(file))
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[:2] == ["order 1, 2 rules, by command line", "silver-5\tSilver\tS\t95 %\t\t"]
    (entry,) = feed(office, STORE, 0, 9).entries
    goods = open_goods(entry.envelope.encode(), [office.signer.public_key])
    (order,) = goods.entries
    assert isinstance(order, SetDiscounts)
    gold = order.rules[1]
    assert (gold.permille, gold.begins, gold.ends) == (900, 1_796_079_600_000, 1_798_153_200_000)
    file.write_text("rules = []")
    assert cli(data, STORE, str(file)).output.splitlines() == ["order 2, 0 rules, by command line"]
    found = read_discounts(office, STORE)
    assert found is not None
    assert (found.sequence, found.rules) == (2, ())
    assert cli(data, "nowhere", str(file)).exit_code == 1
    assert cli(data, STORE, str(tmp_path / "none.toml")).exit_code == 1
    office.db.close()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "rules = \\[\\]"), ("rules = 1", "rules = "), ("[rules]\n", "rules = "), ("x = ", "not valid TOML"),
        (FILE.replace("900", "1000"), "permille"), (FILE.replace('"G"', '"S"'), "same codes"),
        (FILE.replace("2026-12-01T00:00:00", "2027-12-01T00:00:00"), "end before it begins"),
        (FILE.replace("2026-12-01T00:00:00", "7"), "begins: write a time"), (FILE + "colour = 1", "colour"),
        (FILE.replace("2026-12-25", "2026-13-25"), "is no time"),
    ],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(HqError, match=why):
        read_rules(text, "Europe/Zagreb")


def test_a_sale_with_a_discount_is_no_misfit_and_its_rule_is_kept(tmp_path: Path) -> None:
    office = open_office(tmp_path / "hq")
    add_store(office, STORE, "Test store")
    line = {"item": A, "version": 1, "minor": 179, "quantity": 1, "total_minor": 179}
    for seq, start in ((1, 199), (2, 100)):
        sold = line | {"discount": {"rule": "gold-10", "from_minor": start}}
        body = {"receipt": f"r-{seq}", "currency": "EUR", "lines": [sold], "total_minor": 179}
        event = Event(
            seq=seq, cls=EventClass.SALE, kind="sale", device="till-1", device_epoch=1, device_seq=seq, at=1,
            received_at=1, body=body,
        )  # fmt: skip
        ingest(office, STORE, Batch(epoch=7, events=(event,)))
    with office.db.read() as sql:
        (body_kept,) = sql.execute(select(events.c.body)).scalars()
        assert sql.execute(select(sale_lines.c.minor)).scalars().all() == [179]
        assert "cannot raise" in sql.execute(select(misfits.c.why)).scalar_one()
    assert json.loads(body_kept)["lines"][0]["discount"]["rule"] == "gold-10"
    office.db.close()
