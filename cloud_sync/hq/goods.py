"""Orders about goods → signed entries in a store's log; and which store has which coupon."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from cloud_sync.contract.goods import MAX_ENTRIES, Delivered, Entry, Goods, LendCoupon, SetDiscounts, sign_goods
from cloud_sync.hq.change_log import LogEntry, add_entry, keep_head, read_head
from cloud_sync.hq.database import upsert
from cloud_sync.hq.discounts import keep_discounts
from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.push import LIFE
from cloud_sync.hq.schema import coupons
from cloud_sync.hq.stock_requests import answer
from cloud_sync.hq.stores import find_store


def send_goods(office: Office, store: str, entries: Sequence[Entry], author: str) -> tuple[int, ...]:
    """Append orders to a store's change log, signed, and wake the store; returns their sequences.

    All or none. Raises HqError for a coupon that another store may be redeeming, or NotFound.
    """
    sequences = []
    with office.db.write() as sql:
        find_store(sql, store)
        for entry in entries:
            if isinstance(entry, LendCoupon):
                _lend(sql, entry.id, store)
            if isinstance(entry, Delivered):
                answer(sql, store, [line.item for line in entry.lines], office.now())
        head = read_head(sql, store)
        for first in range(0, len(entries), MAX_ENTRIES):
            head += 1
            sequences.append(head)
            part = tuple(entries[first : first + MAX_ENTRIES])
            now = office.now()
            goods = Goods(store=store, sequence=head, issued_at=now, author=author, entries=part)
            row: LogEntry = {
                "store": store, "sequence": head, "author": author, "issued_at": now, "effective_at": now,
                "expires_at": now + LIFE, "rows": 0, "envelope": sign_goods(goods, office.signer).decode(),
            }  # fmt: skip
            add_entry(sql, row)
            for entry in part:
                if isinstance(entry, SetDiscounts):
                    keep_discounts(sql, store, head, author, now, entry)
        keep_head(sql, store, head)
    if sequences:
        office.hub.wake(store)
    return tuple(sequences)


def coupon_told(sql: Connection, store: str, coupon: str, *, used: bool) -> str:
    """A store used a coupon or gave it back; returns what is wrong with that, or ""."""
    row = sql.execute(select(coupons.c.store, coupons.c.state).where(coupons.c.id == coupon)).first()
    if row is None or row.store != store or row.state != "lent":
        return f"coupon {coupon} was not lent to this store"
    sql.execute(update(coupons).where(coupons.c.id == coupon).values(state="used" if used else "here"))
    return ""


def _lend(sql: Connection, coupon: str, store: str) -> None:
    row = sql.execute(select(coupons.c.store, coupons.c.state).where(coupons.c.id == coupon).with_for_update()).first()
    if row is not None and row.state == "used":
        raise HqError(f"coupon {coupon} was used at {row.store}")
    if row is not None and row.state == "lent" and row.store != store:
        raise HqError(f"coupon {coupon} is at {row.store}; recall it and wait for the answer")
    upsert(sql, coupons, [{"id": coupon, "store": store, "state": "lent"}])
