"""Where a camera's pictures come from, and whether this gateway may go there.

An address is typed by a person or sent by head office, so it is a way into the shop's network: scheme, port
and network are on an allow-list, a name is resolved once and the answer is pinned, and what is shown to
people or written to a log never holds the password.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import unquote, urlsplit, urlunsplit

from drivers.camera.options import CameraOptions, Network

MAX_ADDRESS = 2048
DEFAULT_PORTS = {"rtsp": 554, "http": 80}
METADATA: tuple[Network, ...] = (IPv6Network("fd00:ec2::/32"),)
"""Cloud metadata services that hide in a private range; 169.254.169.254 is link-local and refused as such."""

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]


class BadAddressError(ValueError):
    """This address may not or cannot be used. The text is fit for a person and holds no password."""


class NameNotFoundError(Exception):
    """The host's name has no address now; it may have one later."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """A video file on this machine."""

    path: str


@dataclass(frozen=True, slots=True)
class UsbSource:
    """The n-th camera of this machine, from 0."""

    index: int


@dataclass(frozen=True, slots=True)
class NetSource:
    """A stream. `host` is a name until `pin` has put an IP address there."""

    scheme: str
    host: str
    port: int
    tail: str
    """Path and query, from the slash on."""
    user: str = ""
    password: str = ""
    userinfo: str = ""
    """User and password as the address spelled them, percent-encoded."""

    @property
    def netloc(self) -> str:
        """Host and port as a URL spells them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def safe(self) -> str:
        """The address as people and logs may see it: no password, no query (which may hold one)."""
        return f"{self.scheme}://{self.netloc}{self.tail.split('?')[0]}"

    @property
    def secret_url(self) -> str:
        """The whole address, password and all. For the library that opens it, and nobody else."""
        return f"{self.scheme}://{self.userinfo + '@' if self.userinfo else ''}{self.netloc}{self.tail}"


Source = FileSource | UsbSource | NetSource


def parse_address(address: str) -> Source:
    """Read `usb:0`, `rtsp://…`, `http://…`, a path or `file://` and a path. Raises BadAddressError."""
    if not address or len(address) > MAX_ADDRESS:
        raise BadAddressError(f"a camera's address has 1 to {MAX_ADDRESS} characters")
    if any(ord(char) < 32 or ord(char) == 127 for char in address):
        raise BadAddressError("a camera's address holds no control characters")
    if address.startswith("usb:"):
        index = address[4:]
        if not (index.isascii() and index.isdigit() and len(index) <= 2):
            raise BadAddressError("a USB camera is written usb:0, usb:1 …")
        return UsbSource(int(index))
    if "://" in address and not address.startswith("file://"):
        return _parse_url(address)
    return FileSource(address.removeprefix("file://"))


def _parse_url(address: str) -> NetSource:
    scheme = address.split("://", 1)[0].lower()
    if scheme not in DEFAULT_PORTS:
        raise BadAddressError(f"cameras are reached by {' or '.join(sorted(DEFAULT_PORTS))}, not by {scheme[:20]!r}")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        # The library's text quotes the address, password and all.
        raise BadAddressError("the host or port of the address cannot be read") from None
    if not host or any(char.isspace() or char in "\\%" for char in host):
        raise BadAddressError("the address names no host that could be a camera")
    if any(char.isspace() or char == "\\" for char in parts.netloc + parts.path + parts.query):
        raise BadAddressError("the address holds a space or a backslash; write them percent-encoded")
    tail = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    if not tail.startswith("/") or tail.startswith("//"):
        raise BadAddressError("the path of the address begins with one slash")
    return NetSource(
        scheme=scheme,
        host=host,
        port=port if port is not None else DEFAULT_PORTS[scheme],
        tail=tail,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        userinfo=parts.netloc.rpartition("@")[0],
    )


def check_ip(text: str, options: CameraOptions) -> Address:
    """The address, if the options let a camera be there. Raises BadAddressError."""
    found: Address = ip_address(text.split("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if _inside(found, options.allow_special):
        return found
    special = (
        found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified or found.is_reserved
    )
    if special or _inside(found, METADATA):
        raise BadAddressError(f"{found} is an address of the machine itself or of its host; no camera is there")
    if not _inside(found, options.networks):
        raise BadAddressError(f"{found} is outside the networks that cameras are allowed in")
    return found


def _inside(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def pin(source: NetSource, options: CameraOptions, resolve: Resolver | None = None) -> NetSource:
    """Resolve the host once, check every answer, and put the first in the host's place.

    One bad answer spoils the name: one that points into the shop and to loopback is an attack or a mistake.
    Raises BadAddressError, or NameNotFoundError.
    """
    if source.port not in options.ports:
        raise BadAddressError(f"port {source.port} is not one that cameras are allowed on")
    try:
        answers = [str(ip_address(source.host))]
    except ValueError:
        answers = list((resolve or system_resolve)(source.host, source.port))
    if not answers:
        raise NameNotFoundError(f"no address is known for the name {source.host!r}")
    allowed = [check_ip(answer, options) for answer in answers]
    return replace(source, host=str(allowed[0]))


def system_resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver. Raises NameNotFoundError."""
    try:
        return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise NameNotFoundError(f"no address is known for the name {host!r}") from error
