"""The judge: knows what every label really shows and every till really charges, and believes no message."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from simulators.storm.world import Violation, World


@dataclass(slots=True)
class Span:
    """A price on a label, and what it promises members: from when, and until when (None: it still shows it)."""

    label: str
    version: int
    minor: int
    member: int
    since: int
    until: int | None = None


@dataclass(slots=True)
class Judge:
    """Checks the invariants as things happen. `grace_ms`: how long a price counts after it left a label."""

    world: World
    grace_ms: int
    spans: dict[str, list[Span]] = field(default_factory=dict)
    """Item → every price that any label of it showed lately."""
    on_label: dict[str, tuple[str, Span]] = field(default_factory=dict)
    newest_on_label: dict[tuple[str, str], int] = field(default_factory=dict)
    held: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """Till → item → (version, minor) in its table."""
    for_members: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    """The same of its prices for members."""
    sellers: dict[str, Callable[[], bool]] = field(default_factory=dict)
    """Till → whether its lease lets it sell now."""
    weighed: frozenset[str] = frozenset()
    """Items sold by the kg."""
    lines_sold: int = 0

    # What devices do.

    def shows(self, label: str, item: str, version: int, minor: int, member: int | None) -> None:
        """A label's ink moved. `member`: what it says that members pay, if it says so."""
        if member is not None and member > minor:
            raise Violation("I1", f"{label} shows members {member} for {item}, and everybody {minor}")
        now = self.world.now
        if version < self.newest_on_label.get((label, item), 0):
            raise Violation("I2", f"{label} goes back from version {self.newest_on_label[label, item]} to {version}")
        self._ends(label)
        span = Span(label, version, minor, minor if member is None else member, now)
        self.spans.setdefault(item, []).append(span)
        self.on_label[label] = item, span
        self.newest_on_label[label, item] = version
        for till, may_sell in self.sellers.items():
            if may_sell():
                self._probe(till, item)

    def off_the_shelf(self, label: str) -> None:
        """A person took the label away, and vouches for it: who read it before may pay for a while yet."""
        self._ends(label)
        self.newest_on_label = {key: at for key, at in self.newest_on_label.items() if key[0] != label}

    def everybody_left(self) -> None:
        """The shop closed: nobody is in it who read a label that has gone."""
        for spans in self.spans.values():
            spans[:] = [span for span in spans if span.until is None]

    def holds(self, till: str, item: str, version: int, minor: int) -> None:
        """A till took a price into its table."""
        table = self.held.setdefault(till, {})
        before = table.get(item)
        if before is not None and version < before[0]:
            raise Violation("I2", f"{till} goes back from version {before[0]} to {version} of {item}")
        table[item] = version, minor
        if self.sellers[till]():
            self._probe(till, item)

    def holds_for_members(self, till: str, item: str, version: int, minor: int) -> None:
        """A till took a price for members into its table."""
        table = self.for_members.setdefault(till, {})
        if item in table and version < table[item][0]:
            raise Violation("I2", f"{till} goes back from version {table[item][0]} to {version} of {item} for members")
        table[item] = version, minor
        if self.sellers[till]():
            self._probe(till, item)

    def sells_again(self, till: str) -> None:
        """A till that had stopped may sell again."""
        for item in self.held.get(till, {}):
            self._probe(till, item)

    def wiped(self, till: str) -> None:
        """A till lost its table."""
        self.held[till], self.for_members[till] = {}, {}

    def sells(self, till: str, item: str, minor: int, scanned: int, when: str, *, member: bool = False) -> None:
        """A shopper has a line scanned, or pays for it. `scanned`: its price when it was scanned."""
        self.lines_sold += when == "pays"
        if minor > scanned:
            raise Violation("I1", f"{till}: {item} was scanned at {scanned} and costs {minor} at the end (basket)")
        self._check(till, item, minor, when, member=member)

    def adds_up(self, till: str, item: str, minor: int, quantity: int, total: int) -> None:
        """A line's sum: pieces exactly; what is weighed to the nearest minor unit, rounded once."""
        thousandths = 1_000 * minor * quantity if item not in self.weighed else minor * quantity
        if item in self.weighed:
            self.world.reach("weighed line sold")
        if not -500 < 1_000 * total - thousandths <= 500:
            raise Violation("I1", f"{till}: {quantity} of {item} at {minor} cannot come to {total}")

    def _probe(self, till: str, item: str) -> None:
        held = self.held.get(till, {}).get(item)
        if held is not None:
            self._check(till, item, held[1], "would pay")
            _, less = self.for_members.get(till, {}).get(item, held)
            self._check(till, item, min(held[1], less), "would pay as a member", member=True)

    def _check(self, till: str, item: str, minor: int, when: str, *, member: bool = False) -> None:
        """I1: at most the lowest price that any label of the item showed, to members or to all, within the window."""
        now = self.world.now
        spans = self.spans.get(item)
        if not spans:
            return
        spans[:] = [span for span in spans if span.until is None or now - span.until < self.grace_ms]
        for span in spans:
            shown = span.member if member else span.minor
            if minor > shown:
                gone = "" if span.until is None else f", gone for {(now - span.until) // 1000} s"
                raise Violation(
                    "I1",
                    f"a shopper {when} {minor} for {item} at {till}; {span.label} shows {shown}"
                    f" (version {span.version}{gone})",
                )

    def _ends(self, label: str) -> None:
        if label in self.on_label:
            _, span = self.on_label.pop(label)
            span.until = self.world.now


