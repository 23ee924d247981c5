"""Heads of a store's ledger at head office: the first word stands, and a ledger that was cut or rewritten is found."""

from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from cloud_sync.hq.commands import hq
from cloud_sync.hq.ledger_heads import list_heads
from cloud_sync.hq.office import NotFound
from cloud_sync.hq.operators import add_operator, new_session
from cloud_sync.hq.sums import misfit_count
from tests.hq.conftest import HeadOffice
from tests.hq.gateway import Gateway

ONE, TWO = "1" * 64, "2" * 64


def head(gateway: Gateway, seq: object, digest: str = ONE) -> dict[str, object]:
    return gateway.event("ledger.head", {"seq": seq, "hash": digest}, "price")


def test_heads_are_kept_in_order_and_operators_can_read_them(head_office: HeadOffice, gateway: Gateway) -> None:
    gateway.committed([head(gateway, 10, ONE), head(gateway, 25, TWO), head(gateway, 25, TWO), head(gateway, 0)])
    assert [(one.row, one.hash) for one in list_heads(head_office.office, gateway.store)] == [(25, TWO), (10, ONE)]
    assert misfit_count(head_office.office, gateway.store) == 0
    add_operator(head_office.office, "heidi", "correct horse battery", replace=True)
    token = new_session(head_office.office, "heidi", 1)
    answer = httpx.get(
        f"{head_office.console_url}/api/stores/{gateway.store}/ledger-heads",
        headers={"authorization": f"Bearer {token}"}, timeout=20,
    )  # fmt: skip
    assert [(one["row"], one["hash"]) for one in answer.json()] == [(25, TWO), (10, ONE)]


def test_a_head_that_contradicts_one_on_record_is_a_misfit_and_replaces_nothing(
    head_office: HeadOffice, gateway: Gateway
) -> None:
    gateway.committed([head(gateway, 10, ONE), head(gateway, 10, TWO)])
    assert [one.hash for one in list_heads(head_office.office, gateway.store)] == [ONE]
    assert misfit_count(head_office.office, gateway.store) == 1


@pytest.mark.parametrize(("seq", "digest"), [(-1, ONE), ("x", ONE), (2**63, ONE), (5, "ff"), (5, "G" * 64)])
def test_nonsense_is_a_misfit(head_office: HeadOffice, gateway: Gateway, seq: object, digest: str) -> None:
    gateway.committed([head(gateway, seq, digest)])
    assert list_heads(head_office.office, gateway.store) == []
    assert misfit_count(head_office.office, gateway.store) == 1


def test_a_store_that_does_not_exist_has_no_heads(head_office: HeadOffice, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list_heads(head_office.office, "nowhere")
    said = CliRunner().invoke(hq, ["heads", "nowhere", "--data", str(tmp_path)])
    assert said.exit_code == 1
    assert "no store" in said.output
