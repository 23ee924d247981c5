"""What a person may do with stock; each is committed before it returns, and in the audit log."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from cloud_sync.contract.goods import MAX_QUANTITY
from cloud_sync.contract.item import check_batch, gtin14
from edge.inventory import reservations
from edge.inventory.facts import Kind, Movement
from edge.inventory.levels import Levels
from edge.inventory.records import balance_of, note, set_levels
from edge.store import Store, Transaction
from edge.store.ledger import encode

LONGEST_WHY = 120


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of a count: what was found, what the book said, and the difference."""

    item: str
    counted: int
    book: int

    @property
    def difference(self) -> int:
        """Found more than the book said; less, below 0."""
        return self.counted - self.book


@dataclass(frozen=True, slots=True)
class StockDesk:
    """Raises ValueError with words when a thing cannot be done, StoreError when the disk will not."""

    store: Store

    async def deliver(self, item: str, quantity: int, by: str, why: str = "") -> None:
        """Goods came in."""
        await self._one(Kind.DELIVERY, item, quantity, by, why)

    async def waste(self, item: str, quantity: int, by: str, why: str, batch: str = "") -> None:
        """Goods were thrown away; `why` says so, `batch` of which batch they were where somebody looked."""
        if not why.strip():
            raise ValueError("say why: broken, out of date, stolen …")
        await self._one(Kind.WASTE, item, -quantity, by, why, check_batch(batch) if batch else "")

    async def count(self, item: str, counted: int, by: str) -> Counted:
        """Somebody counted all of it, goods set aside included."""
        item = gtin14(item)
        if not 0 <= counted <= MAX_QUANTITY:
            raise ValueError(f"{counted} is not a quantity")

        def work(tx: Transaction) -> Counted:
            number = _new_id(Kind.COUNT)
            note(tx, [Movement(number, item, Kind.COUNT, tx.now, counted=counted, by=by)])
            _audit(tx, by, "stock.count", {"item": item, "counted": counted})
            book: int = tx.sql.execute("SELECT counted - hand FROM stock_move WHERE id = ?", (number,)).fetchone()[0]
            return Counted(item, counted, book)

        return await self.store.do(work)

    async def levels(self, item: str, minimum: int, safety: int, by: str) -> None:
        """Set where more is asked for."""
        item = gtin14(item)
        if not 0 <= minimum <= safety <= MAX_QUANTITY:
            raise ValueError("the minimum must not be above the safety stock, nor any of them below 0")

        def work(tx: Transaction) -> None:
            set_levels(tx, item, Levels(minimum, safety), by)
            _audit(tx, by, "stock.levels", {"item": item, "minimum": minimum, "safety": safety})

        await self.store.do(work)

    async def set_aside(self, order: str, by: str) -> None:
        """An order's goods were taken off the shelf."""
        await self._order(reservations.set_aside, order, by, "pickup.aside")

    async def missing(self, order: str, by: str) -> None:
        """An order's goods were not found."""
        await self._order(reservations.missing, order, by, "pickup.missing")

    async def _order(self, deed: Callable[[Transaction, str, str], None], order: str, by: str, did: str) -> None:
        def work(tx: Transaction) -> None:
            deed(tx, order, by)
            _audit(tx, by, did, {"order": order})

        await self.store.do(work)

    async def _one(self, kind: Kind, item: str, hand: int, by: str, why: str, batch: str = "") -> None:
        item = gtin14(item)
        if not 1 <= abs(hand) <= MAX_QUANTITY or (kind is Kind.DELIVERY) != (hand > 0):
            raise ValueError(f"{abs(hand)} is not a quantity")

        def work(tx: Transaction) -> None:
            if kind is Kind.WASTE and balance_of(tx, item).hand < -hand:
                raise ValueError(f"the book has {balance_of(tx, item).hand} of it; count it first")
            number = _new_id(kind)
            note(tx, [Movement(number, item, kind, tx.now, hand, by=by, why=why[:LONGEST_WHY])])
            if batch:
                tx.sql.execute("INSERT INTO batch_waste VALUES (?, ?, ?, ?, ?)", (number, item, batch, tx.now, -hand))
            _audit(tx, by, f"stock.{kind}", {"item": item, "quantity": hand, "why": why[:LONGEST_WHY]})

        await self.store.do(work)


def _new_id(kind: Kind) -> str:
    return f"{kind}:{secrets.token_hex(8)}"


def _audit(tx: Transaction, who: str, did: str, body: dict[str, object]) -> None:
    tx.sql.execute("INSERT INTO audit (at, who, did, body) VALUES (?, ?, ?, ?)", (tx.now, who, did, encode(body)))
