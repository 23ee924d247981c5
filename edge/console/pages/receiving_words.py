"""How a receiving sheet reads."""

from typing import Any

from edge.console.pages.shell import Visit
from edge.console.pages.temperatures import degrees, span
from edge.receiving.config import band_of
from edge.receiving.machine import Keeps, Objection
from edge.receiving.records import today
from edge.views.receiving import SheetRow


def facts(visit: Visit, row: SheetRow) -> str:
    """Batch, date, supplier and delivery."""
    t = visit.t
    parts = [t("receiving.batch", batch=row.batch)]
    if row.expires:
        parts.append(t("receiving.until", when=row.expires))
    return " · ".join(part for part in (*parts, row.source, row.delivery) if part)


def measured(visit: Visit, row: SheetRow) -> str:
    """What the thermometer said so far."""
    parts = []
    if row.coldest is not None and row.warmest is not None:
        parts.append(span(row.coldest, row.warmest))
    if row.humidity is not None:
        parts.append(visit.t("fridges.humidity", share=round(row.humidity / 100)))
    return " · ".join(parts)


def reasons(visit: Visit, why: str) -> str:
    """Why it is held: the rules' words in the reader's language, then the person's own."""
    words = dict.fromkeys(part.strip() for part in why.replace(";", ",").split(",") if part.strip())
    known = set(Objection)
    return ", ".join(visit.t(f"receiving.against.{one}") if one in known else one for one in words)


def band_words(visit: Visit, keeps: str) -> str:
    """The band that goods have to keep."""
    low, high = band_of(Keeps(keeps))
    if high is None:
        return ""
    if low is None:
        return visit.t("fridges.at-most", high=degrees(high))
    return visit.t("fridges.from-to", low=degrees(low), high=degrees(high))


def objections_of(visit: Visit, row: SheetRow) -> tuple[Objection, ...]:
    """What speaks against it, on the shop's own calendar."""
    context = visit.desk.context
    if context.receiving is None:
        return ()
    return row.objections(today(visit.now, context.shop.timezone), context.receiving.registrar.rules)


def name_of(sql: Any, item: str) -> str:
    """An item's name, by its newest price; "" for one that has none."""
    row = sql.execute("SELECT name FROM price WHERE item = ? ORDER BY version DESC LIMIT 1", (item,)).fetchone()
    return str(row[0]) if row else ""
