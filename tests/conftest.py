"""Every test cleans up after itself: what it leaves running fails it, by name."""

import asyncio
import gc
import inspect
import os
import threading
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

settings.register_profile("laptop", deadline=None, max_examples=60)
settings.register_profile("ci", settings.get_profile("laptop"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "laptop")

GRACE_SECONDS = 2.0
"""How long a thread, a process or a task that was told to end may take to be gone."""

KEPT_THREADS = (
    "asyncio_",  # the default executor of a wider fixture's event loop: joined when that loop closes
    "AnyIO worker thread",  # kept idle by anyio until its event loop closes
)
"""Threads that libraries keep for as long as their event loop lives, by the start of their names."""

KEPT_PROCESSES = (
    "multiprocessing.resource_tracker", "multiprocessing.forkserver", "chromium --type=utility", "postgres: ",
)  # fmt: skip
"""What Python starts once for a whole run, and helpers of a browser or a database server, which come as it likes and go
with it."""


def pytest_configure() -> None:
    """See pytest_collection_finish."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was imported and collected is no garbage: looking for it again and again took a sixth of the time."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def leaves_nothing_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread or a child process behind. What wider fixtures run was there before it."""
    threads, children = set(threading.enumerate()), set(_children())
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        request.getfixturevalue("leaves_its_loop_empty")  # set up before all other fixtures, so it looks after them
    yield
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := _running(threads, children)) and time.monotonic() < deadline:
        time.sleep(0.02)
    if left:
        pytest.fail(f"left running: {', '.join(left)}", pytrace=False)


@pytest.fixture
async def leaves_its_loop_empty() -> AsyncIterator[None]:
    """Fail an asynchronous test that leaves a task or a timer on its event loop."""
    loop = asyncio.get_running_loop()
    tasks, timers, clients = asyncio.all_tasks(loop), set(_timers(loop)), _http_clients(loop)
    yield
    here = asyncio.current_task()

    def what_is_left() -> list[str]:
        left = [
            f"task {task.get_name()}: {task.get_coro()}" for task in asyncio.all_tasks(loop) - tasks if task is not here
        ]
        return left + [f"timer {timer}" for timer in _timers(loop) if timer not in timers]

    for _ in range(20):  # what was cancelled, or has nothing left to wait for, gets its turns
        await asyncio.sleep(0)
    if _http_clients(loop) - clients:
        # httpcore forgets to close a connection whose TLS handshake is cancelled: here it is closed at once, before it
        # keeps a server waiting, or is found by chance while another test runs.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := what_is_left()) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)  # a server may be at a handshake of somebody who has just hung up
    if left:
        pytest.fail(f"left on the event loop: {', '.join(left)}", pytrace=False)


def _running(threads: set[threading.Thread], children: set[psutil.Process]) -> list[str]:
    """The threads and child processes that were not there before."""
    left = [
        f"thread {thread.name}" for thread in threading.enumerate() if thread not in threads and not _is_kept(thread)
    ]
    for child in set(_children()) - children:
        try:
            words = " ".join(child.cmdline()) or child.name()
        except psutil.NoSuchProcess:
            continue
        if not any(word in words for word in KEPT_PROCESSES):
            left.append(f"process {child.pid} {words[:120]}")
    return left


def _is_kept(thread: threading.Thread) -> bool:
    return thread.name.startswith(KEPT_THREADS)


def _children() -> list[psutil.Process]:
    """All descendants. Linux names them at once; psutil would read the table of all processes, twice in every test."""
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        return psutil.Process().children(recursive=True)
    found, parents = list[psutil.Process](), [os.getpid()]
    while parents:
        for child in _begun_by(parents.pop()):
            parents.append(child)
            with suppress(psutil.NoSuchProcess):
                found.append(psutil.Process(child))
    return found


def _begun_by(process: int) -> list[int]:
    """Children of all threads of a process; none once it is gone."""
    children = list[int]()
    with suppress(OSError):  # it may end between any two steps
        for thread in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 Path.glob looks twice, and fails between
            with suppress(OSError):
                children += map(int, Path(f"/proc/{process}/task/{thread}/children").read_text().split())
    return children


def _timers(loop: asyncio.AbstractEventLoop) -> list[asyncio.TimerHandle]:
    """Timers that are still to ring; asyncio has no public way to ask."""
    return [timer for timer in getattr(loop, "_scheduled", []) if not timer.cancelled()]


def _http_clients(loop: asyncio.AbstractEventLoop) -> set[int]:
    """Connections that anyio opened, as httpx does, and nobody closed; asyncio has no public way to ask."""
    open_ones = [one for one in getattr(loop, "_transports", {}).values() if not one.is_closing()]
    return {id(one) for one in open_ones if type(one.get_protocol()).__module__.startswith("anyio.")}
