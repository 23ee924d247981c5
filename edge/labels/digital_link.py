"""The address in a label's code: a GS1 Digital Link of the item that also carries the price version.

`HTTPS://<DOMAIN>/01/<GTIN-14>?V=<version>.<tag>`: GS1 leaves every query key that is not all digits to the owner of
the link, so V is valid and other readers pass over it. Scheme, host and key are upper case, which URI rules allow and
QR's alphanumeric mode packs a third smaller: the modules get larger on the same label.

The tag is four characters made of the label's device id, so that a picture of several labels of one item tells which
of them shows what. It belongs to the label, not to the item or the version: an image that is sent again has the same
pixels. Two labels of a shop may share a tag; whoever reads one has to look whether it is anybody's alone.
"""

import hashlib
import re
from dataclasses import dataclass

from cloud_sync.contract.item import gtin14

MAX_VERSION = 2**53
"""Versions are change sequences of head office, which end here."""
_HOST = re.compile(
    r"(?=.{1,100}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?"
)
_LINK = re.compile(
    r"https://(?P<host>[a-z0-9.:-]{1,100})/01/(?P<item>[0-9]{14})"
    r"\?v=(?P<version>[1-9][0-9]{0,15}|0)(\.(?P<tag>[0-9a-z]{4}))?",
    re.IGNORECASE | re.ASCII,
)
_TAG = re.compile(r"([0-9A-Z]{4})?")
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says: GTIN-14, price version, and the tag of the label ("" where the link has none)."""

    item: str
    version: int
    tag: str


def tag_of(device: str) -> str:
    """The tag of a label: four letters or digits that follow from its device id."""
    number = int.from_bytes(hashlib.sha256(device.encode()).digest()[:8], "big")
    return "".join(_LETTERS[number // 36**place % 36] for place in range(4))


def make(domain: str, item: str, version: int, tag: str = "") -> str:
    """The link of one price version on one label. Raises ValueError for a part that cannot be one."""
    if not _HOST.fullmatch(domain):
        raise ValueError(f"{domain!r} is not a host name for links; a name such as id.shop.example is")
    if not 0 <= version <= MAX_VERSION:
        raise ValueError(f"{version} is not a price version")
    if not _TAG.fullmatch(tag):
        raise ValueError(f"{tag!r} is not the tag of a label")
    return f"HTTPS://{domain.upper()}/01/{_checked(item)}?V={version}{'.' if tag else ''}{tag}"


def parse(url: str) -> tuple[str, int]:
    """(GTIN-14, price version) of a link that `make` made, in any letter case. Raises ValueError for all else."""
    link = _link(_match(url))
    return link.item, link.version


def of_shop(url: str, domain: str) -> Link | None:
    """What a link of the shop with this domain says; None for anything else, a wrong check digit included."""
    try:
        found = _match(url)
        return _link(found) if found["host"].lower() == domain.lower() else None
    except ValueError:
        return None


def _match(url: str) -> re.Match[str]:
    found = _LINK.fullmatch(url)
    if found is None:
        raise ValueError("not the link of a shelf label")
    return found


def _link(found: re.Match[str]) -> Link:
    version = int(found["version"])
    if version > MAX_VERSION:
        raise ValueError(f"{version} is not a price version")
    return Link(_checked(found["item"]), version, (found["tag"] or "").upper())


def _checked(item: str) -> str:
    if len(item) != 14:
        raise ValueError(f"{item!r} is not a GTIN-14")
    return gtin14(item)
