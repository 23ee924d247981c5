"""What a BTHome v2 advert says. Every byte comes from the air and may be hostile: nothing here raises on any of them.

The format (bthome.io/format): service data of UUID 0xFCD2 begins with one byte of information (bit 0: encrypted, bit
2: sent on an event only, bits 5 to 7: the version, 2). Then come objects, each an id and a little-endian value whose
length the id tells. An id that is not known ends the reading, because the length of what follows it is not known.
Encrypted adverts (bthome.io/encryption): ciphertext, a counter of 4 bytes, and 4 bytes of integrity check, AES-CCM.
"""

from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from drivers.base import Measure

SERVICE = "0000fcd2-0000-1000-8000-00805f9b34fb"
UUID = bytes.fromhex("d2fc")
"""As it stands in the advert, and in the nonce of an encrypted one."""
VERSION = 2
MOST_BYTES = 255
MOST_OBJECTS = 64
_COUNTER, _CHECK = 4, 4


class Trouble(StrEnum):
    """Why nothing of an advert was used."""

    SHORT = "the advert is empty or cut short"
    VERSION = "the advert is of another version of BTHome"
    NO_KEY = "the sensor encrypts what it says, and the configuration has no key for it"
    WRONG_KEY = "the advert does not fit the sensor's key"
    PLAIN = "the sensor has a key, but this advert is not encrypted"


@dataclass(frozen=True, slots=True)
class Advert:
    """What was said, in the order of the advert. `counter`: of an encrypted advert."""

    measures: tuple[Measure, ...]
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class _Kind:
    """An object: how many bytes, signed or not, and what one unit is. No name: read over, but not used."""

    size: int
    name: str = ""
    unit: str = ""
    signed: bool = False
    times: int = 1
    """One unit of the object in units of the measure."""


KINDS: dict[int, _Kind] = {
    0x00: _Kind(1), 0x01: _Kind(1, "battery", "%"), 0x02: _Kind(2, "temperature", "c°C", signed=True),
    0x03: _Kind(2, "humidity", "c%"), 0x04: _Kind(3), 0x05: _Kind(3), 0x06: _Kind(2), 0x07: _Kind(2),
    0x08: _Kind(2, "dew-point", "c°C", signed=True), 0x09: _Kind(1), 0x0A: _Kind(3), 0x0B: _Kind(3),
    0x0C: _Kind(2, "voltage", "mV"), 0x0D: _Kind(2), 0x0E: _Kind(2), 0x10: _Kind(1), 0x11: _Kind(1, "opening"),
    0x12: _Kind(2), 0x13: _Kind(2), 0x14: _Kind(2), 0x15: _Kind(1, "battery-low"), 0x1A: _Kind(1, "door"),
    0x2E: _Kind(1, "humidity", "c%", times=100), 0x2F: _Kind(1), 0x3A: _Kind(1), 0x3C: _Kind(2), 0x3D: _Kind(2),
    0x3E: _Kind(4), 0x3F: _Kind(2), 0x40: _Kind(2), 0x41: _Kind(2), 0x42: _Kind(3), 0x43: _Kind(2), 0x44: _Kind(2),
    0x45: _Kind(2, "temperature", "c°C", signed=True, times=10), 0x46: _Kind(1), 0x47: _Kind(2), 0x48: _Kind(2),
    0x49: _Kind(2), 0x4A: _Kind(2, "voltage", "mV", times=100), 0x4B: _Kind(3), 0x4C: _Kind(4), 0x4D: _Kind(4),
    0x4E: _Kind(4), 0x4F: _Kind(4), 0x50: _Kind(4), 0x51: _Kind(2), 0x52: _Kind(2), 0x55: _Kind(4), 0x56: _Kind(2),
    0x57: _Kind(1, "temperature", "c°C", signed=True, times=100),
    0x58: _Kind(1, "temperature", "c°C", signed=True, times=35), 0x59: _Kind(1), 0x5A: _Kind(2), 0x5B: _Kind(4),
    0x5C: _Kind(4), 0x5D: _Kind(2), 0x5E: _Kind(2), 0x5F: _Kind(2), 0x60: _Kind(1), 0xF0: _Kind(2), 0xF1: _Kind(4),
    0xF2: _Kind(3),
}  # fmt: skip
"""Object ids. 0x0F and 0x16 to 0x2D, which are not named here, are one byte of yes or no each."""
_FLAG = _Kind(1)
_FLAGS = frozenset({0x0F, *range(0x16, 0x2E)})
_TEXTS = frozenset({0x53, 0x54})
"""Text and raw bytes: a length of one byte, then so many bytes."""


def read_advert(said: bytes, address: str, key: bytes | None) -> Advert | Trouble:
    """Read service data. `address`: of the sensor ("5C:2D:..."), which is part of the nonce; `key`: 16 bytes."""
    said = said[:MOST_BYTES]
    if not said:
        return Trouble.SHORT
    if said[0] >> 5 != VERSION:
        return Trouble.VERSION
    if not said[0] & 1:
        return Trouble.PLAIN if key is not None else Advert(_objects(said[1:]))
    if key is None:
        return Trouble.NO_KEY
    if len(said) <= 1 + _COUNTER + _CHECK:
        return Trouble.SHORT
    text, counter, check = said[1 : -_COUNTER - _CHECK], said[-_COUNTER - _CHECK : -_CHECK], said[-_CHECK:]
    nonce = bytes.fromhex(address.replace(":", "")) + UUID + said[:1] + counter
    try:
        plain = AESCCM(key, tag_length=_CHECK).decrypt(nonce, text + check, None)
    except InvalidTag:
        return Trouble.WRONG_KEY
    return Advert(_objects(plain), int.from_bytes(counter, "little"))


def _objects(said: bytes) -> tuple[Measure, ...]:
    """The objects that are understood, up to the first that is not. The second of a name is name.2, and so on."""
    found: list[Measure] = []
    times: dict[str, int] = {}
    at = 0
    while at < len(said) and len(found) < MOST_OBJECTS:
        number = said[at]
        if number in _TEXTS:
            at += 2 + (said[at + 1] if at + 1 < len(said) else 0)
            continue
        kind = KINDS.get(number, _FLAG if number in _FLAGS else None)
        if kind is None or at + 1 + kind.size > len(said):
            break
        if kind.name:
            value = int.from_bytes(said[at + 1 : at + 1 + kind.size], "little", signed=kind.signed) * kind.times
            times[kind.name] = times.get(kind.name, 0) + 1
            name = kind.name if times[kind.name] == 1 else f"{kind.name}.{times[kind.name]}"
            found.append(Measure(name, value, kind.unit))
        at += 1 + kind.size
    return tuple(found)
