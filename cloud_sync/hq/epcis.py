"""EPCIS events of a store, as it told them: for trading partners and food inspectors."""

import json
from typing import Any

from sqlalchemy import select

from cloud_sync.contract.epcis import KIND, document
from cloud_sync.hq.office import Office
from cloud_sync.hq.schema import events
from cloud_sync.hq.stores import find_store

MOST = 10_000
"""Events in one document; whoever wants more asks by shorter spans of time."""


def read_epcis(office: Office, store: str, since: int, until: int) -> dict[str, Any]:
    """A document of a span of time. An event that a restored gateway told again is in it once. Raises NotFound."""
    with office.db.read() as sql:
        find_store(sql, store)
        rows = sql.execute(
            select(events.c.body)
            .where(events.c.store == store, events.c.kind == KIND, events.c.at >= since, events.c.at < until)
            .order_by(events.c.at, events.c.epoch, events.c.seq)
            .limit(MOST)
        ).fetchall()
    told = [json.loads(body) for (body,) in rows]
    return document(list({one.get("eventID"): one for one in told}.values()), office.now())
