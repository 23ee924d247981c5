import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cloud_sync.link.side import Enrolment
from edge.alone import AlreadyRunning, only_one
from edge.cli import build
from edge.store import Store, Transaction
from edge.store.ledger import verify
from provisioning.backup import STORE_FILE, BackupError, make_backup
from provisioning.credentials import Credentials
from provisioning.identity import Identity
from provisioning.restore import Restored, restore_backup

runner = CliRunner()


def quiet(_words: str, _done: float) -> None:
    """Nobody watches."""


def now() -> int:
    return 1_790_000_000_000


def later() -> int:
    """When something is restored: past what passes in the meantime on the slowest machine."""
    return now() + 3_600_000


def fill(data: Path, rows: int = 20, epoch: int = 7) -> None:
    """A gateway's folder with a ledger, a label and a till in service, a password and an enrolled key."""
    data.mkdir(exist_ok=True)
    store = Store(data / STORE_FILE, now, epoch=epoch)

    def work(tx: Transaction) -> None:
        for device, role in (("label-1", "label"), ("till-1", "till")):
            tx.sql.execute(
                "INSERT OR IGNORE INTO device (id, role, driver, enrolled, state_at) VALUES (?, ?, 'x', 1, 0)",
                (device, role),
            )
        for number in range(rows):
            tx.record("note", "gateway", {"n": number})

    store.run(work).result()
    store.close()
    if not Credentials(data / "passwords").users():
        Credentials(data / "passwords").create("till-1")
        Identity.open(data).keep(Enrolment("0204", "", {"k1": "ab" * 32}), "https://hq")


def ledger(file: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as sql:
        return sql.execute("SELECT * FROM ledger ORDER BY seq").fetchall()


def contents(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data.iterdir() if path.name != "lock"}


def restore(data: Path, file: Path) -> Restored:
    return restore_backup(data, file, quiet, later)


def test_a_copy_made_while_the_gateway_writes_is_one_moment_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provisioning.backup.PAGES", 2)  # so that there are writes between many of its steps
    fill(tmp_path / "here", rows=3_000)
    store, over = Store(tmp_path / "here" / STORE_FILE, now, epoch=7), threading.Event()
    steps: list[tuple[str, float]] = []

    def write() -> None:
        while not over.is_set():
            store.run(lambda tx: tx.record("sale", "till-1", {"padding": "x" * 500})).result()

    def slowly(words: str, done: float) -> None:
        steps.append((words, done))
        store.run(lambda tx: tx.record("sale", "till-1", {})).result()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copied = make_backup(tmp_path / "here", tmp_path / "copy", slowly)
    finally:
        over.set()
        writer.join()
        store.close()
    assert ledger(tmp_path / "copy") == ledger(tmp_path / "here" / STORE_FILE)[: copied.head.seq]
    assert copied.head.seq >= 3_000
    copying = [done for words, done in steps if words == "copying"]
    assert len(copying) > 50
    assert copying == sorted(copying), "it began anew because of a write"
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("here", "copy")] == []


def test_what_cannot_be_copied_leaves_the_older_backup_alone(tmp_path: Path) -> None:
    fill(tmp_path / "here")
    make_backup(tmp_path / "here", tmp_path / "copy", quiet)
    before = (tmp_path / "copy").read_bytes()
    with closing(sqlite3.connect(tmp_path / "here" / STORE_FILE)) as sql, sql:
        sql.execute("UPDATE ledger SET body = '{}' WHERE seq = 9")
    with pytest.raises(BackupError, match="row 9 was changed"):
        make_backup(tmp_path / "here", tmp_path / "copy", quiet)
    assert (tmp_path / "copy").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "here"]
    with pytest.raises(BackupError, match="does not exist"):
        make_backup(tmp_path / "nowhere", tmp_path / "copy", quiet)
    with pytest.raises(BackupError, match="cannot be written"):
        make_backup(tmp_path / "here", tmp_path / "nowhere" / "copy", quiet)


