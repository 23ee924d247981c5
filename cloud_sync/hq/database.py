"""Head office's database: SQLite in WAL mode with `synchronous=FULL`, or PostgreSQL by URL.

One writer at a time; what `write` leaves without an error is on the disk.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Table, create_engine, event, insert, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, OperationalError

from cloud_sync.hq.schema import VERSION, meta, metadata

PARTS = 16
"""Of a table that PostgreSQL keeps by store. May not change: a store's rows stay in their part."""


class Database:
    """Transactions over one engine. Every method may be called from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; committed at the end, undone by any error."""
        with self._writer, self._engine.connect() as connection:
            connection = connection.execution_options(aisle_writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_database(where: Path | str) -> Database:
    """Open, and make where it is new, the database at a path or a SQLAlchemy URL.

    Raises RuntimeError when a newer Aisle has already changed its tables, or a server cannot be reached.
    """
    engine = _sqlite(where) if isinstance(where, Path) else _server(where)
    database = Database(engine)
    try:
        metadata.create_all(engine)
        if engine.dialect.name == "postgresql":
            _make_parts(engine)
    except OperationalError as error:
        database.close()
        raise RuntimeError(f"head office's database does not answer: {error.orig}") from error
    with database.write() as sql:
        found = sql.execute(select(meta.c.value).where(meta.c.key == "schema")).scalar()
        if found is None:
            sql.execute(insert(meta).values(key="schema", value=str(VERSION)))
    if found is not None and int(found) > VERSION:
        database.close()
        raise RuntimeError(f"{where} was made by a newer Aisle (tables {found}, here {VERSION}); update Aisle")
    return database


def upsert(sql: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those with the same primary key."""
    if not rows:
        return
    sql.execute(_replacing(sql.dialect.name, table, tuple(rows[0])), list(rows))


@cache
def _replacing(dialect: str, table: Table, names: tuple[str, ...]) -> Executable:
    """The statement of `upsert` for rows of these columns; putting it together costs more than running it."""
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def _server(url: str) -> Engine:
    try:
        at = make_url(url)
    except ArgumentError as error:
        raise RuntimeError("head office's database.url is no URL like postgresql://aisle@db.example/aisle") from error
    if at.get_backend_name() != "postgresql":
        raise RuntimeError(f"head office keeps its data in SQLite or PostgreSQL, not in {at.get_backend_name()}")
    try:  # a server that was started anew is met by a new connection
        return create_engine(at.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise RuntimeError("PostgreSQL needs its driver: install Aisle with the extra `postgres`") from error


def _make_parts(engine: Engine) -> None:
    """The parts of the tables that are kept by store."""
    with engine.begin() as sql:
        for table in metadata.sorted_tables:
            if table.dialect_options["postgresql"]["partition_by"]:
                for part in range(PARTS):
                    sql.exec_driver_sql(
                        f"CREATE TABLE IF NOT EXISTS {table.name}_{part} PARTITION OF {table.name}"
                        f" FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
                    )


def _sqlite(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def settle(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # transactions begin where `begin` below says so, not where sqlite3 guesses
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: two that upgrade from reading would refuse each other.
        writes = connection.get_execution_options().get("aisle_writes", False)
        # By the driver's own call: no other statement runs as often, and SQLAlchemy's way takes ten times as long.
        connection.connection.cursor().execute("BEGIN IMMEDIATE" if writes else "BEGIN").close()

    return engine
