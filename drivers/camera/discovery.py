"""Finds ONVIF cameras on the shop's network: WS-Discovery 1.0 (April 2005), one probe and whoever answers it.

A probe goes out by multicast (239.255.255.250:3702); every camera answers to where it came from, naming addresses of
its device service. Answers are hostile words: small, few, read without entities, and believed only of the machine
that sent them, and only inside the networks that cameras are allowed in.
"""

import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree import ElementTree

from drivers.camera.address import BadAddressError, NameNotFoundError, NetSource, parse_address, pin
from drivers.camera.options import CameraOptions

GROUP = ("239.255.255.250", 3702)
MAX_ANSWER = 16 << 10
"""Bytes; one UDP datagram of a camera has some 2 KB."""
MOST_ANSWERS = 500
MOST_ADDRESSES = 8
"""Of one camera."""
MAX_WORD = 60
"""Characters of what a camera says about itself."""
PROBES = 2
"""UDP loses some."""
DISCOVERY = "{http://schemas.xmlsoap.org/ws/2005/04/discovery}"
SCOPE = "onvif://www.onvif.org/"
PROBE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:n="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
    "<a:MessageID>urn:uuid:{id}</a:MessageID>"
    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
    "<s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
)


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A camera that answered. Its words are as it said them, cut; escape them at the screen."""

    address: str
    """Of its device service, with the IP address that answered."""
    name: str = ""
    hardware: str = ""
    place: str = ""


def find_cameras(options: CameraOptions, seconds: float = 3.0, to: tuple[str, int] = GROUP) -> list[FoundCamera]:
    """Ask, and listen for so long. Raises OSError where there is no network to ask on."""
    found: dict[str, FoundCamera] = {}
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)  # this network and no further
        probe = PROBE.format(id=uuid.uuid4()).encode()
        for _ in range(PROBES):
            asking.sendto(probe, to)
        for answer, sender in _answers(asking, time.monotonic() + seconds):
            camera = read_answer(answer, sender, options)
            if camera is not None:
                found.setdefault(camera.address, camera)
    return sorted(found.values(), key=lambda camera: camera.address)


def _answers(asking: socket.socket, ends: float) -> Iterator[tuple[bytes, str]]:
    for _ in range(MOST_ANSWERS):
        left = ends - time.monotonic()
        if left <= 0:
            return
        asking.settimeout(left)
        try:
            answer, (sender, _port) = asking.recvfrom(MAX_ANSWER)
        except TimeoutError:
            return
        yield answer, sender


def read_answer(answer: bytes, sender: str, options: CameraOptions) -> FoundCamera | None:
    """The camera that an answer tells of; None for what is none, or points away from who sent it."""
    if b"<!" in answer:  # a declaration of a type or an entity; no camera needs one
        return None
    try:
        match = ElementTree.fromstring(answer).find(f".//{DISCOVERY}ProbeMatch")  # noqa: S314  # no entities, see above
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    if match is None:
        return None
    scopes = _scopes(match.findtext(f"{DISCOVERY}Scopes") or "")
    for text in (match.findtext(f"{DISCOVERY}XAddrs") or "").split()[:MOST_ADDRESSES]:
        try:
            source = parse_address(text)
            if isinstance(source, NetSource) and source.scheme == "http" and pin(source, options).host == sender:
                words = (scopes.get(word, "") for word in ("name", "hardware", "location"))
                return FoundCamera(source.safe, *words)
        except (BadAddressError, NameNotFoundError):
            continue
    return None


def _scopes(text: str) -> dict[str, str]:
    """`onvif://www.onvif.org/name/Dome%201 …` → {"name": "Dome 1", …}; the first of a kind counts."""
    words: dict[str, str] = {}
    for scope in text.split()[:100]:
        kind, _, word = scope.removeprefix(SCOPE).partition("/")
        if scope.startswith(SCOPE) and word:
            printable = "".join(char for char in unquote(word) if char.isprintable())
            words.setdefault(kind, printable.replace("/", " ")[:MAX_WORD].strip())
    return words
