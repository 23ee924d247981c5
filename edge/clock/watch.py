"""The trust in the clock, as the store of record keeps it: asked in the transaction that relies on it.

A transaction reads both clocks at once: the wall clock, and the steady time that never jumps. So a clock that has
jumped is found out by the very transaction whose prices it would have begun too early.
"""

import json
from collections.abc import Callable
from dataclasses import asdict

from cloud_sync.contract.events import EventClass
from cloud_sync.contract.reasons import say
from edge.clock.trust import UNPROVEN, Anchor, Doubt, Evidence, Reading, Rules, Source, Verdict, hear, judge
from edge.store import Transaction
from edge.store.transaction import GATEWAY

TRUSTED, DOUBTED = "clock.trusted", "clock.doubted"
"""Kinds of the ledger's rows and of head office's events."""
TRUST = "clock.trust"
"""Where what was judged last is kept."""
_ANCHOR, _FLOOR = "clock.anchor", "clock.floor"
KEEP_EVERY_MS = 60_000


class ClockWatch:
    """`boot` names this run of the machine; its `monotonic` clock counts milliseconds through restarts of the gateway.

    Every method runs inside a transaction of the store of record.
    """

    def __init__(self, rules: Rules, boot: str, monotonic: Callable[[], int]) -> None:
        self._rules = rules
        self._boot = boot
        self._monotonic = monotonic
        self._ahead: int | None = None
        """How far the machine's monotonic clock is ahead of the store's steady time: constant for one process."""
        self._anchor: Anchor | None = None
        self._kept_at = 0
        self._looked: tuple[Transaction, Verdict] | None = None
        """What a transaction was told already: its clocks stand still."""

    def hear(self, tx: Transaction, evidence: Evidence) -> Verdict:
        """Somebody vouches for a moment. Returns what is to be thought of the clock now."""
        reading, self._looked = self._read(tx), None
        before = self._anchor
        self._anchor = hear(before, evidence, reading, self._floor(tx), self._rules)
        if self._anchor is not None and self._anchor is not before and self._worth_keeping(before, reading):
            self._kept_at = reading.monotonic
            tx.set_meta(_ANCHOR, json.dumps({"boot": self._boot, **asdict(self._anchor)}))
        return self.look(tx)

    def look(self, tx: Transaction) -> Verdict:
        """Judge the clock. A change of trust goes into the ledger and to head office before anybody relies on it."""
        if self._looked is not None and self._looked[0] is tx:
            return self._looked[1]
        reading, before, floor = self._read(tx), kept_verdict(tx.get_meta(TRUST)), self._floor(tx)
        verdict = judge(self._anchor, reading, before, floor, self._rules)
        if verdict != before or not tx.get_meta(TRUST):
            source = self._anchor.by.source.value if self._anchor else ""
            kind, why = (TRUSTED, "") if verdict.trusted else (DOUBTED, words(verdict))
            body = {"doubt": verdict.doubt.value, "off_ms": verdict.off_ms, "by": source, "why": why}
            tx.record(kind, GATEWAY, body)
            tx.tell(EventClass.PRICE, kind, GATEWAY, body)
            tx.set_meta(TRUST, json.dumps({**body, "since": tx.now}))
            tx.topics.update(("clock", "prices"))
        else:
            self._looked = tx, verdict
        if verdict.trusted and not floor <= reading.wall < floor + KEEP_EVERY_MS:
            tx.set_meta(_FLOOR, str(reading.wall))
        return verdict

    def doubt(self, tx: Transaction) -> str:
        """Why a raise may not begin by this clock, or ""."""
        verdict = self.look(tx)
        return "" if verdict.trusted else words(verdict)

    def person(self, tx: Transaction, by: str) -> bool:
        """Somebody compared the clock with a right one. Returns whether that settles it."""
        reading = self._read(tx)
        tx.record("clock.confirmed", GATEWAY, {"by": by})
        self._kept_at = 0
        return self.hear(tx, Evidence(Source.PERSON, reading.wall, reading.monotonic, 2_000)).trusted

    def _read(self, tx: Transaction) -> Reading:
        if self._ahead is None:
            self._ahead = self._monotonic() - tx.steady
            self._anchor = _kept_anchor(tx.get_meta(_ANCHOR), self._boot, tx.steady + self._ahead)
        return Reading(tx.now, tx.steady + self._ahead)

    def _floor(self, tx: Transaction) -> int:
        """A time that is past for certain: the last at which the clock was trusted, else the newest ledger row's."""
        if kept := tx.get_meta(_FLOOR):
            return int(kept)
        row = tx.sql.execute("SELECT at FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
        floor = int(row[0]) if row else 0
        tx.set_meta(_FLOOR, str(floor))
        return floor

    def _worth_keeping(self, before: Anchor | None, reading: Reading) -> bool:
        """What only confirms the anchor is written down once a minute; what moves it, at once."""
        moved = before is None or self._anchor is None or before.by.source is not self._anchor.by.source
        if before is not None and self._anchor is not None:
            shift = self._anchor.by.true_at - before.by.true_at - (self._anchor.by.monotonic - before.by.monotonic)
            moved = moved or abs(shift) > self._rules.tolerance_ms
        return moved or not self._kept_at or reading.monotonic - self._kept_at >= KEEP_EVERY_MS


def words(verdict: Verdict) -> str:
    """Why the clock is not trusted, as a reason that can be translated."""
    seconds = round(abs(verdict.off_ms) / 1000)
    span = f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"
    way = "ahead" if verdict.off_ms > 0 else "behind"
    match verdict.doubt:
        case Doubt.OFF:
            return say(f"clock-{way}", span=span)
        case Doubt.JUMPED:
            return say(f"clock-jumped-{way}", span=span)
        case doubt:
            return say(f"clock-{doubt.value}")


def kept_verdict(text: str) -> Verdict:
    """What was judged last, from the value kept under TRUST; unproven when nothing was."""
    if not text:
        return UNPROVEN
    said = json.loads(text)
    return Verdict(Doubt(said["doubt"]), int(said["off_ms"]))


def _kept_anchor(text: str, boot: str, monotonic: int) -> Anchor | None:
    """The anchor of an earlier process; worth nothing once the machine was started anew."""
    said = json.loads(text) if text else {}
    if said.get("boot") != boot or said["by"]["monotonic"] > monotonic:
        return None
    by = said["by"]
    evidence = Evidence(Source(by["source"]), by["true_at"], by["monotonic"], by["error_ms"])
    return Anchor(evidence, said["off_then"])
