"""Sales and visits of a store, added up for a page or the API. Times are UTC epoch milliseconds."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.schema import footfall_days, misfits, sales, visits
from cloud_sync.hq.stores import zone

HOUR = 3_600_000
MAX_SPAN = 400 * 24 * HOUR
MOST_DAYS = 5_000


def sales_sum(office: Office, store: str, start: int, end: int) -> dict[str, Any]:
    """Receipts, takings per currency, and receipts that came twice, from `start` to before `end`."""
    where = sales.c.store == store, sales.c.at >= start, sales.c.at < end
    total = select(sales.c.currency, func.sum(sales.c.total_minor)).where(*where).group_by(sales.c.currency)
    count = select(func.count()).select_from(sales).where(*where)
    distinct = select(sales.c.device, sales.c.receipt).where(*where).distinct().subquery()
    with office.db.read() as sql:
        made = sql.execute(count).scalar_one()
        unique = sql.execute(select(func.count()).select_from(distinct)).scalar_one()
        takings = {currency: int(minor) for currency, minor in sql.execute(total)}
    return {"sales": made, "doubled": made - unique, "takings": takings}


def by_hour(office: Office, store: str, start: int, end: int) -> list[dict[str, int]]:
    """Per hour from `start` to before `end`, empty hours included: sales, takings, entered, left."""
    if not 0 <= start < end <= start + MAX_SPAN:
        raise HqError("ask for a span of at most 400 days, with its start before its end")
    hours = [{"hour": hour, "sales": 0, "takings": 0, "entered": 0, "left": 0} for hour in range(start, end, HOUR)]
    sold_in = (sales.c.at - start) // HOUR
    seen_in = (visits.c.minute - start) // HOUR
    sold = select(sold_in, func.count(), func.sum(sales.c.total_minor)).group_by(sold_in)
    seen = select(seen_in, func.sum(visits.c.entered), func.sum(visits.c.left)).group_by(seen_in)
    sold = sold.where(sales.c.store == store, sales.c.at >= start, sales.c.at < end)
    seen = seen.where(visits.c.store == store, visits.c.minute >= start, visits.c.minute < end)
    with office.db.read() as sql:
        for place, number, minor in sql.execute(sold):
            hours[int(place)].update(sales=number, takings=int(minor))
        for place, entered, left in sql.execute(seen):
            hours[int(place)].update(entered=int(entered), left=int(left))
    return hours


def footfall(office: Office, store: str, start: int, end: int) -> list[dict[str, Any]]:
    """Whole days that began from `start` to before `end`, camera by camera: zones (`footfall.day`), floor (`.heat`)."""
    if not 0 <= start < end <= start + MAX_SPAN:
        raise HqError("ask for a span of at most 400 days, with its start before its end")
    told = footfall_days.c
    days = select(told.device, told.kind, told.body).where(told.store == store, told.day >= start, told.day < end)
    with office.db.read() as sql:
        rows = sql.execute(days.order_by(told.day, told.device, told.kind).limit(MOST_DAYS)).all()
    return [{"camera": device, "kind": kind, **json.loads(body)} for device, kind, body in rows]


def misfit_count(office: Office, store: str) -> int:
    """Events of a store that could not be read."""
    with office.db.read() as sql:
        return sql.execute(select(func.count()).select_from(misfits).where(misfits.c.store == store)).scalar_one()


def day_of(timezone: str, now: int, days_back: int = 0) -> tuple[int, int]:
    """Start and end of a day on the store's own clock."""
    local = datetime.fromtimestamp(now / 1000, tz=UTC).astimezone(zone(timezone))
    date = local.date() - timedelta(days=days_back)
    return _midnight(date, timezone), _midnight(date + timedelta(days=1), timezone)


def _midnight(date: Any, timezone: str) -> int:
    return int(datetime(date.year, date.month, date.day, tzinfo=zone(timezone)).timestamp()) * 1000
