"""Going on from a backup. What the shop did since the copy was made is not in it, so nothing in it is believed.

The copy does not know what its labels show and its tills charge now, nor which label was bound to what since. So every
device is out of service until a person has put it back: first each label, out of the shopper's sight until it shows
what it should; then each till, with a new journal and an empty table, after its old journal was taken in. Until then
no till gets a lease and no device a price. Prices come anew from head office's log, sales from the tills' journals;
what was acknowledged after the copy and had not reached head office is lost with the disk.
"""

from cloud_sync.queue.outbox import Outbox
from edge.inventory import coupons
from edge.prices.engine import PriceEngine
from edge.store import Transaction


def go_on_from_backup(tx: Transaction, engine: PriceEngine, epoch: int) -> None:
    """Make a copy of a store of record fit to go on from; before anything else uses it. `epoch`: a fresh one."""
    former = int(tx.get_meta("epoch"))
    Outbox.begin_life(tx.sql, former, max(epoch, former + 1))
    tx.record("gateway.restored", "gateway", {"epoch": max(epoch, former + 1), "before": former})
    devices = tx.sql.execute("SELECT id FROM device WHERE enrolled = 1 AND role IN ('label', 'till') ORDER BY id")
    for (device,) in devices.fetchall():
        engine.retire(tx, device, "gateway", "restored from a backup: not known what it shows or charges now")
    tx.sql.execute("UPDATE twin SET reported = '{}'")
    coupons.go_on_from_backup(tx)
