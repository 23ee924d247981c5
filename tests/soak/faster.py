"""Time that runs faster for a program and for all that it starts, so that a day fits into two hours.

To them the machine is so much slower: clocks of processor time run faster as well. Needs a C compiler. (`libfaketime`
0.9.10 does not know the call that locks of Python 3.11 wait with, so they wait for ever.)
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

SOURCE = Path(__file__).with_name("faster.c")
SAID = "AISLE_FASTER"


def at_speed(speed: float, begins: datetime, folder: Path) -> Mapping[str, str]:
    """What has to be in the environment of a program for which time runs `speed` times faster, and begins then.

    The preloaded library is made in `folder`, which has to stay as long as anything starts. Raises FileNotFoundError
    where there is no compiler, and subprocess.CalledProcessError where it fails.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("there is no C compiler here (cc): install one, such as Debian's gcc and libc6-dev")
    library = folder / "faster.so"
    subprocess.run(
        [compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE], check=True
    )
    shown = round(begins.timestamp() * 1e9)
    clocks = f"{speed} {time.monotonic_ns()} {time.time_ns()} {shown}"
    return {**os.environ, SAID: clocks, "LD_PRELOAD": str(library)}


def again_at(speed: float, begins: datetime) -> int:
    """Run this very program once more, faster; its exit code. Raises what `at_speed` does."""
    with tempfile.TemporaryDirectory(prefix="faster-") as folder:
        environment = at_speed(speed, begins, Path(folder))
        return subprocess.run([sys.executable, *sys.orig_argv[1:]], env=environment, check=False).returncode


def is_faster() -> bool:
    """Whether time runs faster here."""
    return SAID in os.environ
