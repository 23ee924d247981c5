"""Questions as people and scripts ask them, answered from the ledger or refused with words that say what to do."""

import sqlite3
from dataclasses import dataclass

from edge.proof.receipt import Judgement
from edge.proof.records import has_rows, judge_sale, labels_of, read_clock, read_label, read_sales, read_till, tills_of
from edge.proof.timeline import Timeline


class Unanswerable(Exception):
    """The question cannot be answered; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """The pasts that a question is about."""

    labels: tuple[Timeline, ...] = ()
    tills: tuple[Timeline, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can be asked about: a label or an item, and what people call it."""

    id: str
    name: str
    is_label: bool


def timelines(sql: sqlite3.Connection, label: str = "", till: str = "", item: str = "") -> Found:
    """One label; a till with an item; or an item: all its labels and all tills. Raises Unanswerable."""
    item = item.strip().zfill(14) if item.strip() else ""
    if label and (till or item):
        raise Unanswerable("ask about a label, or about a till with an item, not both")
    for name in (label, till):
        if name and not has_rows(sql, name):
            raise Unanswerable(f"the ledger has no row about {name!r}; the console's page Devices lists the names")
    if label:
        return Found(labels=(read_label(sql, label),))
    if till and not item:
        raise Unanswerable(f"name the item that {till} charged, by its GTIN")
    if till:
        return Found(tills=(read_till(sql, till, item),))
    if not item:
        raise Unanswerable("ask about a label, a till with an item, an item, or a receipt")
    return about_item(sql, item)


def about_item(sql: sqlite3.Connection, item: str) -> Found:
    """All labels that ever stood for an item, and every till with it. Raises Unanswerable."""
    labels, clock = labels_of(sql, item), read_clock(sql)
    if not labels:
        raise Unanswerable(f"no label was ever bound to {item}; check the number under the bar code")
    return Found(
        tuple(read_label(sql, name, clock) for name in labels),
        tuple(read_till(sql, name, item, clock) for name in tills_of(sql)),
    )


def judged(sql: sqlite3.Connection, receipt: str, grace_ms: int | None = None) -> list[Judgement]:
    """Every sale with this receipt number, judged. Raises Unanswerable."""
    sales = read_sales(sql, receipt)
    if not sales:
        raise Unanswerable(
            f"no sale with receipt {receipt!r} is on record: check the number, or wait for a till that is cut off"
        )
    return [judge_sale(sql, sale, grace_ms) for sale in sales]


def find_subjects(sql: sqlite3.Connection, text: str, limit: int = 8) -> list[Subject]:
    """Labels and items whose id, place or name contains the text; with no text, what changed last."""
    if not text.strip():
        rows = sql.execute(
            "SELECT item, name, 0 FROM price WHERE phase IN ('active', 'landed')"
            " AND EXISTS (SELECT 1 FROM binding WHERE binding.item = price.item)"
            " GROUP BY item HAVING version = MAX(version) ORDER BY MAX(changed_at) DESC, item LIMIT ?",
            (limit,),
        )
        return [Subject(item, name, False) for item, name, _ in rows]
    like = "%" + text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = sql.execute(
        "SELECT item, name, 0 FROM (SELECT item, name, MAX(version) FROM price GROUP BY item)"
        " WHERE (item LIKE ?1 ESCAPE '\\' OR name LIKE ?1 ESCAPE '\\')"
        " UNION ALL SELECT id, place, 1 FROM device WHERE role = 'label' AND enrolled = 1"
        " AND (id LIKE ?1 ESCAPE '\\' OR place LIKE ?1 ESCAPE '\\') LIMIT ?2",
        (like, limit),
    )
    return [Subject(found, name, bool(is_label)) for found, name, is_label in rows]
