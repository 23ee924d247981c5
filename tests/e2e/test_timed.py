"""A price for the store's own wall time, with the line down and the gateway killed in between."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulators.demo.day import scaled
from tests.e2e.scene import labelled, small_shop, store_db, until

AHEAD_S = 12
SHOP_TIME = ZoneInfo("Europe/Zagreb")


@pytest.mark.slow
async def test_a_raise_begins_at_the_shops_time_with_the_line_down_and_after_a_restart(tmp_path: Path) -> None:
    async with small_shop(tmp_path, labels=4, tills=1, items=6) as stage:
        item = labelled(stage)[0]

        def ask(query: str, *values: object) -> list[tuple[object, ...]]:
            with closing(sqlite3.connect(f"file:{store_db(stage)}?mode=ro", uri=True, timeout=10)) as sql:
                return sql.execute(query, values).fetchall()

        def trusted() -> bool:
            return bool(ask("SELECT 1 FROM ledger WHERE kind = 'clock.trusted'"))

        await until("head office vouched for the clock", trusted)
        begins = datetime.now(SHOP_TIME).replace(microsecond=0) + timedelta(seconds=AHEAD_S)
        done = await stage.office.push_rows(
            stage.store, [scaled(stage.rows[item], 1.2)], at=begins.replace(tzinfo=None).isoformat()
        )
        (version,) = done["sequences"]
        phase = "SELECT phase, effective_at FROM price WHERE item = ? AND version = ?"
        await until("the price waits in the store", lambda: ask(phase, item, version))
        at = int(begins.timestamp()) * 1000
        assert ask(phase, item, version) == [("waiting", at)]
        stage.line.cut()
        await stage.gateway.kill()
        await stage.restart_gateway()
        await until("the raise is on its way", lambda: ask(phase, item, version)[0][0] != "waiting")
        ((sent,),) = ask(
            "SELECT MIN(at) FROM ledger WHERE kind = 'label.sent' AND json_extract(body, '$.version') = ?", version
        )
        assert isinstance(sent, int)
        print(f"sent {sent - at} ms after its time")
        assert sent >= at
        trust = "SELECT kind FROM ledger WHERE kind IN ('clock.trusted', 'clock.doubted') ORDER BY seq"
        assert ask(trust) == [
            ("clock.doubted",),
            ("clock.trusted",),
        ]  # before head office's first word, and never again
        stage.line.mend()
