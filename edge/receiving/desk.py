"""What people do at the goods entrance; each is committed before it returns, and in the audit log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from cloud_sync.contract.goods import MAX_QUANTITY
from cloud_sync.contract.item import check_batch, gtin14
from edge.epcis.events import Reading
from edge.inventory.desk import LONGEST_WHY
from edge.receiving.machine import Accept, Drop, Hold, Reject, Release
from edge.receiving.records import Arrived, Registrar
from edge.store import Store, Transaction
from edge.store.ledger import encode

T = TypeVar("T")
LONGEST_SOURCE = 60


@dataclass(frozen=True, slots=True)
class ReceivingDesk:
    """Raises ValueError with words when a thing cannot be done, StoreError when the disk will not."""

    store: Store
    registrar: Registrar

    async def open(self, arrived: Arrived, by: str) -> int:
        """Open a sheet for a batch; returns its number."""
        arrived = _checked(arrived)
        return await self._do(by, "open", 0, lambda tx: self.registrar.open(tx, arrived, by))

    async def measure(self, number: int, said: Sequence[Reading], by: str) -> None:
        """Put readings on a sheet."""
        await self._do(by, "measure", number, lambda tx: self.registrar.measure(tx, number, said, by))

    async def accept(self, number: int, by: str, fridge: str = "") -> None:
        """Sign: the batch goes on sale, and lies in this fridge."""
        await self._do(by, "accept", number, lambda tx: self.registrar.sign(tx, number, Accept(), fridge, by))

    async def hold(self, number: int, by: str, why: str = "", fridge: str = "") -> None:
        """Sign: the batch is set apart."""
        event = Hold(why[:LONGEST_WHY])
        await self._do(by, "hold", number, lambda tx: self.registrar.sign(tx, number, event, fridge, by))

    async def release(self, number: int, by: str, why: str) -> None:
        """A held batch goes on sale after all."""
        event = Release(why[:LONGEST_WHY])
        await self._do(by, "release", number, lambda tx: self.registrar.decide(tx, number, event, by))

    async def reject(self, number: int, by: str, why: str) -> None:
        """A held batch goes back, or is thrown away."""
        event = Reject(why[:LONGEST_WHY])
        await self._do(by, "reject", number, lambda tx: self.registrar.decide(tx, number, event, by))

    async def drop(self, number: int, by: str) -> None:
        """The sheet was opened by mistake."""
        await self._do(by, "drop", number, lambda tx: self.registrar.decide(tx, number, Drop(), by))

    async def move(self, number: int, by: str, fridge: str) -> None:
        """The batch lies in another fridge now; "" for none."""
        await self._do(by, "move", number, lambda tx: self.registrar.move(tx, number, fridge, by))

    async def _do(self, by: str, did: str, number: int, deed: Callable[[Transaction], T]) -> T:
        def work(tx: Transaction) -> T:
            done = deed(tx)
            body = encode({"sheet": number or done})
            tx.sql.execute(
                "INSERT INTO audit (at, who, did, body) VALUES (?, ?, ?, ?)", (tx.now, by, f"receiving.{did}", body)
            )
            return done

        return await self.store.do(work)


def _checked(arrived: Arrived) -> Arrived:
    """What a person typed, as it may be kept. Raises ValueError."""
    if not 1 <= arrived.quantity <= MAX_QUANTITY:
        raise ValueError(f"{arrived.quantity} is not a quantity")
    source = arrived.source.strip()
    if len(source) > LONGEST_SOURCE or not source.isprintable():
        raise ValueError(f"a supplier's name has at most {LONGEST_SOURCE} characters")
    if arrived.expires:
        try:
            date.fromisoformat(arrived.expires)
        except ValueError as error:
            raise ValueError(f"{arrived.expires!r} is not a date; write it as 2026-12-31") from error
    return replace(arrived, item=gtin14(arrived.item), batch=check_batch(arrived.batch), source=source)
