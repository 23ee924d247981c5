"""What the ledger can say of a device at a time: candidates with their evidence, never a false point."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Proof(StrEnum):
    """Kinds of evidence, the weakest first. Only the last shows that ink moved; the others are words."""

    SENT = "sent"
    """From this row on the device may present it."""
    SENDING = "sending"
    """The picture's bytes left the gateway."""
    REPORTED = "reported"
    """The device itself said that it presents it."""
    READ = "read"
    """A camera or a phone read the label's code."""


RESTORED = "gateway.restored"
"""Kind of the row with which a gateway goes on from a backup. As a device's row its time is that of the copy's end."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger. `at` is the gateway's clock, UTC epoch milliseconds; `hash` is in hexadecimal."""

    seq: int
    at: int
    kind: str
    subject: str
    body: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Step:
    """The gateway's clock was found to have gone back just before row `seq`.

    It had run on to `before` at the most, was set back, and then showed `after`; `quiet` milliseconds at the most had
    passed since the row before.
    """

    seq: int
    before: int
    after: int
    quiet: int


@dataclass(frozen=True, slots=True)
class Clock:
    """How the gateway's clock went: when the ledger began (None: unknown), and each time it was set back."""

    begin: int | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A ledger row that speaks for a candidate. `pixels`: SHA-256 of the picture; `source`: who read it."""

    proof: Proof
    seq: int
    at: int
    hash: str
    pixels: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """A price version that a device may present. `minor` is None when the ledger does not name the price."""

    item: str
    version: int
    minor: int | None
    evidence: tuple[Evidence, ...] = ()
    member: int | None = None
    """What it promises members, where that is another price."""

    def price(self, *, member: bool) -> int | None:
        """The price that it promises to all, or to members."""
        return self.member if member and self.member is not None else self.minor

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from other candidates."""
        return self.item, self.version

    @property
    def pixels(self) -> str:
        """SHA-256 of the picture, as last recorded; "" when none was."""
        return next((one.pixels for one in reversed(self.evidence) if one.pixels), "")

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """The kinds of evidence there are, the weakest first."""
        found = {one.proof for one in self.evidence}
        return tuple(proof for proof in Proof if proof in found)


@dataclass(frozen=True, slots=True)
class Cover:
    """A person's word that nobody can read the label: who gave it, and when (gateway's clock, row of the ledger)."""

    by: str
    at: int
    seq: int


@dataclass(frozen=True, slots=True)
class Look:
    """What a device may present, all of it.

    `unknown`: besides the faces, a label may show something that is not on record, a till may hold no price at all.
    `away`: a person vouched that the device is out of the shop. `lost`: the ledger of this time was lost with a disk,
    and the shop went on from a backup. `covered`: whatever it shows, a person vouched that nobody can read it.
    """

    faces: tuple[Face, ...] = ()
    unknown: bool = True
    away: bool = False
    bound: str = ""
    lost: bool = False
    covered: Cover | None = None

    @property
    def keys(self) -> tuple[object, ...]:
        """What makes two looks the same, evidence apart."""
        return (*sorted(face.key for face in self.faces), self.unknown, self.away, self.lost, self.covered)

    @property
    def certain(self) -> bool:
        """Whether it presents one thing, or is surely away."""
        return not self.unknown and (len(self.faces) == 1 or (self.away and not self.faces))
