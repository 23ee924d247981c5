"""Head office's orders about goods: checked, carried out and answered for in one transaction."""

from collections.abc import Iterable

from securesystemslib.signer import Key

from cloud_sync.contract.change import Untrusted
from cloud_sync.contract.goods import (
    Announce,
    Cancel,
    Delivered,
    Entry,
    Goods,
    LendCoupon,
    RecallCoupon,
    Reserve,
    SetDiscounts,
    SetLevels,
    open_goods,
)
from edge.inventory import coupons, reservations
from edge.inventory.facts import Kind, Movement
from edge.inventory.levels import Levels
from edge.inventory.records import note, set_levels, tell
from edge.inventory.restored import hear_head
from edge.prices import discounts
from edge.prices.inbox import CURSOR, cursor
from edge.receiving import announced
from edge.store import Transaction


def take_goods(tx: Transaction, sequence: int, envelope: str, store: str, trusted: Iterable[Key], head: int) -> str:
    """Carry out entry `sequence` of the change log; returns why it was refused, or "". The cursor moves past it.

    `head`: how far head office's log goes.
    """
    if sequence <= cursor(tx):
        return ""
    tx.set_meta(CURSOR, str(sequence))
    hear_head(tx, head)
    try:
        goods = open_goods(envelope.encode(), trusted)
        why = _objection(goods, sequence, store)
    except Untrusted as error:
        why = str(error)
    if why:
        tx.record("goods.refused", f"change-{sequence}", {"why": why})
        tell(tx, "goods.refused", {"sequence": sequence, "why": why[:300]})
        return why
    tx.record("goods.received", f"change-{sequence}", {"author": goods.author, "entries": len(goods.entries)})
    for entry in goods.entries:
        carry_out(tx, entry, goods.author, goods.issued_at, sequence)
    return ""


def carry_out(tx: Transaction, entry: Entry, author: str, issued_at: int, sequence: int) -> None:
    """One entry of an order that is believed."""
    match entry:
        case Delivered(id=number, at=at, lines=lines):
            note(
                tx,
                [
                    Movement(f"delivery:{number}:{place}", line.item, Kind.DELIVERY, at, line.quantity, by=author)
                    for place, line in enumerate(lines)
                ],
            )
        case Announce():
            announced.take_in(tx, entry)
        case SetLevels(item=item, minimum=minimum, safety=safety):
            set_levels(tx, item, Levels(minimum, safety), author)
        case Reserve():
            reservations.reserve(tx, entry, sequence, issued_at)
        case Cancel():
            reservations.cancel(tx, entry)
        case LendCoupon():
            coupons.take_in(tx, entry, sequence)
        case RecallCoupon(id=coupon):
            coupons.recall(tx, coupon)
        case SetDiscounts():
            discounts.take_in(tx, entry, sequence, author)


def _objection(goods: Goods, sequence: int, store: str) -> str:
    if goods.store != store:
        return f"meant for store {goods.store}"
    if goods.sequence != sequence:
        return f"signed as number {goods.sequence} but delivered as number {sequence}"
    return ""
