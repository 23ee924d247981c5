"""Writing down what was read: the ledger for good, tables for the console, and doubts for the price engine."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from edge.prices.doubts import doubt_label, end_doubt
from edge.prices.engine import PriceEngine
from edge.readback.beliefs import read_beliefs
from edge.readback.facts import Judged, Look, Verdict
from edge.readback.judging import judge
from edge.store import Transaction

PHOTO = "photo"
"""The source of a picture that a person took."""
KEPT_LOOKS = 2_000
"""Looks whose outlines the console can still show; the ledger keeps every reading."""
SAME_AFTER_MS = 3_600_000
"""A camera that sees the very same once more says so in the ledger at most this often."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Where a picture came from. `camera` is "" for a photo that `by` took; `taken` is UTC epoch milliseconds."""

    taken: int
    camera: str = ""
    by: str = ""
    place: str = ""

    @property
    def source(self) -> str:
        """The camera's id, or the word for a person's photo."""
        return self.camera or PHOTO

    @property
    def words(self) -> str:
        """The source as evidence names it."""
        return f"camera {self.camera}" if self.camera else f"{PHOTO} {self.by}".rstrip()


def record_look(tx: Transaction, engine: PriceEngine, look: Look, glimpse: Glimpse) -> tuple[int, tuple[Judged, ...]]:
    """Judge all that was read in a picture and put it on record. Returns the look's number and the verdicts."""
    beliefs = read_beliefs(tx.sql, [(one.item, one.tag) for one in look.readings])
    judged = judge(look.readings, beliefs, glimpse.taken, glimpse.place)
    number = _keep(tx, look, judged, glimpse)
    for one in judged:
        if one.evidence and not one.verdict.stray:
            _evidence(tx, engine, one, number, glimpse)
        else:
            _ledger(tx, "item.read", one.reading.item, one, number, glimpse)
    _strays(tx, judged, number, glimpse)
    tx.topics.add("readings")
    return number, judged


def _keep(tx: Transaction, look: Look, judged: Sequence[Judged], glimpse: Glimpse) -> int:
    """The look and its readings for the console; the oldest ones go."""
    number = tx.sql.execute(
        "INSERT INTO look (at, taken, source, by, place, width, height, elsewhere) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (tx.now, glimpse.taken, glimpse.source, glimpse.by, glimpse.place, look.width, look.height, look.foreign),
    ).lastrowid
    number = int(number or 0)
    tx.sql.executemany(
        "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number, place, one.reading.item, one.reading.version, one.label, one.verdict.value, one.name,
                one.place, one.shown, one.charged, json.dumps(one.reading.corners),
            )
            for place, one in enumerate(judged, start=1)
        ],
    )  # fmt: skip
    tx.sql.execute("DELETE FROM reading WHERE look <= ?", (number - KEPT_LOOKS,))
    tx.sql.execute("DELETE FROM look WHERE n <= ?", (number - KEPT_LOOKS,))
    return number


def _evidence(tx: Transaction, engine: PriceEngine, one: Judged, number: int, glimpse: Glimpse) -> None:
    """The reading says what this label showed: into its own history, and to the engine where it said otherwise."""
    reading = one.reading
    before = tx.sql.execute(
        "SELECT item, version, verdict, source, since, times, noted, at FROM label_read WHERE device = ?", (one.label,)
    ).fetchone()
    if before and before[7] > glimpse.taken:
        return  # a newer picture of this label has been read already
    same = before is not None and before[:3] == (reading.item, reading.version, one.verdict.value)
    quiet = same and glimpse.camera and before[3] == glimpse.source and 0 <= tx.now - before[6] < SAME_AFTER_MS
    if not quiet:
        _ledger(tx, "label.read", one.label, one, number, glimpse)
    tx.sql.execute(
        "INSERT OR REPLACE INTO label_read VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.label, number, glimpse.taken, reading.item, reading.version, one.verdict.value, one.shown, one.charged,
            glimpse.source, before[4] if same else glimpse.taken, before[5] + 1 if same else 1,
            before[6] if quiet else tx.now,
        ),
    )  # fmt: skip
    if one.verdict.contradicts:
        doubt_label(tx, one.label, reading.item, reading.version, one.shown, again=not same)
    elif before and Verdict(before[2]).contradicts and one.verdict in (Verdict.RIGHT, Verdict.MOVED):
        end_doubt(tx, one.label, reading.item, reading.version)
    else:
        return
    bound = tx.sql.execute("SELECT item FROM binding WHERE device = ?", (one.label,)).fetchone()
    engine.settle(tx, list(dict.fromkeys([reading.item, *(bound or ())])))


def _ledger(tx: Transaction, kind: str, subject: str, one: Judged, number: int, glimpse: Glimpse) -> None:
    body: dict[str, object] = {
        "item": one.reading.item, "version": one.reading.version, "verdict": one.verdict.value,
        "source": glimpse.words, "taken": glimpse.taken, "look": number,
    }  # fmt: skip
    told = {"by": glimpse.by, "place": glimpse.place, "tag": one.reading.tag}
    body |= {key: value for key, value in told.items() if value}
    if one.shown is not None:
        body["minor"] = one.shown
    if one.over:
        body["over"] = one.over
    tx.record(kind, subject, body)


def _strays(tx: Transaction, judged: Sequence[Judged], number: int, glimpse: Glimpse) -> None:
    """Note codes that are wrong and no label's own; forget those that are in order, or that a camera sees no more."""
    wrong = [one for one in judged if one.verdict.stray or not (one.verdict.fine or one.label)]
    for one in judged:
        reading = one.reading
        if one not in wrong:
            tx.sql.execute(
                "DELETE FROM stray WHERE item = ?1 AND tag = ?2 AND (tag != '' OR version = ?3)",
                (reading.item, reading.tag, reading.version),
            )
    for one in wrong:
        reading = one.reading
        tx.sql.execute(
            "INSERT INTO stray VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10)"
            " ON CONFLICT (item, tag, version, source) DO UPDATE SET look = ?4, at = ?5, verdict = ?7,"
            " label = ?8, place = ?9, name = ?10",
            (
                reading.item, reading.tag, glimpse.source, number, glimpse.taken, reading.version, one.verdict.value,
                one.label, glimpse.place or one.place, one.name,
            ),
        )  # fmt: skip
    if glimpse.camera:
        tx.sql.execute("DELETE FROM stray WHERE source = ? AND look < ?", (glimpse.source, number))
