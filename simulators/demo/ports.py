"""Ports that nobody has."""

import random
import socket

PORTS = range(20_000, 30_000)
"""Where free ports are looked for: below the range from which the system gives ports to outgoing connections, so
that nobody takes the port of a process that is down for a moment."""


def free_port() -> int:
    """Any that nobody has now."""
    while True:
        port = random.choice(PORTS)  # noqa: S311  no secret
        if _is_free(port):
            return port


def usual_port(wanted: int, usual: bool) -> int:
    """The wanted port if nobody has it, else any free one."""
    return wanted if usual and _is_free(wanted) else free_port()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
