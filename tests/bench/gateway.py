"""A gateway with five thousand labels: how much memory it needs, and how soon it is there."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

from cloud_sync.contract.item import internal_item
from drivers.base import Ink, Panel, Sighting
from edge.devices.registry import Registry
from edge.prices.engine import PriceEngine
from edge.store import Store, Transaction
from tests.bench.figure import Figure, Say

LABELS = 5_000
MOST_MEGABYTES = 250
MOST_SECONDS = 3.0
SETTLING_SECONDS = 5.0
"""The memory is read this long after the start, and the most of it counts."""
CONFIG = """
data = "data"
[shop]
id = "0204"
[console]
port = 0
[drivers.mqtt]
broker = "amqtt"
port = 0
"""


def gateway_start(say: Say) -> list[Figure]:
    """Seconds from the command to an answering console, and megabytes of its process, in the median of three starts."""
    with tempfile.TemporaryDirectory() as folder:
        say(f"preparing {LABELS:,} labels")
        config = Path(folder) / "gateway.toml"
        config.write_text(CONFIG)
        (Path(folder) / "data").mkdir(mode=0o700)
        _prepare(Path(folder) / "data" / "store.db")
        starts = []
        for number in range(3):
            say(f"starting the gateway, {number + 1} of 3")
            starts.append(_start(config))
    seconds, megabytes, cpu = (sorted(values)[1] for values in zip(*starts, strict=True))
    soon, small = seconds <= MOST_SECONDS, megabytes <= MOST_MEGABYTES
    note = "the gateway's own process, without the broker's"
    return [
        Figure(
            f"start, {LABELS:,} labels",
            seconds,
            "s",
            target=f"≤ {MOST_SECONDS:g} s",
            met=soon,
            note=f"{cpu:.1f} s of CPU",
        ),
        Figure(f"memory, {LABELS:,} labels", megabytes, "MB", target=f"≤ {MOST_MEGABYTES} MB", met=small, note=note),
    ]


def _start(config: Path) -> tuple[float, float, float]:
    """(seconds until it answers, megabytes, seconds of CPU until it answered) of one start."""
    ports = config.parent / "data" / "ports.json"
    ports.unlink(missing_ok=True)
    began = time.perf_counter()
    with (config.parent / "log").open("wb") as log:
        command = [sys.executable, "-m", "edge.cli", "gateway", "run", str(config)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        while not _answers(ports):
            if process.poll() is not None or time.perf_counter() - began > 60:
                raise RuntimeError(f"the gateway did not start: {(config.parent / 'log').read_text()[-2000:]}")
            time.sleep(0.02)
        seconds, most, cpu = time.perf_counter() - began, 0.0, psutil.Process(process.pid).cpu_times()
        while time.perf_counter() - began < seconds + SETTLING_SECONDS:
            most = max(most, psutil.Process(process.pid).memory_info().rss / 2**20)
            time.sleep(0.1)
        return seconds, most, cpu.user + cpu.system
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(30)


def _answers(ports: Path) -> bool:
    if not ports.exists():
        return False
    url = f"http://127.0.0.1:{json.loads(ports.read_text())['console']}/api/healthz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


def _prepare(path: Path) -> None:
    """Labels that were seen, bound and brought up to date, each with a price of its own."""
    store = Store(path, lambda: time.time_ns() // 1_000_000, epoch=1)
    try:
        registry, engine = Registry(store, lambda: time.time_ns() // 1_000_000, 120_000), PriceEngine()
        panel = Panel(296, 128, (Ink.BLACK, Ink.WHITE, Ink.RED))
        labels = [(f"ble-{n:012x}", internal_item(str(n))) for n in range(1, LABELS + 1)]

        def work(tx: Transaction) -> None:
            tx.sql.executemany(
                "INSERT INTO price (item, version, name, minor, currency, per, effective_at, received_at, author,"
                " phase, changed_at) VALUES (?, 1, 'MLIJEKO', ?, 'EUR', 'each', 0, 0, 'ana', 'active', 0)",
                [(item, 100 + n) for n, (_, item) in enumerate(labels)],
            )
            for label, item in labels:
                registry.enrol(tx, label, "label", "ble", place="Aisle 1")
                engine.bind(tx, label, item, "bench")
                engine.label_shown(tx, label, item, 1, "0" * 64)

        for label, _ in labels:
            registry.sighted(Sighting(label, label, "NEMR", "004B", "1", panel, 3000, -50), "label", "ble")
        store.run(work).result()
    finally:
        store.close()
