"""Putting surveys on record: the latest figures, a bounded history, what hangs where."""

import json
from collections.abc import Iterable, Mapping, Sequence

from drivers.base import Measure, Neighbour, Watched
from edge.network.continuity import Continuity
from edge.network.rates import Reckoned
from edge.network.topology import Spot, where, wire
from edge.store import Transaction

STEP_MS = 600_000
MOST_MEASURES = 1_500
"""Of one device."""
LIMIT = 1 << 62
"""Larger numbers fit no column of the store, and no device of a shop has any."""


def keep_watched(tx: Transaction, watched: Iterable[Watched]) -> None:
    """Bring the table of watched devices in line with the options; forget what is not watched any more."""
    rows = {one.device: json.dumps(sorted(one.cycle_ports)) for one in watched}
    gone = [row[0] for row in tx.sql.execute("SELECT device FROM watched") if row[0] not in rows]
    for device in gone:
        tx.sql.execute("DELETE FROM neighbour WHERE switch = ?", (device,))
        for table in ("watched", "measure", "measure_step", "supply"):
            tx.sql.execute(f"DELETE FROM {table} WHERE device = ?", (device,))  # noqa: S608  one of ours
    tx.sql.executemany(
        "INSERT INTO watched (device, cycle_ports) VALUES (?, ?)"
        " ON CONFLICT (device) DO UPDATE SET cycle_ports = excluded.cycle_ports",
        rows.items(),
    )


def record_survey(tx: Transaction, device: str, reckoned: Reckoned, at: int, keep_ms: int) -> None:
    """The latest word replaces all before it; numbers with a unit also go into their ten minutes."""
    measures = [one for one in reckoned.measures if isinstance(one.value, str) or abs(one.value) < LIMIT]
    measures = measures[:MOST_MEASURES]
    if reckoned.continuity is Continuity.REBOOTED:
        tx.sql.execute("UPDATE watched SET rebooted_at = ? WHERE device = ?", (at, device))
        tx.record("network.rebooted", device, {"at": at})
    tx.sql.execute("UPDATE watched SET surveyed_at = ? WHERE device = ?", (at, device))
    tx.sql.execute("DELETE FROM measure WHERE device = ?", (device,))
    tx.sql.executemany(
        "INSERT OR REPLACE INTO measure VALUES (?, ?, ?, ?, ?)",
        [(device, one.name[:60], one.value, one.unit[:12], at) for one in measures],
    )
    _keep_history(tx, device, measures, keep_ms)
    tx.topics.add("network")


def _keep_history(tx: Transaction, device: str, measures: Sequence[Measure], keep_ms: int) -> None:
    step = tx.now // STEP_MS * STEP_MS
    tx.sql.executemany(
        "INSERT INTO measure_step VALUES (?1, ?2, ?3, ?4, ?4, ?4) ON CONFLICT (device, name, step)"
        " DO UPDATE SET low = MIN(low, ?4), high = MAX(high, ?4), last = ?4",
        [(device, one.name[:60], step, one.value) for one in measures if _has_history(one)],
    )
    tx.sql.execute("DELETE FROM measure_step WHERE step < ?", (step - keep_ms,))


def _has_history(one: Measure) -> bool:
    return isinstance(one.value, int) and bool(one.unit) and not one.bits


def record_neighbours(tx: Transaction, switch: str, neighbours: Sequence[Neighbour]) -> None:
    """What a switch says hangs on it, in the place of what it said before."""
    tx.sql.execute("DELETE FROM neighbour WHERE switch = ?", (switch,))
    tx.sql.executemany(
        "INSERT OR IGNORE INTO neighbour VALUES (?, ?, ?, ?, ?)",
        [(switch, one.port, one.mac, one.name[:80], one.port_there[:80]) for one in neighbours],
    )


def settle_hanging(tx: Transaction, known: Mapping[str, str]) -> None:
    """Find the ports of the shop's devices anew. One that is not seen now stays where it was seen last.

    `known`: device → hardware address. A move goes into the ledger.
    """
    rows = tx.sql.execute("SELECT switch, port, mac, name, port_there FROM neighbour")
    seen = [(switch, Neighbour(*rest)) for switch, *rest in rows]
    names = tx.sql.execute(
        "SELECT value FROM measure WHERE name = 'system.name' AND device IN (SELECT switch FROM neighbour)"
    )
    switches = {str(name) for (name,) in names}
    wiring = wire(seen, switches)
    before = {
        device: (switch, port, how, others)
        for device, switch, port, how, others in tx.sql.execute("SELECT device, switch, port, how, others FROM hanging")
    }
    for device, mac in known.items():
        spot = where(wiring, mac, device)
        if spot is not None and before.get(device) != (spot.switch, spot.port, spot.how, spot.others):
            _move(tx, device, mac, spot, before.get(device))
    for device in before.keys() - known.keys():
        tx.sql.execute("DELETE FROM hanging WHERE device = ?", (device,))


def _move(tx: Transaction, device: str, mac: str, spot: Spot, before: tuple[str, int, str, int] | None) -> None:
    tx.sql.execute(
        "INSERT OR REPLACE INTO hanging VALUES (?, ?, ?, ?, ?, ?, ?)",
        (device, mac, spot.switch, spot.port, spot.how, spot.others, tx.now),
    )
    if before is not None and before[:2] != (spot.switch, spot.port):
        was = {"switch": before[0], "port": before[1]}
        tx.record("network.moved", device, {"from": was, "switch": spot.switch, "port": spot.port})
