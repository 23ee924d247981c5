"""Whether each store's gateway trusts its clock: while it does not, its timed raises wait."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from cloud_sync.contract.attention import ClockTold
from cloud_sync.hq.database import upsert
from cloud_sync.hq.office import Office
from cloud_sync.hq.schema import store_clocks, stores

MOST = 500


@dataclass(frozen=True, slots=True)
class StoreClock:
    """One store. `trusted` None: its gateway has not said. `heard_at`: when it said so, by head office's clock."""

    store: str
    name: str
    timezone: str
    trusted: bool | None
    by: str
    why: str
    heard_at: int | None


def take_clock(sql: Connection, store: str, told: ClockTold, *, trusted: bool, now: int) -> None:
    """Keep a gateway's newest word about its clock. `now` is ours: the time by a clock in doubt says little."""
    row = {"store": store, "trusted": trusted, "by": told.by, "why": told.why, "heard_at": now}
    upsert(sql, store_clocks, [row])


def all_clocks(office: Office) -> list[StoreClock]:
    """Every store: clocks in doubt first, then those that have not said."""
    told = store_clocks.c
    query = (
        select(stores.c.id, stores.c.name, stores.c.timezone, told.trusted, told.by, told.why, told.heard_at)
        .join(store_clocks, told.store == stores.c.id, isouter=True)
        .order_by(told.trusted.is_(None), told.trusted, stores.c.id)
        .limit(MOST)
    )
    with office.db.read() as sql:
        found = [StoreClock(*row[:4], row.by or "", row.why or "", row.heard_at) for row in sql.execute(query)]
    rank = {False: 0, None: 1, True: 2}
    return sorted(found, key=lambda one: rank[one.trusted])
