"""A believable shop behind the real console, on loopback: `python -m tests.browser.shop --help`.

Prints the console's address once it listens. Devices answer within a second, but for those that are meant not to.
"""

import argparse
import asyncio
import gc
import signal
import sys
import tempfile
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from cloud_sync.contract.events import EventClass
from edge.console.accounts import Accounts
from edge.console.app import add_console
from edge.store import Transaction
from tests.browser.extremes import hostile, multiply
from tests.browser.footfall import audits, count_people, tell_drawings
from tests.browser.goods import tell_entrance, tell_goods
from tests.browser.machines import Cold, Power, tell_alarms, tell_lanes, tell_network
from tests.browser.manager import MANAGER, PASSWORD
from tests.browser.past import Past
from tests.browser.shelves import tell_eggs, tell_shelves
from tests.console.cameras import MadeUpCameras, nearby
from tests.console.floor import DAY, MINUTE, Floor

STORIES = (
    tell_drawings, tell_shelves, tell_eggs, tell_goods, tell_entrance, tell_lanes, tell_network, tell_alarms,
)  # fmt: skip


def settle_in(floor: Floor, now: int) -> None:
    """Three weeks of history, and a present with something of everything."""
    cold = Cold(floor, now)
    past = Past(floor, now, cold.until)
    for tell in STORIES:
        tell(past)
    past.play()
    _queue(floor, now)
    away = ("shelf-03", "shelf-12")
    floor.do(
        lambda tx: tx.sql.execute(
            f"UPDATE device SET seen_at = ? - abs(random() % 50000) WHERE id NOT IN {away}", (now,)
        )
    )
    count_people(floor, now)
    with floor.store.reading() as db:
        back = "SELECT b.kind, b.at - a.at FROM ledger a JOIN ledger b ON b.seq = a.seq + 1 WHERE b.at < a.at"
        assert db.conn.execute(back).fetchall() == [], "the ledger's clock went back"


def _queue(floor: Floor, now: int) -> None:
    """What gathered while the line was down."""
    sent = floor.do(
        lambda tx: tx.sql.execute(
            "SELECT MAX(seq) FROM outbox WHERE received_at < ?", (now - 134 * MINUTE,)
        ).fetchone()[0]
    )
    floor.do(lambda tx: floor.store.outbox.confirm(tx.sql, floor.store.outbox.epoch, sent))

    def work(tx: Transaction) -> None:
        for number in range(1_180):
            tx.tell(
                EventClass.TELEMETRY, "label.battery", f"shelf-{number % 24 + 1:02}", {"mv": 2900, "note": "x" * 120}
            )

    floor.do(work)


async def serve(floor: Floor, port: int, *, setup_code: str) -> None:
    """Serve until stopped; devices answer about once a second."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    checks = audits(floor, floor.store.path.parent)
    add_console(
        app,
        floor.context(
            setup_code=setup_code, port_power=Power(), cameras=MadeUpCameras(floor), audits=checks, find_cameras=nearby
        ),
        "a-secret-for-tests-of-more-than-32-characters",
    )
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)
    if not serving.done():
        print(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", flush=True)
    while not serving.done():
        await asyncio.sleep(1)
        await asyncio.to_thread(floor.answer)
    await serving


def main() -> None:
    """Read the options, build the shop and serve it."""
    gc.freeze()  # what was imported, as the gateway does
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fresh", action="store_true", help="no account yet: the first run")
    parser.add_argument("--labels", type=int, default=0, help="that many labels more")
    parser.add_argument("--hostile", action="store_true", help="devices and items with malicious names")
    parser.add_argument("--timezone", default="Europe/Zagreb", help="where the shop is")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the folder goes with the shop
    now = time.time_ns() // 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        floor = Floor(Path(folder), now - 21 * DAY, timezone=options.timezone)
        settle_in(floor, now)
        if options.labels:
            multiply(floor, options.labels)
        if options.hostile:
            hostile(floor)
        floor.do(floor.watch.look)
        floor.live = lambda: time.time_ns() // 1_000_000
        if not options.fresh:
            made = Accounts(floor.store, floor.clock, "only to make an account")
            asyncio.run(made.set_up(MANAGER, PASSWORD, "en", code="", at_the_box=True, source="test"))
        try:
            asyncio.run(serve(floor, options.port, setup_code="4711-0815"))
        finally:
            floor.close()


if __name__ == "__main__":
    main()
