"""What an operator may set for cameras. An unknown key is an error that names the key."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Network = IPv4Network | IPv6Network

PRIVATE: tuple[Network, ...] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("fc00::/7"),
)
"""Where a shop's cameras live: RFC 1918 and RFC 4193."""


class CameraOptions(BaseModel):
    """Options of one camera driver. Times are milliseconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pace: bool = True
    """Play a file in real time. Off: every frame, as fast as it is asked for (to measure a recording)."""
    loop: bool = False
    """Begin a file again when it ends."""
    file_fps: Annotated[float, Field(gt=0, le=240)] | None = None
    """Frames per second of a file whose own header is wrong."""

    networks: tuple[Network, ...] = PRIVATE
    """A network camera must have an address in one of these."""
    allow_special: tuple[Network, ...] = ()
    """Loopback, link-local and the like are refused even inside `networks`, unless named here."""
    ports: frozenset[Annotated[int, Field(ge=1, le=65535)]] = frozenset({80, 81, 554, 8000, 8080, 8081, 8554})

    open_timeout_ms: Annotated[int, Field(ge=100, le=60_000)] = 5_000
    read_timeout_ms: Annotated[int, Field(ge=100, le=60_000)] = 5_000
    """A live stream that sends nothing for so long counts as broken."""
    bridge_tries: Annotated[int, Field(ge=0, le=20)] = 4
    """How often a live stream that has worked is opened again before its loss is reported."""
    bridge_wait_ms: Annotated[int, Field(ge=0, le=60_000)] = 500
    """Wait before the first of these; doubles each time, up to 8 s."""
