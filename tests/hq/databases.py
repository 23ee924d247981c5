"""A PostgreSQL server for the tests, where one is installed: from its own folder, on a socket that no network has."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

START_S = 30


@contextmanager
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes empty databases and gives their URLs; skips the test with the reason where there is no server to start."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    if find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed (extra `postgres`)")
    with tempfile.TemporaryDirectory(prefix="aisle-pg-") as name:
        folder = Path(name)
        user = _somebody(folder)  # the server refuses to run as root
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "aisle", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
            check=True, capture_output=True, user=user, cwd=folder,
        )  # fmt: skip
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, cwd=folder,
        )  # fmt: skip
        try:
            _wait(programs, folder)
            numbers = itertools.count(1)

            def make() -> str:
                name = f"hq{next(numbers)}"
                subprocess.run([programs / "createdb", "-h", folder, "-U", "aisle", name], check=True)
                return f"postgresql://aisle@/{name}?host={folder}"

            yield make
        finally:
            server.terminate()
            server.wait(timeout=START_S)


def _programs() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))  # where Debian keeps them, beside the path
    return kept[-1].parent if kept else None


def _somebody(folder: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return "nobody"


def _wait(programs: Path, folder: Path) -> None:
    ends = time.monotonic() + START_S
    while subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode:
        if time.monotonic() > ends:
            raise TimeoutError("PostgreSQL does not answer")
        time.sleep(0.05)
