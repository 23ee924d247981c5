"""Time runs faster for a program and all that it starts: every wait ends sooner, and all clocks agree."""

import json
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.soak.faster import at_speed

SPEED = 25
WAIT_S = 5.0
BEGINS = datetime(2031, 5, 6, 7, tzinfo=UTC)
WAITS = """
import asyncio, json, multiprocessing, queue, select, socket, threading, time
def asleep(s): time.sleep(s)
def at_a_lock(s):
    lock = threading.Lock(); lock.acquire(); lock.acquire(timeout=s)
def for_an_event(s): threading.Event().wait(s)
def at_a_queue(s):
    try: queue.SimpleQueue().get(timeout=s)
    except queue.Empty: pass
def in_a_loop(s): asyncio.run(asyncio.sleep(s))
def at_a_socket(s):
    ours, _ = pair = socket.socketpair(); ours.settimeout(s)
    try: ours.recv(1)
    except TimeoutError: pass
def at_select(s): select.select([], [], [], s)
def at_a_pipe(s): ours, theirs = multiprocessing.Pipe(); ours.poll(s)
def at_work(s):
    until = time.process_time() + s
    while time.process_time() < until: pass
took = {}
for wait in (asleep, at_a_lock, for_an_event, at_a_queue, in_a_loop, at_a_socket, at_select, at_a_pipe, at_work):
    began = time.monotonic(); wait(WAIT_S); took[wait.__name__] = time.monotonic() - began
print(json.dumps(took))
"""
MOMENTS = """
import json, subprocess, sys, time
ask = [sys.executable, "-c", "import time; print(time.monotonic(), time.time())"]
def now(): return time.monotonic(), time.time()
print(json.dumps([now(), [float(one) for one in subprocess.check_output(ask).split()], now()]))
"""

pytestmark = pytest.mark.skipif(not (shutil.which("cc") or shutil.which("gcc")), reason="no C compiler is here")


def run(program: str, folder: Path) -> Any:
    environment = at_speed(SPEED, BEGINS, folder)
    return json.loads(subprocess.check_output([sys.executable, "-c", program], env=environment))


def test_every_way_to_wait_takes_as_long_as_it_says_and_less_in_truth(tmp_path: Path) -> None:
    began = time.monotonic()
    took = run(WAITS.replace("WAIT_S", str(WAIT_S)), tmp_path)
    truly = time.monotonic() - began
    assert [name for name, shown in took.items() if shown < 0.99 * WAIT_S] == []
    assert truly < sum(took.values())


def test_all_processes_see_the_same_clocks(tmp_path: Path) -> None:
    before, asked, after = run(MOMENTS, tmp_path)
    assert before < asked < after
    assert before[1] >= BEGINS.timestamp()
    assert after[1] - before[1] == pytest.approx(after[0] - before[0], abs=0.5)
