"""What the vision's processes have in common: where they talk, and how they end."""

import os
import resource
import threading
from collections.abc import Callable

import cv2

from edge.vision.wire import Told, write_line

NICE = 10

Send = Callable[[Told], None]


def settle() -> None:
    """Give way to everything else on the box; one thread; and no picture on a disk, whatever a library or a crash does:
    no file can be made to grow from here, and no core is dumped.
    """
    os.nice(NICE)
    cv2.setNumThreads(1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def private_output() -> Send:
    """Keep standard output for facts: what a library prints goes to standard error instead."""
    facts = os.dup(1)
    os.dup2(2, 1)
    turn = threading.Lock()  # a thread of its own may tell, too: its line must not be torn by another

    def send(told: Told) -> None:
        line = write_line(told)
        with turn:
            while line:
                line = line[os.write(facts, line) :]

    return send
