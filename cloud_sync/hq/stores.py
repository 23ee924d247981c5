"""Stores as head office knows them: name, currency, clock, and when they were last heard."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, bindparam, insert, select, update

from cloud_sync.contract.item import STORE_ID
from cloud_sync.hq.office import Conflict, HqError, NotFound, Office
from cloud_sync.hq.schema import stores

CONTACT_EVERY = 10_000
"""Milliseconds between two notes of a store's last contact: a call every second need not be a write each."""


@dataclass(frozen=True, slots=True)
class Store:
    """One store. `contact_at` is its last authenticated call, None before the first."""

    id: str
    name: str
    currency: str
    timezone: str
    created_at: int
    contact_at: int | None
    change_head: int


def add_store(office: Office, store: str, name: str, currency: str = "EUR", timezone: str = "UTC") -> Store:
    """Register a store. Raises HqError (bad value) or Conflict (the id is taken)."""
    if not STORE_ID.fullmatch(store):
        raise HqError(f"{store[:40]!r} is no store id: up to 32 of a-z, 0-9 and -, beginning with one of a-z, 0-9")
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise HqError("a store's name has 1 to 80 printable characters")
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise HqError(f"{currency[:10]!r} is no currency: three capital letters are, such as EUR")
    zone(timezone)
    values = {
        "id": store,
        "name": name,
        "currency": currency,
        "timezone": timezone,
        "created_at": office.now(),
    }
    with office.db.write() as sql:
        if sql.execute(select(stores.c.id).where(stores.c.id == store)).first():
            raise Conflict(f"store {store} exists already")
        sql.execute(insert(stores).values(**values, change_head=0))
        return find_store(sql, store)


def zone(timezone: str) -> ZoneInfo:
    """A time zone by its name. Raises HqError."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise HqError(f"{timezone[:40]!r} is no time zone; one looks like Europe/Zagreb") from error


def find_store(sql: Connection, store: str) -> Store:
    """The store of this id. Raises NotFound."""
    row = sql.execute(_ONE, {"of_store": store}).first()
    if row is None:
        raise NotFound(f"there is no store {store[:40]!r}; add it first")
    return Store(*row)


_ONE = select(*(stores.c[name] for name in Store.__slots__)).where(stores.c.id == bindparam("of_store"))


def get_store(office: Office, store: str) -> Store:
    """`find_store` in a transaction of its own."""
    with office.db.read() as sql:
        return find_store(sql, store)


def list_stores(office: Office, search: str = "", limit: int = 500, offset: int = 0) -> list[Store]:
    """Stores by id, those whose id or name contains `search`."""
    query = select(stores).order_by(stores.c.id).limit(limit).offset(offset)
    if search:
        found = stores.c.id.contains(search, autoescape=True)
        query = query.where(found | stores.c.name.icontains(search, autoescape=True))
    with office.db.read() as sql:
        return [Store(**row) for row in sql.execute(query).mappings()]


def note_contact(office: Office, store: Store) -> None:
    """Remember that the store was heard, unless that was noted a moment ago."""
    now = office.now()
    if store.contact_at is None or now - store.contact_at >= CONTACT_EVERY:
        with office.db.write() as sql:
            sql.execute(update(stores).where(stores.c.id == store.id).values(contact_at=now))
