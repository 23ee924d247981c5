"""A gateway that goes on from a backup: nothing twice at head office, nothing believed of its devices."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from cloud_sync.contract.events import Committed, EventClass
from cloud_sync.hq.ingest import ingest
from cloud_sync.hq.office import Office
from cloud_sync.hq.schema import events
from cloud_sync.hq.stores import add_store
from cloud_sync.queue.outbox import Outbox
from edge.prices.leases import Leases
from edge.prices.restored import go_on_from_backup
from edge.store import Transaction
from simulators.storm.office import OfficeFile
from tests.desk import STORE, A, Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    one = Desk()
    one.sql.execute("INSERT OR REPLACE INTO meta VALUES ('epoch', '7')")
    yield one
    one.close()


@pytest.fixture
def office() -> Iterator[Office]:
    file = OfficeFile()
    yield file.begin(lambda: 1_000).office
    file.close()


def tell(desk: Desk, device: str, seq: int) -> None:
    def work(tx: Transaction) -> None:
        tx.tell(EventClass.SALE, "note", device, {"n": seq}, device_epoch=1, device_seq=seq)

    desk.do(work)


def restore(desk: Desk, epoch: int = 5) -> None:
    """The backup is the database as it is; its new life begins."""
    desk.do(lambda tx: go_on_from_backup(tx, desk.engine, epoch))
    desk.outbox = Outbox(int(desk.sql.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0]), 1 << 20)
    desk.outbox.reload(desk.sql)


def told(office: Office) -> list[tuple[str, int]]:
    with office.db.read() as sql:
        query = select(events.c.device, events.c.device_seq).where(events.c.device_seq.is_not(None))
        return [(row[0], row[1]) for row in sql.execute(query.order_by(events.c.epoch, events.c.seq))]


def upload(desk: Desk, office: Office) -> list[int]:
    """Send until nothing waits; returns the epochs of the batches."""
    epochs = []
    while batch := desk.outbox.peek(desk.sql):
        epochs.append(batch.epoch)
        confirm(desk, ingest(office, STORE, batch))
    return epochs


def confirm(desk: Desk, committed: Committed) -> None:
    assert desk.do(lambda tx: desk.outbox.confirm(tx.sql, committed.epoch, committed.seq))


def test_what_the_copy_still_queued_travels_under_its_own_epoch_and_arrives_once(desk: Desk, office: Office) -> None:
    tell(desk, "till-1", 1)
    tell(desk, "till-1", 2)
    batch = desk.outbox.peek(desk.sql)
    assert batch is not None
    ingest(office, STORE, batch)  # head office has it; the answer was lost, and then the disk
    restore(desk)
    tell(desk, "till-1", 3)
    assert upload(desk, office) == [7, 8]  # a fresh epoch is larger, whatever the clock said
    assert told(office) == [("till-1", 1), ("till-1", 2), ("till-1", 3)]


def test_what_a_device_repeats_to_a_restored_gateway_is_passed_over_by_head_office(desk: Desk, office: Office) -> None:
    copy = Desk()
    copy.sql.execute("INSERT OR REPLACE INTO meta VALUES ('epoch', '7')")
    tell(desk, "till-1", 1)  # after the copy was made; at head office, and its receipt never came
    upload(desk, office)
    restore(copy)
    tell(copy, "till-1", 1)
    tell(copy, "till-1", 2)
    upload(copy, office)
    assert told(office) == [("till-1", 1), ("till-1", 2)]
    copy.close()


def test_two_restores_in_a_row_keep_their_epochs_apart(desk: Desk, office: Office) -> None:
    tell(desk, "till-1", 1)
    restore(desk)
    tell(desk, "till-1", 2)
    restore(desk, epoch=100)
    tell(desk, "till-1", 3)
    assert upload(desk, office) == [7, 8, 100]
    assert told(office) == [("till-1", 1), ("till-1", 2), ("till-1", 3)]
    tell(desk, "till-1", 4)
    assert upload(desk, office) == [100]


def test_no_device_is_believed_until_a_person_put_it_back(desk: Desk) -> None:
    desk.device("till-1", "till")
    desk.device("label-1", "label")
    desk.bind("label-1", A)
    version = desk.push({A: 100})
    desk.applied("till-1", (A, version))
    desk.shown("label-1", A, version)
    leases = Leases()
    assert desk.do(lambda tx: leases.ask(tx, desk.engine, "till-1", 0))
    restore(desk)
    assert not desk.do(lambda tx: Leases().ask(tx, desk.engine, "till-1", 0))
    desk.push({A: 80})
    assert desk.allowed("till-1") == desk.allowed("label-1") == []
    desk.bind("label-1", A)
    assert [row[0] for row in desk.allowed("label-1")] == [A]


def test_an_office_of_two_stores_keeps_them_apart(office: Office, desk: Desk) -> None:
    add_store(office, "0205", "Other")
    tell(desk, "till-1", 1)
    batch = desk.outbox.peek(desk.sql)
    assert batch is not None
    ingest(office, "0205", batch)
    ingest(office, "0205", batch.model_copy(update={"epoch": 3}))
    ingest(office, STORE, batch)
    assert told(office) == [("till-1", 1), ("till-1", 1)]