def test_a_restored_store_goes_on_from_the_copy_in_a_new_life(tmp_path: Path) -> None:
    data = tmp_path / "here"
    fill(data)
    copied = make_backup(data, tmp_path / "copy", quiet)
    fill(data, rows=5)
    after = ledger(data / STORE_FILE)
    restored = restore(data, tmp_path / "copy")
    assert (restored.former, restored.epoch, restored.labels, restored.tills) == (7, later(), 1, 1)
    rows = ledger(data / STORE_FILE)
    assert rows[: copied.head.seq] == after[: copied.head.seq]
    assert [row[2] for row in rows[copied.head.seq :]] == ["gateway.restored", "device.retired", "device.retired"]
    with closing(sqlite3.connect(data / STORE_FILE)) as sql:
        assert verify(sql).intact
        assert sql.execute("SELECT COUNT(*) FROM device WHERE enrolled = 1").fetchone() == (0,)
        assert not sql.execute("SELECT 1 FROM sqlite_schema WHERE name = 'backup_file'").fetchone()
        assert sql.execute("SELECT value FROM meta WHERE key = 'tickets.standing'").fetchone() == ("untold",)
        assert sql.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone() == (str(later()),)
    assert (data / STORE_FILE).stat().st_mode & 0o777 == 0o600
    assert restored.aside is not None
    assert ledger(restored.aside / STORE_FILE) == after
    again = restore(data, tmp_path / "copy")
    assert again.aside not in (None, restored.aside)


def test_a_running_gateway_is_left_alone(tmp_path: Path) -> None:
    fill(tmp_path / "here")
    make_backup(tmp_path / "here", tmp_path / "copy", quiet)
    before = (tmp_path / "here" / STORE_FILE).read_bytes()
    with only_one(tmp_path / "here"), pytest.raises(AlreadyRunning):
        restore(tmp_path / "here", tmp_path / "copy")
    assert (tmp_path / "here" / STORE_FILE).read_bytes() == before


@pytest.mark.parametrize("harm", ["rubbish", "store", "row", "page", "missing"])
def test_what_is_no_whole_backup_changes_nothing(tmp_path: Path, harm: str) -> None:
    data, copy = tmp_path / "here", tmp_path / "copy"
    fill(data, rows=400)
    make_backup(data, copy, quiet)
    match harm:
        case "rubbish":
            copy.write_bytes(b"nothing that a database would say" * 500)
        case "store":
            copy.write_bytes((data / STORE_FILE).read_bytes())
        case "row":
            with closing(sqlite3.connect(copy)) as sql, sql:
                sql.execute("UPDATE ledger SET at = at + 1 WHERE seq = 200")
        case "page":
            content = bytearray(copy.read_bytes())
            content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
            copy.write_bytes(content)
        case "missing":
            copy.unlink()
    before = contents(data)
    with pytest.raises(BackupError):
        restore(data, copy)
    assert contents(data) == before


def test_a_new_box_gets_the_key_and_the_passwords_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    fill(tmp_path / "here")
    make_backup(tmp_path / "here", tmp_path / "copy", quiet)
    key = Identity.open(tmp_path / "here").fingerprint

    fresh = tmp_path / "fresh"
    fresh.mkdir()
    Identity.open(fresh)  # a gateway that was started on it made these for itself
    Credentials(fresh / "passwords").renew("gateway")
    restored = restore(fresh, tmp_path / "copy")
    assert set(restored.brought) == {"passwords", "gateway-key.pem", "enrolment.json"}
    assert restored.aside is not None
    assert sorted(path.name for path in restored.aside.iterdir()) == ["gateway-key.pem", "passwords"]
    assert Identity.open(fresh).fingerprint == key
    assert Identity.open(fresh).enrolment().store == "0204"
    assert Credentials(fresh / "passwords").users() == ("till-1",)
    assert (fresh / "gateway-key.pem").stat().st_mode & 0o777 == 0o600

    Credentials(tmp_path / "here" / "passwords").revoke("till-1")
    Credentials(tmp_path / "here" / "passwords").create("till-2")
    assert restore(tmp_path / "here", tmp_path / "copy").brought == ()
    assert Credentials(tmp_path / "here" / "passwords").users() == ("till-2",)

    assert restore(tmp_path / "empty", tmp_path / "copy").aside is None

    other = tmp_path / "other"
    other.mkdir()
    Identity.open(other).keep(Enrolment("0205", "", {}), "https://hq")
    with pytest.raises(BackupError, match=r"of store 0204, and .* as store 0205"):
        restore(other, tmp_path / "copy")


def test_the_commands_say_what_happened_and_what_happens_now(tmp_path: Path) -> None:
    data, copy = str(tmp_path / "here"), str(tmp_path / "copy")
    fill(tmp_path / "here")
    done = runner.invoke(build(["backup"]), ["backup", copy, "--data", data])
    assert (done.exit_code, "20 ledger rows" in done.output) == (0, True)
    with only_one(tmp_path / "here"):
        assert runner.invoke(build(["restore"]), ["restore", copy, "--data", data]).exit_code == 2
    done = runner.invoke(build(["restore"]), ["restore", copy, "--data", data])
    assert done.exit_code == 0
    for words in ("1 labels and 1 tills are out of service", "new epoch 1", "before-restore-", "Close the tills"):
        assert words in done.output
