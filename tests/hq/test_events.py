"""Events in: once in effect, bounded, and never stopped by one that makes no sense."""

import json
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, select

from cloud_sync.contract.events import Batch
from cloud_sync.contract.feed import MAX_BATCH_BYTES
from cloud_sync.hq.epcis import read_epcis
from cloud_sync.hq.ingest import ingest
from cloud_sync.hq.office import open_office
from cloud_sync.hq.schema import events, misfits, sale_lines, sales, visits
from cloud_sync.hq.stores import add_store
from cloud_sync.hq.sums import by_hour, sales_sum
from tests.hq.conftest import HeadOffice
from tests.hq.gateway import MINUTE, NOW, Gateway


def rows(head_office: HeadOffice, table: Table, store: str) -> list[dict[str, Any]]:
    with head_office.office.db.read() as sql:
        return [
            dict(row)
            for row in sql.execute(select(table).where(table.c.store == store).order_by(*table.primary_key)).mappings()
        ]


def test_a_batch_is_committed_once_however_often_it_comes(head_office: HeadOffice, gateway: Gateway) -> None:
    batch = [gateway.sale(f"r{number}") for number in range(10)]
    for _ in range(3):
        assert gateway.committed(batch).seq == 10
    assert len(rows(head_office, sales, gateway.store)) == 10
    assert len(rows(head_office, sale_lines, gateway.store)) == 10
    assert sales_sum(head_office.office, gateway.store, 0, 2**53) == {
        "sales": 10, "doubled": 0, "takings": {"EUR": 3300}
    }  # fmt: skip


def test_overlapping_batches_add_only_what_is_new(head_office: HeadOffice, gateway: Gateway) -> None:
    made = [gateway.sale(f"r{number}") for number in range(8)]
    assert gateway.committed(made[:5]).seq == 5
    assert gateway.committed(made[3:]).seq == 8
    assert gateway.committed(made[:2]).seq == 8
    assert len(rows(head_office, sales, gateway.store)) == 8


def test_gaps_are_allowed_and_going_back_within_a_batch_is_not(head_office: HeadOffice, gateway: Gateway) -> None:
    assert gateway.committed([gateway.sale("a", seq=3), gateway.sale("b", seq=900)]).seq == 900
    for seqs in ((905, 904), (905, 905)):
        assert gateway.send([gateway.sale("x", seq=seq) for seq in seqs]).status_code == 422
    assert len(rows(head_office, sales, gateway.store)) == 2


def test_a_new_epoch_starts_anew_and_an_old_one_is_remembered(head_office: HeadOffice, gateway: Gateway) -> None:
    assert gateway.committed([gateway.sale("a", seq=5)], epoch=7).seq == 5
    assert gateway.committed([gateway.sale("b", seq=1)], epoch=8).seq == 1
    late = gateway.committed([gateway.sale("a", seq=5)], epoch=7)
    assert (late.epoch, late.seq) == (7, 5)
    assert [row["receipt"] for row in rows(head_office, sales, gateway.store)] == ["a", "b"]


def test_a_doubled_receipt_shows(head_office: HeadOffice, gateway: Gateway) -> None:
    gateway.committed([gateway.sale("same"), gateway.sale("same")])
    assert sales_sum(head_office.office, gateway.store, 0, 2**53)["doubled"] == 1


