"""Where to listen: `HOST:PORT` from the command line, bound sockets, and the real ports for whoever asks."""

import contextlib
import ipaddress
import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A host and a port to listen on; port 0 takes any free one."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine can call it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_place(text: str) -> Place:
    """Read `HOST:PORT`, `[v6]:PORT` or `:PORT` (loopback). Raises ValueError."""
    host, sign, port = text.rpartition(":")
    if not sign or not port.isdigit() or not port.isascii() or int(port) > 65535:
        raise ValueError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:8600")
    return Place(host.strip("[]") or "127.0.0.1", int(port))


def bind(place: Place) -> socket.socket:
    """A listening socket. Raises RuntimeError with what to do."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((place.host, place.port))
        made.listen(128)
    except OSError as error:
        made.close()
        raise RuntimeError(
            f"cannot listen on {place.host}:{place.port}: {error.strerror}; choose another address or port"
        ) from error
    return made


def url_of(scheme: str, place: Place, bound: socket.socket) -> str:
    """The address to call a bound socket by."""
    host = place.host if place.host not in ("0.0.0.0", "::") else socket.gethostname()  # noqa: S104 - compared only
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"


def write_ports(path: Path, facts: dict[str, object]) -> None:
    """Save the real ports, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def forget_ports(path: Path) -> None:
    """Remove the file, unless another process has written its own meanwhile."""
    with contextlib.suppress(OSError, ValueError):
        if json.loads(path.read_text(encoding="utf-8")).get("pid") == os.getpid():
            path.unlink()
