"""Head office's tables. Nothing here is SQLite's alone, so that PostgreSQL can take over.

Times are UTC epoch milliseconds, money is minor units, an item is a GTIN-14.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

VERSION = 1
BY_STORE = "HASH (store)"
"""For the tables that grow with every receipt: PostgreSQL keeps each in parts, and looks into one for one store."""
metadata = MetaData()


def _store() -> Column[str]:
    return Column("store", String(32), ForeignKey("stores.id"), primary_key=True)


meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

stores = Table(
    "stores",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("contact_at", BigInteger),
    Column("change_head", BigInteger, nullable=False, default=0),
)

enrol_codes = Table(
    "enrol_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("store", String(32), ForeignKey("stores.id"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used", Boolean, nullable=False, default=False),
)

gateway_keys = Table(
    "gateway_keys",
    metadata,
    _store(),
    Column("public_key", String(64), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("gateway", String(80), nullable=False),
    Column("status", String(10), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("approved_at", BigInteger),
    Column("approved_by", String(40)),
)

cursors = Table(
    "cursors",
    metadata,
    _store(),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)


def _event_key() -> list[Column[int]]:
    return [
        Column("epoch", BigInteger, primary_key=True, autoincrement=False),
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
    ]


events = Table(
    "events",
    metadata,
    _store(),
    *_event_key(),
    Column("cls", String(16), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("device", String(40), nullable=False),
    Column("device_epoch", BigInteger),
    Column("device_seq", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("events_by_device", "store", "device", "device_epoch", "device_seq"),
    postgresql_partition_by=BY_STORE,
)

misfits = Table(
    "misfits",
    metadata,
    _store(),
    *_event_key(),
    Column("kind", String(40), nullable=False),
    Column("device", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("body", Text, nullable=False),
)
"""Events whose body does not fit their kind. They stand here, not in `events`; the stream goes on."""

sales = Table(
    "sales",
    metadata,
    _store(),
    *_event_key(),
    Column("receipt", String(64), nullable=False),
    Column("device", String(40), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("sales_by_time", "store", "at"),
    postgresql_partition_by=BY_STORE,
)
"""The receipt is not unique here on purpose: a sale that was doubled on its way must show."""

sale_lines = Table(
    "sale_lines",
    metadata,
    _store(),
    *_event_key(),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("item", String(64), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    postgresql_partition_by=BY_STORE,
)

visits = Table(
    "visits",
    metadata,
    _store(),
    Column("device", String(40), primary_key=True),
    Column("line", String(40), primary_key=True),
    Column("minute", BigInteger, primary_key=True, autoincrement=False),
    Column("entered", BigInteger, nullable=False),
    Column("left", BigInteger, nullable=False),
    postgresql_partition_by=BY_STORE,
)

footfall_days = Table(
    "footfall_days",
    metadata,
    _store(),
    Column("device", String(40), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
"""Zones and heat maps of whole days, as `cloud_sync.contract.footfall` has them."""

ledger_heads = Table(
    "ledger_heads",
    metadata,
    _store(),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""What the stores' ledgers ended with, and when they said so; the first word stands."""

price_list = Table(
    "price_list",
    metadata,
    _store(),
    Column("item", String(14), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("row", Text, nullable=False),
)
"""What head office wants each item to cost: the last row that was pushed, as a ChangeRow in JSON."""

promotions = Table(
    "promotions",
    metadata,
    _store(),
    Column("item", String(14), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("row", Text, nullable=False),
)
"""The last promotion with an end that was pushed for an item, as a ChangeRow in JSON; `price_list` has its regular
price."""

changes = Table(
    "changes",
    metadata,
    _store(),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("author", String(80), nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("effective_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("envelope", Text, nullable=False),
)
"""An entry with an empty envelope is no entry of the log: the change before it carries it, as its promotion's end."""

change_rows = Table(
    "change_rows",
    metadata,
    _store(),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("item", String(14), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("per", String(4), nullable=False),
    Column("was_minor", BigInteger),
    Column("before_minor", BigInteger),
    Column("outcome", String(8), nullable=False, default="pending"),
    Column("why", String(300), nullable=False, default=""),
    Column("outcome_at", BigInteger),
    Column("outcome_epoch", BigInteger, nullable=False, default=-1),
    Column("outcome_seq", BigInteger, nullable=False, default=-1),
    Index("change_rows_by_outcome", "store", "outcome", "sequence"),
)
"""`before_minor` is what the list said before; `outcome_epoch` and `_seq` name the event that told."""

coupons = Table(
    "coupons",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("store", String(32), ForeignKey("stores.id"), nullable=False),
    Column("state", String(8), nullable=False),
)
"""Which store has, or had, a coupon: here (at head office), lent or used."""

store_discounts = Table(
    "store_discounts",
    metadata,
    _store(),
    Column("sequence", BigInteger, nullable=False),
    Column("author", String(80), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("rules", Text, nullable=False),
)
"""The discount rules that each store was ordered last, as DiscountRules in JSON. What was before is in `changes`."""

stock_requests = Table(
    "stock_requests",
    metadata,
    Column("store", String(32), ForeignKey("stores.id"), primary_key=True),
    Column("item", String(14), primary_key=True),
    Column("level", String(8), nullable=False),
    Column("free", BigInteger, nullable=False),
    Column("safety", BigInteger, nullable=False),
    Column("crossing", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Index("stock_requests_open", "store", "answered_at", "level", "at"),
)
"""The last time that a store asked for more of an item; `answered_at`: when goods were sent, or somebody said so."""

tickets = Table(
    "tickets",
    metadata,
    _store(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("rule", String(60), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("critical", Boolean, nullable=False),
    Column("why", String(300), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("taken_by", String(80), nullable=False),
    Column("closed_at", BigInteger),
    Index("tickets_by_end", "closed_at", "opened_at"),
)
"""What each store told of its tickets last. A gateway that went on from a backup counts on from there."""

store_clocks = Table(
    "store_clocks",
    metadata,
    _store(),
    Column("trusted", Boolean, nullable=False),
    Column("by", String(8), nullable=False),
    Column("why", String(300), nullable=False),
    Column("heard_at", BigInteger, nullable=False),
)
"""Whether each store's gateway trusts its clock, as it told last."""

operators = Table(
    "operators",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("password", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("operator", String(40), ForeignKey("operators.name"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""Sessions and bearer tokens alike; only a digest is kept."""
