"""Head office's words about goods, over the real line of code: signed there, carried out here, answered for."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cloud_sync.contract.events import Batch
from cloud_sync.contract.goods import (
    Cancel,
    Delivered,
    Entry,
    GoodsLine,
    LendCoupon,
    RecallCoupon,
    Reserve,
    SetLevels,
    is_goods,
)
from cloud_sync.hq.goods import send_goods
from cloud_sync.hq.ingest import ingest
from cloud_sync.hq.office import HqError, Office, open_office
from cloud_sync.hq.push import feed
from cloud_sync.hq.schema import events, misfits
from cloud_sync.hq.stores import add_store
from drivers.base import Message
from edge.alarms.rules import Measure
from edge.intake import Intake, Taken
from edge.inventory import coupons, reservations
from edge.inventory.orders import take_goods
from edge.inventory.records import balance_of
from edge.pickup.clock import LATE_MS, WARN_MS, Haste, haste, orders, tell_late
from tests.desk import STORE, A, B, Desk


class Line:
    """A store and head office, and what travels between them."""

    def __init__(self, office: Office, desk: Desk) -> None:
        self.office, self.desk = office, desk
        self.keys = [office.signer.public_key]

    def order(self, *entries: Entry) -> list[str]:
        """Send and take; returns what was refused."""
        send_goods(self.office, STORE, entries, "ana")
        return self.pull()

    def pull(self) -> list[str]:
        after = int(self.desk.do(lambda tx: tx.get_meta("inbox.cursor", "0")))
        page = feed(self.office, STORE, after, 50)
        return [why for entry in page.entries if (why := self.take(entry.sequence, entry.envelope))]

    def take(self, sequence: int, envelope: str) -> str:
        head = feed(self.office, STORE, 0, 1).head
        return self.desk.do(lambda tx: take_goods(tx, sequence, envelope, STORE, self.keys, head))

    def push(self) -> None:
        while batch := self.desk.outbox.peek(self.desk.sql):
            done = ingest(self.office, STORE, Batch.model_validate(batch.model_dump()))
            self.desk.do(lambda tx, done=done: self.desk.outbox.confirm(tx.sql, done.epoch, done.seq))  # type: ignore[misc]

    def told(self, kind: str) -> list[dict[str, Any]]:
        """What head office has on disk of this kind."""
        self.push()
        with self.office.db.read() as sql:
            query = select(events.c.body).where(events.c.kind == kind).order_by(events.c.seq)
            return [json.loads(body) for body in sql.execute(query).scalars()]

    def sell(self, seq: int, item: str, quantity: int, at: int | None = None) -> Taken:
        total = 100 * quantity
        line = {"item": item, "version": 1, "minor": 100, "quantity": quantity, "total_minor": total}
        body = {"receipt": f"r{seq}", "currency": "EUR", "lines": [line], "total_minor": total}
        return self.tell(seq, "sale", body, at)

    def tell(self, seq: int, kind: str, body: dict[str, Any], at: int | None = None) -> Taken:
        message = Message("till-1", 1, seq, self.desk.now if at is None else at, kind, body, lambda: None)
        return self.desk.do(lambda tx: Intake(self.desk.engine)(tx, [message]))[0].taken

    def hand(self, item: str) -> int:
        return self.desk.do(lambda tx: balance_of(tx, item)).hand


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    desk = Desk()
    office = replace(open_office(tmp_path / "hq"), now=lambda: desk.now)
    add_store(office, STORE, "Test store")
    add_store(office, "0205", "Another")
    yield Line(office, desk)
    desk.close()
    office.db.close()


def coupon(number: str) -> LendCoupon:
    return LendCoupon(id=number, minor_off=50, currency="EUR")


def goods(item: str, quantity: int) -> GoodsLine:
    return GoodsLine(item=item, quantity=quantity)


def delivered(number: str, *lines: GoodsLine) -> Delivered:
    return Delivered(id=number, at=0, lines=lines)


def test_a_sale_moves_stock_once_however_often_it_comes(line: Line) -> None:
    line.order(delivered("d1", goods(A, 10)))
    assert [line.sell(1, A, 3), line.sell(1, A, 3), line.sell(3, A, 1), line.sell(2, A, 1)] == [
        Taken.RECORDED, Taken.REPEATED, Taken.GAP, Taken.RECORDED,
    ]  # fmt: skip
    assert line.hand(A) == 6


def test_an_absurd_quantity_is_on_record_and_spoils_no_sum(line: Line) -> None:
    line.order(delivered("d1", goods(A, 10)))
    body = {"item": A, "version": 1, "minor": 0, "quantity": 2**63 - 1, "total_minor": 0}
    sale = {"receipt": "r", "currency": "EUR", "lines": [body], "total_minor": 0}
    assert line.tell(1, "sale", sale) is Taken.RECORDED
    assert line.hand(A) == 10


def test_the_same_delivery_counts_once(line: Line) -> None:
    line.order(delivered("d1", goods(A, 10), goods(B, 4)))
    line.order(delivered("d1", goods(A, 10), goods(B, 4)))
    assert (line.hand(A), line.hand(B)) == (10, 4)
    assert len(line.told("stock.move")) == 2


def test_a_crossing_is_asked_for_once_though_the_line_was_down(line: Line) -> None:
    line.order(delivered("d1", goods(A, 10)), SetLevels(item=A, minimum=2, safety=5))
    for seq in range(1, 10):  # nobody reaches head office meanwhile
        line.sell(seq, A, 1)
    asked = line.told("stock.request")
    assert [(one["level"], one["crossing"], one["hand"]) for one in asked] == [("safety", 1, 5), ("minimum", 2, 2)]
    line.order(delivered("d2", goods(A, 20)))
    line.sell(10, A, 16)
    assert [one["crossing"] for one in line.told("stock.request")] == [1, 2, 3]


def test_goods_are_promised_once_they_are_aside_and_leave_with_the_customer(line: Line) -> None:
    line.order(delivered("d1", goods(A, 3)))
    until = line.desk.now + 60_000
    line.order(Reserve(id="o1", until=until, lines=(goods(A, 2),)), Reserve(id="o2", until=until, lines=(goods(A, 2),)))
    assert [(one["id"], one["state"]) for one in line.told("stock.reservation")] == [("o1", "held"), ("o2", "refused")]
    line.desk.do(lambda tx: reservations.set_aside(tx, "o1", "ana"))
    line.desk.do(lambda tx: reservations.collect(tx, "o1", "ana"))
    assert line.hand(A) == 1
    assert line.desk.do(lambda tx: balance_of(tx, A)).reserved == 0
    with pytest.raises(ValueError, match="o1 is collected"):
        line.desk.do(lambda tx: reservations.collect(tx, "o1", "ana"))


def test_what_is_not_collected_or_is_cancelled_is_free_again(line: Line) -> None:
    line.order(delivered("d1", goods(A, 4)))
    until = line.desk.now + 60_000
    line.order(Reserve(id="o1", until=until, lines=(goods(A, 2),)), Reserve(id="o2", until=until, lines=(goods(A, 2),)))
    line.order(Cancel(id="o2"))
    line.desk.now = until - 1
    assert line.desk.do(reservations.expire) == 0
    line.desk.now = until
    assert line.desk.do(reservations.expire) == 1
    assert line.desk.do(lambda tx: balance_of(tx, A)).free == 4
    assert [one["state"] for one in line.told("stock.reservation")] == ["held", "held", "cancelled", "expired"]


def test_a_reservation_that_comes_after_its_end_is_refused(line: Line) -> None:
    line.order(delivered("d1", goods(A, 4)), Reserve(id="o1", until=line.desk.now, lines=(goods(A, 1),)))
    assert [one["state"] for one in line.told("stock.reservation")] == ["refused"]


def test_a_coupon_is_at_one_store_and_at_one_till(line: Line) -> None:
    line.order(coupon("c1"))
    with pytest.raises(HqError, match="is at 0204"):
        send_goods(line.office, "0205", [coupon("c1")], "ana")
    first = line.desk.do(lambda tx: coupons.lend(tx, "c1", "till-1", 1).number)
    assert line.desk.do(lambda tx: coupons.lend(tx, "c1", "till-1", 1).number) == first  # its answer was lost
    with pytest.raises(ValueError, match="is at till-1"):
        line.desk.do(lambda tx: coupons.lend(tx, "c1", "till-2", 1))
    line.desk.sql.execute("ROLLBACK")
    line.order(RecallCoupon(id="c1"))
    assert line.told("coupon.returned") == []  # a till has it, and may be using it now
    line.tell(1, "coupon.returned", {"coupon": "c1", "lending": first})
    assert line.told("coupon.returned") == [{"id": "c1"}]
    send_goods(line.office, "0205", [coupon("c1")], "ana")


def test_a_used_coupon_is_used_everywhere(line: Line) -> None:
    line.order(coupon("c1"))
    first = line.desk.do(lambda tx: coupons.lend(tx, "c1", "till-1", 1).number)
    assert (
        line.tell(1, "coupon.used", {"coupon": "c1", "lending": first, "receipt": "r1", "minor": 50}) is Taken.RECORDED
    )
    line.tell(2, "coupon.used", {"coupon": "c1", "lending": first, "receipt": "r2"})
    assert line.told("coupon.used") == [{"id": "c1", "receipt": "r1", "minor": 50}]
    assert [one["receipt"] for one in line.told("coupon.misused")] == ["r2"]
    with pytest.raises(HqError, match="was used at 0204"):
        send_goods(line.office, "0205", [coupon("c1")], "ana")
    with line.office.db.read() as sql:
        assert sql.execute(select(misfits.c.why)).all() == []


def test_after_a_restore_nobody_redeems_what_may_have_been_used_since(line: Line) -> None:
    line.order(coupon("c1"))
    send_goods(line.office, STORE, [coupon("c2")], "ana")  # used here after the copy was made, and forgotten
    line.desk.do(coupons.go_on_from_backup)
    line.pull()
    for number in ("c1", "c2"):
        with pytest.raises(ValueError, match="coupon"):
            line.desk.do(lambda tx, number=number: coupons.lend(tx, number, "till-1", 2))  # type: ignore[misc]
        line.desk.sql.execute("ROLLBACK")


def test_after_a_restore_an_order_from_before_it_is_looked_for_and_not_refused(line: Line) -> None:
    """Its goods may stand aside already, and be promised; the book of the copy knows of neither."""
    until = line.office.now() + 10**7
    send_goods(line.office, STORE, [Reserve(id="o1", until=until, lines=(goods(A, 1),))], "ana")
    ordered = line.desk.now
    line.desk.now -= 500_000  # and its clock is wrong
    line.desk.do(coupons.go_on_from_backup)
    line.pull()
    line.desk.now = ordered
    line.order(Reserve(id="o2", until=until, lines=(goods(A, 1),)))
    line.desk.do(lambda tx: reservations.set_aside(tx, "o1", "ana"))
    states = [(one["id"], one["state"]) for one in line.told("stock.reservation")]
    assert states == [("o1", "held"), ("o2", "refused"), ("o1", "aside")]


def test_a_clock_that_is_ahead_ends_no_reservation_early(line: Line) -> None:
    line.order(delivered("d1", goods(A, 4)))
    issued = line.desk.now
    send_goods(line.office, STORE, [Reserve(id="o1", until=issued + 600_000, lines=(goods(A, 1),))], "ana")
    line.desk.now = issued + 500_000  # at once, in truth
    line.pull()
    line.desk.now += 599_999
    assert line.desk.do(reservations.expire) == 0
    line.desk.now += 1
    assert line.desk.do(reservations.expire) == 1


def test_an_order_that_is_not_believed_blocks_nothing(line: Line) -> None:
    send_goods(line.office, STORE, [delivered("d1", goods(A, 1))], "ana")
    send_goods(line.office, "0205", [delivered("d9", goods(A, 100))], "ana")
    (mine,), (other,) = feed(line.office, STORE, 0, 5).entries, feed(line.office, "0205", 0, 5).entries
    assert is_goods(mine.envelope)
    assert "meant for store 0205" in line.take(1, other.envelope)
    assert "delivered as number 2" in line.take(2, mine.envelope)
    assert "not a signed envelope" in line.take(3, '{"payloadType": "application/vnd.aisle.goods+json"}')
    tampered = mine.envelope.replace(json.loads(mine.envelope)["payload"][:8], "e30gICAg")
    assert "not signed" in line.take(4, tampered)
    assert line.hand(A) == 0
    assert line.order(delivered("d2", goods(A, 2))) == []  # numbered 2 there: it was dealt with here
    assert len(line.told("goods.refused")) == 4


@pytest.mark.parametrize(
    ("waited", "said"),
    [(0, Haste.IN_TIME), (WARN_MS - 1, Haste.IN_TIME), (WARN_MS, Haste.SOON), (LATE_MS - 1, Haste.SOON),
     (LATE_MS, Haste.LATE)],
)  # fmt: skip
def test_the_half_hour(waited: int, said: Haste) -> None:
    assert haste(waited) is said


def test_an_order_that_waits_is_told_of_twice_and_no_more(line: Line) -> None:
    until = line.desk.now + 100 * LATE_MS
    line.order(delivered("d1", goods(A, 4)), Reserve(id="o1", until=until, lines=(goods(A, 1),)))
    begun = line.desk.now
    said: Callable[[], list[str]] = lambda: [one["haste"] for one in line.told("pickup.waits")]  # noqa: E731
    for waited, expected in ((WARN_MS - 1, []), (WARN_MS, ["soon"]), (WARN_MS + 5, ["soon"]),
                             (LATE_MS, ["soon", "late"]), (LATE_MS + 5, ["soon", "late"])):  # fmt: skip
        line.desk.now = begun + waited
        line.desk.do(tell_late)
        assert said() == expected
        told = [(one.subject, one.value) for one in line.desk.do(orders)[Measure.ORDER]]
        assert told == [("o1", word) for word in expected[-1:]]
    line.desk.do(lambda tx: reservations.set_aside(tx, "o1", "ana"))
    assert line.desk.do(orders) == {Measure.ORDER: []}
