"""What follows when the shop runs on battery: the ledger is checkpointed, the queue flushed, and no raise begins.

The fact, its ledger row, the word to head office and the hold are one transaction; only then is anything hurried.
A box that dies at any step comes back with the hold still on, and drops it when a power supply says "mains".
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cloud_sync.contract.events import EventClass
from edge.network.supply import Power, Supply, worst
from edge.prices.engine import PriceEngine
from edge.prices.phases import on_their_way
from edge.store import Store, StoreError, Transaction
from edge.store.ledger import read_head

log = logging.getLogger(__name__)

HOLD = "power.hold"
"""Key of the small table under which it stands why no raise may begin; "" or nothing: raises may."""
CHECKPOINTED = "power.checkpointed_at"
"""Key under which it stands when the ledger was last checkpointed because of the power."""


def raises_held(tx: Transaction) -> str:
    """Why no raise may begin now, or "". The price engine asks."""
    return tx.get_meta(HOLD)


@dataclass(frozen=True, slots=True)
class PowerGuard:
    """`nudge` has the queue sent to head office now; safe in any thread."""

    store: Store
    engine: PriceEngine
    nudge: Callable[[], None]

    def note(self, tx: Transaction, device: str, supply: Supply) -> None:
        """A power supply said how it is."""
        row = tx.sql.execute("SELECT power, since FROM supply WHERE device = ?", (device,)).fetchone()
        before = Power(row[0]) if row else Power.MAINS
        changed = before is not supply.power
        since = row[1] if row and not changed else tx.now
        tx.sql.execute(
            "INSERT OR REPLACE INTO supply VALUES (?, ?, ?, ?, ?)",
            (device, supply.power.value, since, supply.minutes, supply.charge),
        )
        tx.topics.add("network")
        if not changed:
            return
        fact = {"power": supply.power.value, "minutes": supply.minutes, "charge": supply.charge}
        tx.record("power." + supply.power.value, device, fact)
        tx.tell(EventClass.PRICE, "power." + supply.power.value, device, fact)
        log.warning("%s: the shop's power comes from: %s", device, supply.power.value)
        self._settle(tx)
        if supply.power is not Power.MAINS:
            self._seal(tx)
            tx.after(self._hurry)

    def keep_only(self, tx: Transaction, devices: Iterable[str]) -> None:
        """Supplies that nobody watches any more hold nothing."""
        watched = set(devices)
        for (device,) in tx.sql.execute("SELECT device FROM supply").fetchall():
            if device not in watched:
                tx.sql.execute("DELETE FROM supply WHERE device = ?", (device,))
        self._settle(tx)

    def _settle(self, tx: Transaction) -> None:
        """Bring the hold in line with what the supplies say together."""
        powers = {device: Power(power) for device, power in tx.sql.execute("SELECT device, power FROM supply")}
        on_battery = sorted(device for device, power in powers.items() if power is not Power.MAINS)
        wanted = "" if worst(powers) is Power.MAINS else f"the shop runs on battery ({', '.join(on_battery)})"[:200]
        was = tx.get_meta(HOLD)
        if wanted == was:
            return
        tx.set_meta(HOLD, wanted)
        if bool(wanted) != bool(was):
            tx.record("power.raises", "gateway", {"held": bool(wanted), "why": wanted})
        self.engine.settle(tx, on_their_way(tx))

    @staticmethod
    def _seal(tx: Transaction) -> None:
        """Give head office the ledger's head now: what lies before it cannot be changed by whatever comes."""
        head = read_head(tx.sql)
        tx.tell(EventClass.PRICE, "ledger.head", "gateway", {"seq": head.seq, "hash": head.hash.hex()})

    def _hurry(self) -> None:
        """After the commit: send what waits, and bring the write-ahead log into the database file."""
        self.nudge()
        try:
            self.store.checkpoint(self._checkpointed)
        except StoreError as error:
            log.warning("the ledger could not be checkpointed: %s. Every commit is on disk all the same.", error)

    @staticmethod
    def _checkpointed(tx: Transaction) -> None:
        tx.set_meta(CHECKPOINTED, str(tx.now))
        head = read_head(tx.sql)
        tx.record("power.checkpoint", "gateway", {"seq": head.seq, "hash": head.hash.hex()})
        tx.topics.add("network")
