"""Tickets and clocks of all stores, as they told of them last."""

from dataclasses import replace
from pathlib import Path

import pytest

from cloud_sync.contract.events import Batch, Event, EventClass
from cloud_sync.hq.clocks import all_clocks
from cloud_sync.hq.ingest import ingest
from cloud_sync.hq.office import Office, open_office
from cloud_sync.hq.stores import add_store
from cloud_sync.hq.tickets import closed_tickets, open_tickets
from tests.desk import STORE

OPENED = 1_793_000_000_000


@pytest.fixture
def office(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = open_office(tmp_path / "hq")
    add_store(made, STORE, "Test store")
    add_store(made, "0205", "Another")
    yield made
    made.db.close()


def told(office: Office, seq: int, kind: str, body: dict[str, object], device: str = "gateway") -> None:
    event = Event(seq=seq, cls=EventClass.PRICE, kind=kind, device=device, at=seq, received_at=seq, body=body)
    ingest(office, STORE, Batch(epoch=7, events=(event,)))


def ticket(number: int, rule: str, **more: object) -> dict[str, object]:
    return {
        "ticket": number, "rule": rule, "state": "open", "critical": False, "value": "", "why": "",
        "opened_at": OPENED + number, "announced_at": OPENED + number, "acknowledged_at": None, "acknowledged_by": "",
        "closed_at": None, **more,
    }  # fmt: skip


def test_open_tickets_stand_critical_first_and_end_when_their_store_says_so(office: Office) -> None:
    told(office, 1, "ticket", ticket(1, "battery-low"), "shelf-01")
    told(office, 2, "ticket", ticket(2, "till-lost", acknowledged_by="ana", acknowledged_at=OPENED), "till-1")
    told(office, 3, "ticket", ticket(3, "disk-full", critical=True, why="2 % free"))
    assert [(one.number, one.subject, one.taken_by) for one in open_tickets(office)] == [
        (3, "gateway", ""), (1, "shelf-01", ""), (2, "till-1", "ana"),
    ]  # fmt: skip
    told(office, 4, "ticket", ticket(3, "disk-full", critical=True, closed_at=OPENED + 9))
    told(office, 4, "ticket", ticket(3, "disk-full", critical=True))  # a repeat changes nothing
    assert [one.number for one in open_tickets(office)] == [1, 2]
    (ended,) = closed_tickets(office)
    assert (ended.rule, ended.store_name, ended.closed_at) == ("disk-full", "Test store", OPENED + 9)


def test_a_store_that_went_on_from_a_backup_has_only_the_tickets_that_it_still_knows(office: Office) -> None:
    for number in (1, 2, 3):
        told(office, number, "ticket", ticket(number, "till-lost"), f"till-{number}")
    other = Event(seq=1, cls=EventClass.PRICE, kind="ticket", device="till-9", at=1, received_at=1,
                  body=ticket(4, "till-lost"))  # fmt: skip
    ingest(office, "0205", Batch(epoch=7, events=(other,)))
    told(office, 4, "tickets.standing", {"open": [2]})
    assert [(one.store, one.number) for one in open_tickets(office)] == [(STORE, 2), ("0205", 4)]
    assert {one.number: one.closed_at for one in closed_tickets(office)} == {1: 4, 3: 4}


def test_each_stores_clock_is_as_its_gateway_told_last(office: Office) -> None:
    late = replace(office, now=lambda: OPENED)
    assert [(one.store, one.trusted) for one in all_clocks(office)] == [(STORE, None), ("0205", None)]
    told(late, 1, "clock.trusted", {"doubt": "", "off_ms": 0, "by": "office", "why": ""})
    told(late, 2, "clock.doubted", {"doubt": "jumped", "off_ms": 90_000, "by": "office", "why": "clock: it jumped"})
    doubted, unheard = all_clocks(office)
    assert (doubted.trusted, doubted.why, doubted.heard_at) == (False, "clock: it jumped", OPENED)
    assert unheard.trusted is None
    told(late, 3, "clock.trusted", {"doubt": "", "off_ms": 0, "by": "network", "why": ""})
    assert [(one.store, one.trusted) for one in all_clocks(office)] == [("0205", None), (STORE, True)]


@pytest.mark.parametrize(
    ("kind", "body"),
    [("ticket", {"ticket": 0}), ("ticket", ticket(1, "<b>")), ("clock.doubted", {"by": "nobody"})],
)
def test_what_is_neither_is_kept_apart(office: Office, kind: str, body: dict[str, object]) -> None:
    told(office, 1, kind, body)
    assert open_tickets(office) == []
    assert all(one.trusted is None for one in all_clocks(office))
