"""Where measures come from: the registry, the clock and the box itself. Each says every subject that could fire."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from cloud_sync.link.state import LinkPhase, LinkView
from edge.alarms.rules import RULES, Below, Measure, Observation
from edge.clock.watch import TRUST, kept_verdict
from edge.store import Transaction
from edge.store.transaction import GATEWAY

Source = Callable[[Transaction], Mapping[Measure, Sequence[Observation]]]
"""Reads measures inside the writer's transaction; leaves out what it cannot tell now."""
HEAD_OFFICE = "head-office"
MOST = 1_000
"""Subjects of one measure; past that something larger is wrong, and a rule of its own says so."""
_ROLES = {"till": Measure.TILL, "label": Measure.LABEL, "camera": Measure.CAMERA, "other": Measure.OTHER}
_EMPTY_BATTERY = max(rule.test.clear for rule in RULES if isinstance(rule.test, Below)) + 1_000
"""Batteries above this are not even looked at."""


def devices(tx: Transaction) -> Mapping[Measure, Sequence[Observation]]:
    """Devices in service that are lost or in fault, and their batteries. Covered labels are nobody's worry.

    A sensor that is silent is the worry of its fridge.
    """
    found: dict[Measure, list[Observation]] = {measure: [] for measure in (*_ROLES.values(), Measure.FAULT)}
    for device, role, state, why in tx.sql.execute(
        "SELECT id, role, state, state_why FROM device WHERE enrolled = 1 AND state IN ('lost', 'fault')"
        " AND id NOT IN (SELECT device FROM covered)"
        " AND (state = 'fault' OR id NOT IN (SELECT sensor FROM fridge)) ORDER BY state_at LIMIT ?",
        (MOST,),
    ):
        measure = Measure.FAULT if state == "fault" else _ROLES[role]
        found[measure].append(Observation(measure, device, state, why))
    batteries = tx.sql.execute(
        "SELECT id, battery_mv FROM device WHERE enrolled = 1 AND battery_mv < ? ORDER BY battery_mv LIMIT ?",
        (_EMPTY_BATTERY, MOST),
    )
    found[Measure.BATTERY] = [Observation(Measure.BATTERY, device, level) for device, level in batteries]
    (silent,) = tx.sql.execute(
        "SELECT COUNT(*) FROM device WHERE enrolled = 1 AND role = 'label' AND state = 'lost'"
        " AND id NOT IN (SELECT device FROM covered)"
    ).fetchone()
    found[Measure.SILENT_LABELS] = [Observation(Measure.SILENT_LABELS, "labels", silent)]
    return found


def clock(tx: Transaction) -> Mapping[Measure, Sequence[Observation]]:
    """Whether this box's clock is trusted; nothing while nobody has judged it yet."""
    kept = tx.get_meta(TRUST)
    if not kept:
        return {}
    value = "trusted" if kept_verdict(kept).trusted else "doubted"
    return {Measure.CLOCK: [Observation(Measure.CLOCK, GATEWAY, value, str(json.loads(kept)["why"]))]}


def disk(folder: Path) -> Source:
    """How much of the disk with the store of record is free."""

    def look(_: Transaction) -> Mapping[Measure, Sequence[Observation]]:
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            return {}
        return {Measure.DISK: [Observation(Measure.DISK, GATEWAY, usage.free * 100 // max(1, usage.total))]}

    return look


def line(view: Callable[[], LinkView]) -> Source:
    """Where the line to head office stands. A shop that runs alone has none to lose."""

    def look(_: Transaction) -> Mapping[Measure, Sequence[Observation]]:
        now = view()
        if now.phase is LinkPhase.ALONE:
            return {Measure.LINE: []}
        return {Measure.LINE: [Observation(Measure.LINE, HEAD_OFFICE, now.phase.value, now.why)]}

    return look


def gather(tx: Transaction, sources: Iterable[Source]) -> dict[Measure, list[Observation]]:
    """What all sources say now. A measure that none of them could tell is not in it."""
    found: dict[Measure, list[Observation]] = {}
    for source in sources:
        for measure, observations in source(tx).items():
            found.setdefault(measure, []).extend(observations)
    return found
