"""What stores ask for reaches head office once, and is closed when goods are sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from cloud_sync.contract.events import Batch, Event, EventClass
from cloud_sync.contract.goods import Delivered, GoodsLine
from cloud_sync.hq.goods import send_goods
from cloud_sync.hq.ingest import ingest
from cloud_sync.hq.office import NotFound, Office, open_office
from cloud_sync.hq.stock_requests import open_requests, say_answered
from cloud_sync.hq.stores import add_store
from tests.desk import STORE, A, B


@pytest.fixture
def office(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = open_office(tmp_path / "hq")
    add_store(made, STORE, "Test store")
    add_store(made, "0205", "Another")
    yield made
    made.db.close()


def told(office: Office, seq: int, item: str, level: str, crossing: int, free: int = 2, epoch: int = 7) -> None:
    body = {
        "item": item, "level": level, "crossing": crossing, "hand": free + 1, "reserved": 1, "minimum": 1, "safety": 4
    }  # fmt: skip
    event = Event(
        seq=seq, cls=EventClass.SALE, kind="stock.request", device="gateway", at=seq, received_at=seq, body=body
    )
    ingest(office, STORE, Batch(epoch=epoch, events=(event,)))


def test_a_crossing_is_asked_for_once_and_the_urgent_first(office: Office) -> None:
    told(office, 1, A, "safety", 1)
    told(office, 2, B, "minimum", 1, free=0)
    told(office, 3, A, "safety", 1, free=9)  # an old word again
    assert [(one.item, one.level, one.free, one.at) for one in open_requests(office)] == [
        (B, "minimum", 0, 2), (A, "safety", 2, 1),
    ]  # fmt: skip
    assert open_requests(office, "0205") == []


def test_goods_that_are_sent_close_a_request_and_the_next_crossing_opens_it(office: Office) -> None:
    told(office, 1, A, "safety", 1)
    send_goods(office, STORE, [Delivered(id="d1", at=1, lines=(GoodsLine(item=A, quantity=9),))], "ana")
    assert open_requests(office) == []
    told(office, 2, A, "minimum", 2)
    assert [one.level for one in open_requests(office)] == ["minimum"]
    say_answered(office, STORE, A)
    with pytest.raises(NotFound, match="no open request"):
        say_answered(office, STORE, A)
    told(office, 1, A, "safety", 1, epoch=8)  # the store went on from a backup and counts anew
    assert [one.level for one in open_requests(office)] == ["safety"]


def test_what_is_no_request_is_kept_apart(office: Office) -> None:
    event = Event(
        seq=1, cls=EventClass.SALE, kind="stock.request", device="gateway", at=1, received_at=1, body={"item": "x"}
    )
    ingest(replace(office), STORE, Batch(epoch=7, events=(event,)))
    assert open_requests(office) == []
