"""A price file for a store, from its bytes to the change log: what the API and the page both do."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloud_sync.contract.change import ChangeRow
from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.price_csv import Landing, PriceImport, Unreadable, read_prices, rejects_csv
from cloud_sync.hq.push import Difference, difference, push_on
from cloud_sync.hq.stores import get_store
from cloud_sync.hq.terms import Asked, Terms

MAX_FILE = 32 << 20
PREVIEW = 50
"""Rows and rejects that an answer shows in full; the rest is in the counts and the rejects file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What became, or in a dry run would become, of a price file."""

    done: PriceImport
    changed: tuple[Difference, ...]
    sequences: tuple[int, ...]
    terms: Terms
    deferred: int = 0
    """Changed rows that wait for the end of a promotion."""

    def facts(self) -> dict[str, Any]:
        """The upload as JSON: counts, a preview, and the rejects file."""
        notes = Counter(note.split(":")[0] for row in self.done.rows for note in row.note.split("; ") if note)
        lines = {row.row.item: row for row in self.done.rows}
        return {
            "rows": self.done.total,
            "accepted": len(self.done.rows),
            "rejected": len(self.done.rejects),
            "changed": len(self.changed),
            "unchanged": len(self.done.rows) - len(self.changed),
            "sequences": self.sequences,
            "effective_at": self.terms.effective_at,
            "begins": self.terms.begins,
            "until": self.terms.until,
            "deadline": self.terms.deadline,
            "after_promotions": self.deferred,
            "notes": dict(notes.most_common(20)),
            "preview": [_preview(entry, lines) for entry in self.changed[:PREVIEW]],
            "rejects": [
                {"line": reject.line, "reason": reject.reason, "row": " · ".join(reject.fields)[:200]}
                for reject in self.done.rejects[:PREVIEW]
            ],
            "rejects_csv": rejects_csv(self.done) if self.done.rejects else "",
        }


def upload(
    office: Office,
    store: str,
    data: bytes,
    author: str,
    asked: Asked = Asked(),  # noqa: B008  it is frozen
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> Upload:
    """Read a price file and push what is new in it; a dry run only says what would be. Raises HqError."""
    found = get_store(office, store)
    if len(data) > MAX_FILE:
        raise HqError(f"the file is too large: at most {MAX_FILE >> 20} MiB are taken")
    terms = asked.terms(found.timezone)
    try:
        done = read_prices(data, found.currency, mapping)
    except Unreadable as error:
        raise HqError(str(error)) from error
    rows: list[ChangeRow] = [landing.row for landing in done.rows]
    changed = tuple(difference(office, store, rows, terms.until))
    if dry_run:
        return Upload(done, changed, (), terms)
    pushed = push_on(office, store, rows, author, terms)
    return Upload(done, changed, pushed.sequences, terms, pushed.deferred)


def _preview(entry: Difference, lines: Mapping[str, Landing]) -> dict[str, Any]:
    row = entry.row
    return {
        "line": lines[row.item].line,
        "item": row.item,
        "name": row.name,
        "minor": row.minor,
        "currency": row.currency,
        "per": row.per,
        "was_minor": row.was_minor,
        "before_minor": entry.before.minor if entry.before else None,
        "note": lines[row.item].note,
    }
