"""Drawing and answering inspections on a running shop."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cloud_sync.contract.item import gtin14
from edge.inspect.frame import By, read_frame
from edge.inspect.records import Look, end, keep_draw, keep_look
from edge.inspect.report import Found
from edge.inspect.sampling import Sample, draw
from edge.store import Store, Transaction
from edge.store.ledger import encode

LONGEST_SEED = 40
MOST_PRICE = 10**12


@dataclass(frozen=True, slots=True)
class Inspector:
    """What a person may do with inspections; each raises ValueError with words when it cannot be done."""

    store: Store
    clock: Callable[[], int]

    async def draw(self, size: int, by: str, strata: By = By.PLACE, seed: str = "") -> tuple[int, Sample]:
        """Draw a sample and write it down. Without a seed one is made; it is printed with the draw."""
        seed = seed.strip()[:LONGEST_SEED] or secrets.token_hex(4)

        def pick() -> Sample:
            with self.store.reading() as db:
                return draw(read_frame(db, strata, self.clock()), size, seed)

        sample = await asyncio.to_thread(pick)

        def work(tx: Transaction) -> int:
            number = keep_draw(tx, sample, by)
            _audit(tx, by, "inspect.draw", {"inspection": number, "labels": len(sample.units)})
            return number

        return await self.store.do(work), sample

    async def answer(self, inspection: int, looks: Sequence[Look], by: str) -> list[Found]:
        """Write down what was seen, all of it or nothing. From a person, or from readings of the labels' codes."""
        for look in looks:
            if look.item:
                gtin14(look.item)
            if look.shown is not None and not 0 <= look.shown <= MOST_PRICE:
                raise ValueError(f"{look.shown} is not a price")

        def work(tx: Transaction) -> list[Found]:
            return [keep_look(tx, inspection, look, by) for look in looks]

        return await self.store.do(work)

    async def end(self, inspection: int, by: str) -> None:
        """Close an inspection; its figures stand from now on."""
        await self.store.do(lambda tx: end(tx, inspection, by))


def _audit(tx: Transaction, who: str, did: str, body: dict[str, object]) -> None:
    tx.sql.execute("INSERT INTO audit (at, who, did, body) VALUES (?, ?, ?, ?)", (tx.now, who, did, encode(body)))