BAD_BODIES: list[tuple[str, dict[str, Any]]] = [
    ("sale", {}),
    ("sale", {"receipt": "r", "currency": "EUR", "lines": [], "total_minor": 1}),
    ("sale", {"receipt": "r", "currency": "euro", "total_minor": 1,
              "lines": [{"item": "1", "version": 1, "minor": 1, "quantity": 1, "total_minor": 1}]}),
    ("sale", {"receipt": "r", "currency": "EUR", "total_minor": 2**63 - 1,
              "lines": [{"item": "1", "version": 1, "minor": 1, "quantity": 1, "total_minor": 1}]}),
    ("visit.minute", {"line": "door", "minute": 61_000, "entered": 1, "left": 0}),
    ("visit.minute", {"line": "door", "minute": 60_000, "entered": 2**62, "left": 0}),
    ("visit.minute", {"line": "door", "minute": 60_000, "entered": -1, "left": 0}),
    ("price.outcome", {"sequence": 99, "rows": [{"item": "03850334043641", "outcome": "landed"}]}),
    ("price.outcome", {"sequence": 1, "rows": [{"item": "x", "outcome": "dunno"}]}),
    ("battery", {"mv": float("nan")}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body"), BAD_BODIES)
def test_a_poisonous_event_is_set_aside_with_the_reason_and_the_rest_goes_on(
    head_office: HeadOffice, gateway: Gateway, kind: str, body: dict[str, Any]
) -> None:
    batch = [gateway.sale("before"), gateway.event(kind, body), gateway.sale("after")]
    assert gateway.committed(batch).seq == 3
    aside = rows(head_office, misfits, gateway.store)
    assert [(row["seq"], row["kind"]) for row in aside] == [(2, kind)]
    assert aside[0]["why"]
    assert [row["receipt"] for row in rows(head_office, sales, gateway.store)] == ["before", "after"]
    assert [row["seq"] for row in rows(head_office, events, gateway.store)] == [1, 3]
    assert rows(head_office, visits, gateway.store) == []


def test_an_unknown_kind_is_kept_as_it_is(head_office: HeadOffice, gateway: Gateway) -> None:
    body = {"what": "价签 \u0000 <script>", "deep": [[1], {"a": None}]}
    gateway.committed([gateway.event("label.battery", body, "telemetry")])
    assert json.loads(rows(head_office, events, gateway.store)[0]["body"]) == body


def test_parts_of_one_minute_add_up_also_when_late(head_office: HeadOffice, gateway: Gateway) -> None:
    minute = NOW - NOW % MINUTE
    gateway.committed([gateway.visit(minute, 3, 1), gateway.visit(minute + MINUTE, 1)])
    gateway.committed([gateway.visit(minute, 2, 2)])
    found = {row["minute"]: (row["entered"], row["left"]) for row in rows(head_office, visits, gateway.store)}
    assert found == {minute: (2, 2), minute + MINUTE: (1, 0)}
    start = NOW - NOW % 3_600_000
    hour = by_hour(head_office.office, gateway.store, start, start + 3_600_000)
    assert (hour[0]["entered"], hour[0]["left"]) == (3, 2)


def test_a_body_that_is_too_large_is_refused_packed_and_unpacked(gateway: Gateway) -> None:
    assert gateway.post(b"\0" * (MAX_BATCH_BYTES + 1)).status_code == 413
    bomb = zstandard.ZstdCompressor(level=19).compress(b" " * (512 << 20))
    assert len(bomb) < MAX_BATCH_BYTES
    assert gateway.post(bomb).status_code == 413


def test_a_body_without_declared_length_is_cut_off(gateway: Gateway) -> None:
    def endless() -> Any:
        for _ in range(64):
            yield b"\0" * (1 << 16)

    headers = gateway.headers() | {"content-encoding": "zstd"}
    path = f"/v1/stores/{gateway.store}/events"
    assert gateway.http.post(path, content=endless(), headers=headers).status_code == 413


def test_a_frame_that_wants_a_huge_window_is_refused(gateway: Gateway) -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    body = packer.compress(b"{}" * 100) + packer.flush()
    assert zstandard.get_frame_parameters(body).window_size == 1 << 27
    assert gateway.post(body).status_code == 422


GARBAGE = [b"", b"plain", *map(zstandard.compress, (b"", b"{}", b'{"epoch":1,"events":[]}', b"[" * 9000))]


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_is_refused_and_says_so(gateway: Gateway, body: bytes) -> None:
    answer = gateway.post(body)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_another_encoding_is_refused(gateway: Gateway) -> None:
    assert gateway.post(b"{}", **{"content-encoding": "gzip"}).status_code == 415


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sends=st.lists(
        st.tuples(st.integers(1, 2), st.lists(st.integers(1, 30), min_size=1, max_size=12, unique=True).map(sorted)),
        max_size=12,
    )
)
def test_whatever_is_repeated_every_event_counts_once(
    head_office: HeadOffice, tmp_path_factory: pytest.TempPathFactory, sends: list[tuple[int, list[int]]]
) -> None:
    """The same as a plain model: per epoch, what is above the cursor is new, and the cursor never goes back."""
    office = open_office(tmp_path_factory.mktemp("model"))
    add_store(office, "m", "Model")
    cursor: dict[int, int] = {}
    made: set[tuple[int, int]] = set()
    for epoch, seqs in sends:
        batch = {"epoch": epoch, "events": [_sale(seq) for seq in seqs]}
        told = ingest(office, "m", Batch.model_validate_json(json.dumps(batch)))
        made |= {(epoch, seq) for seq in seqs if seq > cursor.get(epoch, -1)}
        cursor[epoch] = max(cursor.get(epoch, -1), seqs[-1])
        assert (told.epoch, told.seq) == (epoch, cursor[epoch])
    with office.db.read() as sql:
        assert {tuple(row) for row in sql.execute(select(sales.c.epoch, sales.c.seq))} == made
        assert sql.execute(select(func.count()).select_from(sale_lines)).scalar_one() == len(made)
    office.db.close()


def _sale(seq: int) -> dict[str, Any]:
    line = {"item": "03850334043641", "version": 1, "minor": 100, "quantity": 1, "total_minor": 100}
    body = {"receipt": f"r{seq}", "currency": "EUR", "lines": [line], "total_minor": 100}
    return {"seq": seq, "cls": "sale", "kind": "sale", "device": "t", "at": 0, "received_at": 0, "body": body}


def test_epcis_events_come_out_as_one_document_and_each_once(head_office: HeadOffice, gateway: Gateway) -> None:
    event = {"type": "ObjectEvent", "eventID": "urn:uuid:1", "action": "OBSERVE"}
    other = event | {"eventID": "urn:uuid:2"}
    gateway.committed([gateway.event("epcis", event, seq=1), gateway.event("epcis", other, seq=2)])
    gateway.committed([gateway.event("epcis", event, seq=1)], epoch=9)  # a restored gateway tells it again
    found = read_epcis(head_office.office, gateway.store, 0, 2**53)
    assert (found["type"], found["schemaVersion"]) == ("EPCISDocument", "2.0")
    assert [one["eventID"] for one in found["epcisBody"]["eventList"]] == ["urn:uuid:1", "urn:uuid:2"]
    assert read_epcis(head_office.office, gateway.store, 0, 1)["epcisBody"]["eventList"] == []
