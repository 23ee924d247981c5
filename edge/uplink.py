"""The store's side of the line to head office: what waits, what was confirmed, and what came."""

import logging
from collections.abc import Callable, Mapping, Sequence

from cloud_sync.contract.events import Batch
from cloud_sync.contract.feed import FeedEntry
from cloud_sync.contract.goods import is_goods
from cloud_sync.link.side import Enrolment
from edge.inventory.orders import take_goods
from edge.prices.engine import PriceEngine
from edge.prices.inbox import CURSOR, Inbox
from edge.prices.timing import due_on_arrival
from edge.store import Store, Transaction

log = logging.getLogger(__name__)


class StoreEnd:
    """Implements `cloud_sync.link.side.StoreSide` over the store of record.

    `make_inbox(change_keys)` builds an inbox that trusts these keys; `save(enrolment)` makes an enrolment durable.
    """

    def __init__(
        self,
        store: Store,
        engine: PriceEngine,
        make_inbox: Callable[[Mapping[str, str]], Inbox],
        save: Callable[[Enrolment], None],
        enrolment: Enrolment,
    ) -> None:
        self._store = store
        self._engine = engine
        self._make_inbox = make_inbox
        self._save = save
        self._inbox = make_inbox(enrolment.change_keys)

    def peek(self, limit: int) -> Batch | None:
        """The oldest events that wait."""
        with self._store.reading() as db:
            return self._store.outbox.peek(db.conn, limit)

    async def confirm(self, epoch: int, seq: int) -> int:
        """Head office has everything up to `seq`."""
        return await self._store.do(lambda tx: self._confirm(tx, epoch, seq))

    def cursor(self) -> int:
        """The last change that was dealt with."""
        with self._store.reading() as db:
            row = db.conn.execute("SELECT value FROM meta WHERE key = ?", (CURSOR,)).fetchone()
        return int(row[0]) if row else 0

    async def take(self, entries: Sequence[FeedEntry], head: int) -> None:
        """Deal with changes, each in a transaction of its own together with all that follows from it."""
        for entry in entries:
            why = await self._store.do(lambda tx, entry=entry: self._take(tx, entry, head))  # type: ignore[misc]
            if why:
                log.warning("change %d from head office was refused: %s", entry.sequence, why)

    async def keep(self, enrolment: Enrolment) -> None:
        """Make an enrolment durable and trust its keys from now on."""
        self._save(enrolment)
        self._inbox = self._make_inbox(enrolment.change_keys)

    def _confirm(self, tx: Transaction, epoch: int, seq: int) -> int:
        tx.topics.add("confirmed")
        return self._store.outbox.confirm(tx.sql, epoch, seq)

    def _take(self, tx: Transaction, entry: FeedEntry, head: int) -> str:
        if is_goods(entry.envelope):
            trusted = self._inbox.trusted.values()
            return take_goods(tx, entry.sequence, entry.envelope, self._inbox.store, trusted, head)
        taken = self._inbox.take(tx, entry.sequence, entry.envelope)
        self._engine.settle(tx, taken.items)
        if due_on_arrival(tx):
            self._engine.tick(tx)
        return taken.why
