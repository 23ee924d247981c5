"""Where head office keeps its data: a file, or a PostgreSQL server that `database.url` names."""

from pathlib import Path

import pytest
from sqlalchemy import text

from cloud_sync.hq.database import PARTS
from cloud_sync.hq.office import DATABASE_FILE, open_office
from tests.hq.conftest import HeadOffice


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense", "no URL like"),
        ("mysql://aisle@db/aisle", "not in mysql"),
        ("postgresql://aisle@/aisle?host=/nowhere", "does not answer"),
    ],
)
def test_a_database_that_cannot_be_opened_is_said_in_words(tmp_path: Path, url: str, why: str) -> None:
    pytest.importorskip("psycopg")
    (tmp_path / DATABASE_FILE).write_text(url)
    with pytest.raises(RuntimeError, match=why):
        open_office(tmp_path)


def test_a_server_keeps_what_grows_in_parts_by_store(head_office: HeadOffice, hq_folder: Path) -> None:
    if not (hq_folder / DATABASE_FILE).exists():
        pytest.skip("one file has no parts")
    open_office(hq_folder).db.close()  # opened again, it is as it was
    parts = "SELECT inhparent::regclass::text, COUNT(*) FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid"
    with head_office.office.db.read() as sql:
        rows = sql.execute(text(f"{parts} WHERE c.relkind = 'r' GROUP BY 1")).all()
    assert dict(map(tuple, rows)) == dict.fromkeys(("events", "sales", "sale_lines", "visits"), PARTS)
