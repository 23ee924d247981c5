"""The address in a label's code: a GS1 Digital Link of the item that also carries the price version.

`HTTPS://<DOMAIN>/01/<GTIN-14>?V=<version>`: GS1 leaves every query key that is not all digits to the owner of the
link, so V is valid and other readers pass over it. Scheme, host and key are upper case, which URI rules allow and QR's
alphanumeric mode packs a third smaller: the modules get larger on the same label.
"""

import re

from cloud_sync.contract.item import gtin14

MAX_VERSION = 2**53
"""Versions are change sequences of head office, which end here."""
_HOST = re.compile(
    r"(?=.{1,100}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?"
)
_LINK = re.compile(
    r"https://[a-z0-9.:-]{1,100}/01/(?P<item>[0-9]{14})\?v=(?P<version>[1-9][0-9]{0,15}|0)", re.IGNORECASE | re.ASCII
)


def make(domain: str, item: str, version: int) -> str:
    """The link of one price version. Raises ValueError for a domain, GTIN-14 or version that cannot be one."""
    if not _HOST.fullmatch(domain):
        raise ValueError(f"{domain!r} is not a host name for links; a name such as id.shop.example is")
    if not 0 <= version <= MAX_VERSION:
        raise ValueError(f"{version} is not a price version")
    return f"HTTPS://{domain.upper()}/01/{_checked(item)}?V={version}"


def parse(url: str) -> tuple[str, int]:
    """(GTIN-14, price version) of a link that `make` made, in any letter case. Raises ValueError for all else."""
    found = _LINK.fullmatch(url)
    if found is None:
        raise ValueError("not the link of a shelf label")
    version = int(found["version"])
    if version > MAX_VERSION:
        raise ValueError(f"{version} is not a price version")
    return _checked(found["item"]), version


def _checked(item: str) -> str:
    if len(item) != 14:
        raise ValueError(f"{item!r} is not a GTIN-14")
    return gtin14(item)
