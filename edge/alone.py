"""One process at a time on a data folder."""

import fcntl
from pathlib import Path
from typing import TextIO


class AlreadyRunning(Exception):
    """A gateway uses this data folder."""


def only_one(data: Path) -> TextIO:
    """A lock on the folder that ends with the block, or with the process, however that ends. Raises AlreadyRunning."""
    handle = (data / "lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise AlreadyRunning(f"a gateway runs on {data}; stop it first, or name another data folder") from error
    return handle
