"""Photographs by the hundred: what is readable, what is read, and whether anything is ever read wrongly.

**Readable** means that the shortest side of the code has at least two pixels per module in the photograph, with blur up
to 0.45 of a module (standard deviation), noise up to 10 grey levels, contrast from two fifths of the full, a lamp's
reflection of up to 90 grey levels, light that falls off across the picture, and JPEG of quality 60 or better. On a
296 × 128 label (code of 29 modules, two panel pixels each, 13 mm) two pixels per module are 4.5 pixels per millimetre:
a telephone of 12 megapixels has that over a shelf 90 cm wide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from drivers.base import Panel, PanelImage
from edge.labels import digital_link, draw, qr
from edge.readback import find_labels, in_grey
from tests.console.floor import gtin
from tests.labels.samples import BWR, BWRY, SIZES, label
from tests.readback.photo import Conditions, photograph

DOMAIN = "labels.shop.example"
READABLE_PX = 2.0
NAMES = ("SOL", "MLIJEKO TRAJNO 2,8% M.M. 1L", "AJVAR BLAGI 350G", "EKSTRA DJEVIČANSKO MASLINOVO ULJE 0.25L")


@dataclass(frozen=True, slots=True)
class Trial:
    """One row of the table: conditions, and how far they may vary at random."""

    name: str
    module_px: tuple[float, float]
    tilt: tuple[float, float] = (0, 20)
    blur: tuple[float, float] = (0.1, 0.45)
    noise: tuple[float, float] = (1, 10)
    glare: tuple[float, float] = (0, 90)
    jpeg: tuple[int, int] = (60, 95)
    contrast: tuple[float, float] = (0.7, 1.0)
    beyond: bool = False
    """Worse than what counts as readable: measured to know, and to see that nothing is read wrongly."""


TRIALS = (
    Trial("near, 6 to 12 px a module", (6, 12)),
    Trial("arm's length, 3 to 6 px", (3, 6)),
    Trial("small, 2.2 to 3 px", (2.2, 3)),
    Trial("askew, 25° to 40°", (3.2, 6), tilt=(25, 40)),
    Trial("dim and noisy", (2.8, 5), noise=(6, 10), contrast=(0.4, 0.55)),
    Trial("under a lamp", (2.8, 5), glare=(120, 200), beyond=True),
    Trial("strong JPEG, quality 35 to 50", (3, 5), jpeg=(35, 50), beyond=True),
    Trial("out of focus, 0.6 to 0.8 module", (3, 6), blur=(0.6, 0.8), beyond=True),
    Trial("too small, 1.3 to 1.8 px", (1.3, 1.8), beyond=True),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a trial. `readable`: photographs with at least two pixels a module; `wrong`: misreads of any."""

    shot: int
    read: int
    readable: int
    read_of_readable: int
    wrong: int

    def with_(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            self.shot + other.shot,
            self.read + other.read,
            self.readable + other.readable,
            self.read_of_readable + other.read_of_readable,
            self.wrong + other.wrong,
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """A drawn label and what its code says."""

    image: PanelImage
    item: str
    version: int
    tag: str
    modules: int
    module: int

    @property
    def shot(self) -> tuple[PanelImage, int, int]:
        """As `photograph` takes it."""
        return self.image, self.modules, self.module


def subject(number: int, size: tuple[int, int], version: int | None = None) -> Subject:
    """The label with this number, on a panel of this size."""
    item = gtin(number + 1)
    given = 1000 + number if version is None else version
    tag = digital_link.tag_of(f"shelf-{number}")
    content = label(
        NAMES[number % len(NAMES)], 119 + number % 900, item=item, version=given, tag=tag, domain=DOMAIN,
        was_minor=1599 if number % 5 == 0 else None,
    )  # fmt: skip
    modules = len(qr.modules(digital_link.make(DOMAIN, item, given, tag)))
    panel = Panel(*size, BWRY if number % 3 == 0 else BWR)
    return Subject(draw(content, panel), item, given, tag, modules, qr.module_size(modules, *size))


def conditions(trial: Trial, chance: np.random.Generator) -> Conditions:
    """One photograph's conditions within the trial's ranges."""
    low, high = trial.jpeg
    return Conditions(
        module_px=chance.uniform(*trial.module_px),
        tilt=chance.uniform(*trial.tilt),
        roll=chance.uniform(-20, 20),
        blur=chance.uniform(*trial.blur),
        noise=chance.uniform(*trial.noise),
        glare=chance.uniform(*trial.glare),
        jpeg=int(chance.integers(low, high + 1)),
        contrast=chance.uniform(*trial.contrast),
        bright=chance.uniform(-15, 15),
    )


def run(trial: Trial, count: int, seed: int = 1, sizes: Sequence[tuple[int, int]] = tuple(SIZES)) -> Tally:
    """`count` photographs of one label each, over all panel sizes in turn."""
    total = Tally(0, 0, 0, 0, 0)
    for readable, read, wrong in _shots(trial, count, seed, sizes):
        total = total.with_(Tally(1, int(read), int(readable), int(readable and read), wrong))
    return total


def _shots(trial: Trial, count: int, seed: int, sizes: Sequence[tuple[int, int]]) -> Iterator[tuple[bool, bool, int]]:
    chance = np.random.default_rng(seed)
    for number in range(count):
        one = subject(number, sizes[number % len(sizes)])
        how = conditions(trial, chance)
        picture, truths = photograph([one.shot], how, int(chance.integers(2**31)))
        look = find_labels(in_grey(picture), DOMAIN)
        said = [(reading.item, reading.version, reading.tag) for reading in look.readings]
        right = (one.item, one.version, one.tag)
        readable = truths[0].module_px(one.modules) >= READABLE_PX
        yield readable, right in said, sum(what != right for what in said)
