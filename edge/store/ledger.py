"""The ledger: an append-only table in which every row carries the hash of the row before."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

GENESIS = bytes(32)
Stored = tuple[Any, ...]
"""A row as read back: number, time, kind, subject, body, hash of the row before, hash; None for text that is none."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last row: its number and hash. Whoever keeps a head can tell later whether the past was changed."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of a verification: how many rows hold, and what is wrong with the first that does not."""

    rows: int
    head: Head
    fault: str = ""

    @property
    def intact(self) -> bool:
        """Whether every row holds."""
        return not self.fault


def row_hash(prev: bytes, seq: int, at: int, kind: str, subject: str, body: str) -> bytes:
    """SHA-256 over the row before and this row. Lengths go in front, so that no two rows spell the same bytes."""
    text = f"{seq}:{at}:{len(kind)}:{kind}:{len(subject)}:{subject}:{body}"
    return hashlib.sha256(prev + text.encode()).digest()


def encode(body: Mapping[str, Any]) -> str:
    """JSON as the ledger and the outbox keep it: compact, readable, in the given order."""
    try:
        return orjson.dumps(body, default=dict).decode()
    except TypeError:  # a whole number of more than 64 bits: odd, but it can be kept
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=dict)


def read_head(connection: sqlite3.Connection) -> Head:
    """The head as the database has it."""
    row = connection.execute("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(row[0], bytes(row[1])) if row else Head(0, GENESIS)


def verify(connection: sqlite3.Connection, *anchors: Head) -> Verdict:
    """Read the whole chain in order. With `anchors` kept elsewhere, a tail cut off or written anew is found as well."""
    head = Head(0, GENESIS)
    kept: dict[int, bytes] = {}
    for anchor in anchors:
        if anchor.seq and kept.setdefault(anchor.seq, anchor.hash) != anchor.hash:
            return Verdict(0, head, f"the anchors contradict each other about row {anchor.seq}")
    for row in _rows(connection):
        if fault := follow(head, row):
            return Verdict(head.seq, head, fault)
        seq, digest = row[0], row[-1]
        if kept.pop(seq, digest) != digest:
            return Verdict(head.seq, Head(seq, digest), f"row {seq} is not the row that was anchored")
        head = Head(seq, digest)
    if kept:
        return Verdict(head.seq, head, f"rows {head.seq + 1} to {max(kept)} were cut off")
    return Verdict(head.seq, head)


def follow(head: Head, row: Stored) -> str:
    """What is wrong with a row that should come right after `head`; "" when it does."""
    seq, at, kind, subject, body, prev, digest = row
    if seq != head.seq + 1:
        return f"row {head.seq + 1} is missing"
    if not (isinstance(prev, bytes) and isinstance(digest, bytes) and prev == head.hash):
        return f"row {seq} does not follow row {head.seq}"
    if not all(isinstance(text, str) for text in (kind, subject, body)) or not isinstance(at, int):
        return f"row {seq} was changed"
    return "" if row_hash(prev, seq, at, kind, subject, body) == digest else f"row {seq} was changed"


def _rows(connection: sqlite3.Connection) -> Iterator[Stored]:
    """The rows in order; text that is no text any more comes as its bytes, so that it can be told from the rest."""
    reader = connection.cursor()
    columns = ", ".join(
        f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) END" for name in ("kind", "subject", "body")
    )
    for seq, at, *raws, prev, digest in reader.execute(
        f"SELECT seq, at, {columns}, prev, hash FROM ledger ORDER BY seq"  # noqa: S608  names of ours
    ):
        yield (seq, at, *(_text(raw) for raw in raws), prev, digest)


def _text(raw: bytes | None) -> str | None:
    """Text from the bytes that SQLite keeps; None when they are not UTF-8."""
    try:
        return None if raw is None else raw.decode()
    except UnicodeDecodeError:
        return None