EARLY_MS = 10_000
"""How early a raise may begin by a clock that counts as right: its tolerance, what evidence leaves open, and drift."""


class Books:
    """The ledger as an auditor reads it after every commit. Knows only what is on the disk."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seq = 0
        self.may_show: set[tuple[str, str, int]] = set()
        self.may_go: set[tuple[str, str, int]] = set()
        self.may_charge: set[tuple[str, str, int, int, bool]] = set()
        """Till, item, version, price, and whether it is for members."""
        self.begun: dict[int, bool | None] = {}
        """Batch → whether it began; None while that is open."""
        self._bound: dict[str, str] = {}
        self._shown: dict[str, tuple[str, int]] = {}
        """Label → item and price that it confirmed last."""
        self._minor: dict[tuple[str, int], int] = {}
        self._charged: dict[tuple[str, str], int] = {}
        self.not_before: dict[int, int] = {}
        """Version → the true moment before which no raise in it may begin, where it was ordered for one."""
        self._sent: dict[str, dict[str, int]] = {}
        """Item → device → the price that it was sent last."""

    def begin_again(self, sql: sqlite3.Connection) -> None:
        """The disk was replaced by an older copy. What was allowed before stays allowed: it may be on its way."""
        self._seq = 0
        self._bound, self._shown, self._charged, self._sent, self.begun = {}, {}, {}, {}, {}
        self.read(sql, old=True)

    def read(self, sql: sqlite3.Connection, old: bool = False) -> None:
        """Take over the rows that were committed since the last look, and check each raise."""
        for seq, kind, subject, text in sql.execute(
            "SELECT seq, kind, subject, body FROM ledger WHERE seq > ? ORDER BY seq", (self._seq,)
        ).fetchall():
            self._seq = seq
            if kind in _READ:
                self._take(kind, subject, json.loads(text), old)

    def _take(self, kind: str, subject: str, body: Mapping[str, object], old: bool) -> None:
        match kind, body:
            case "change.received", {"deadline": int()}:
                self.begun[int(subject.removeprefix("change-"))] = None
            case "price.approved" | "price.rejected", {"version": int(version)} if self.begun.get(version):
                raise Violation("batch", f"version {version} began while {subject} waited for a person")
            case "batch.started" | "batch.aborted", _:
                self.begun[int(subject.removeprefix("change-"))] = kind == "batch.started"
                self._world.reach(kind.replace(".", " "))
            case "label.bound", {"item": str(item)}:
                self._bound[subject] = item
            case "label.sent", {"item": str(item), "version": int(version), "minor": int(minor)}:
                self._minor[item, version] = minor
                self._check_batch(version)
                self.may_show.add((subject, item, version))
                self._goes_out(subject, item, version, minor, old)
            case "label.sending", {"item": str(item), "version": int(version)}:
                self.may_go.add((subject, item, version))
            case "label.shown", {"item": str(item), "version": int(version)}:
                self._shown[subject] = item, self._minor.get((item, version), 0)
                for other, sent in self._sent.items():
                    if other != item:
                        sent.pop(subject, None)
            case "device.retired", _:
                self._bound.pop(subject, None)
                self._shown.pop(subject, None)
                for sent in self._sent.values():
                    sent.pop(subject, None)
                self._charged = {key: minor for key, minor in self._charged.items() if key[0] != subject}
            case "till.sent", _:
                for item, version, minor in cast(list[tuple[str, int, int]], body.get("members", [])):
                    self._check_batch(version)
                    self.may_charge.add((subject, item, version, minor, True))
                for item, version, minor in cast(list[tuple[str, int, int]], body.get("rows", [])):
                    self._check_batch(version)
                    self.may_charge.add((subject, item, version, minor, False))
                    if not old:
                        self._check_raise(subject, item, version, minor)
                    self._charged[subject, item] = minor
                    self._goes_out(subject, item, version, minor, old)

    def _goes_out(self, device: str, item: str, version: int, minor: int, old: bool) -> None:
        """I7: by the true time, no raise begins before the moment that it was ordered for."""
        sent = self._sent.setdefault(item, {})
        early = self.not_before.get(version, 0) - self._world.now
        if not old and sent and minor > min(sent.values()) and version in self.not_before:
            self._world.reach("timed raise")
            if early > EARLY_MS:
                why = f"{device} was sent {minor} for {item} (version {version}) {early // 1000} s before its time"
                raise Violation("I7", why)
        sent[device] = minor

    def _check_batch(self, version: int) -> None:
        """Nothing of a batch is sent before all of it was decided on, nor after it was given up."""
        if not self.begun.get(version, True):
            raise Violation("batch", f"version {version} is a batch that has not begun, and one of its prices is sent")

    def _check_raise(self, till: str, item: str, version: int, minor: int) -> None:
        """I3: a raise goes to a till only after every label of the item confirmed a price that is not lower."""
        if minor <= self._charged.get((till, item), minor):
            return
        self._world.reach("raise sent to a till")
        for label in {*self._bound, *self._shown}:
            shown = self._shown.get(label)
            if self._bound.get(label) == item and (shown is None or shown[0] != item):
                raise Violation("I3", f"{till} was sent version {version} of {item} before {label} confirmed anything")
            if shown is not None and shown[0] == item and shown[1] < minor:
                raise Violation("I3", f"{till} was sent {minor} for {item}, {label} last confirmed {shown[1]}")


_READ = frozenset(
    {"label.bound", "label.sent", "label.sending", "label.shown", "device.retired", "till.sent"}
    | {"price.approved", "price.rejected", "change.received", "batch.started", "batch.aborted"}
)
