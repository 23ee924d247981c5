"""Whatever was acknowledged survives a kill at any moment, whole and in order."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from edge.store.database import open_for_reading
from edge.store.ledger import verify

KILLS = 8


def test_nothing_acknowledged_is_lost_however_often_the_process_is_killed(tmp_path: Path) -> None:
    path, chance = tmp_path / "store.db", random.Random(20_26)
    first, acknowledged = 1, set[int]()
    for _ in range(KILLS):
        heard = _run_and_kill(path, first, chance.uniform(0.0, 0.25))
        acknowledged |= heard
        recorded = _recorded(path)
        assert acknowledged <= set(recorded)
        assert recorded == list(range(1, len(recorded) + 1))  # no half of a group, nothing twice, in order
        first = len(recorded) + 1
    assert len(acknowledged) > 100


def _run_and_kill(path: Path, first: int, seconds: float) -> set[int]:
    """Let the process record for a while after its first acknowledgement; returns what it acknowledged."""
    command = [sys.executable, "-m", "tests.store.killed", str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout is not None
        head = process.stdout.read(1)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
        text = head + process.stdout.read()
    return {int(line) for line in text.split(b"\n")[:-1]}


def _recorded(path: Path) -> list[int]:
    """The facts on record, after checking that the ledger and the queue for head office agree on them."""
    database = open_for_reading(path)
    try:
        assert verify(database.conn).intact
        facts = [int(subject) for (subject,) in database.conn.execute("SELECT subject FROM ledger ORDER BY seq")]
        sent = database.conn.execute("SELECT seq, json_extract(body, '$.n') FROM outbox ORDER BY seq").fetchall()
        assert [n for _, n in sent] == facts
        assert [seq for seq, _ in sent] == list(range(1, len(sent) + 1))
    finally:
        database.close()
    return facts
