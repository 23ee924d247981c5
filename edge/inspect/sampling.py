"""Which labels an inspection looks at: a stratified random sample, drawn again by its seed. Pure."""

import heapq
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

WATCHED = "*"
"""Ends the name of a stratum that is looked at more often: changed lately, or near the tills."""
BOOST = 3
"""How much more often a watched label is drawn than another."""
OTHER = "…"
"""The stratum of groups that are too small to stand alone."""
LABELS_PER_STRATUM = 3
"""Drawn labels for each stratum, on average at least: with fewer, groups are put together."""
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Unit:
    """A label of the shop with the item and price that are in force. Money in minor units.

    `group`: what it is stratified by; `watched`: it changed lately or is near the tills.
    """

    label: str
    item: str
    name: str
    place: str
    version: int
    minor: int
    currency: str
    group: str
    watched: bool = False

    @property
    def stratum(self) -> str:
        """The stratum's name."""
        return self.group + (WATCHED if self.watched else "")


@dataclass(frozen=True, slots=True)
class Stratum:
    """So many labels are in it, and so many of them are drawn."""

    name: str
    labels: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw. `units` stand in the order of the walk."""

    seed: str
    strata: tuple[Stratum, ...]
    units: tuple[Unit, ...]


def draw(frame: Sequence[Unit], size: int, seed: str) -> Sample:
    """Draw `size` labels (all when there are fewer). The same frame and seed give the same draw.

    Within a stratum every label has the same chance, by a generator of the stratum's own, and a stratum's size and
    draw are kept, so that the estimate weighs each label by how many it stands for. Raises ValueError.
    """
    if not frame:
        raise ValueError("there is no label with a price to inspect yet")
    if not 1 <= size <= MOST:
        raise ValueError(f"a sample has from 1 to {MOST} labels")
    frame = collapse(frame, max(1, size // LABELS_PER_STRATUM))
    strata: dict[str, list[Unit]] = {}
    for unit in sorted(frame, key=lambda one: one.label):
        strata.setdefault(unit.stratum, []).append(unit)
    shares = allocate({name: len(units) for name, units in strata.items()}, size)
    picked: list[Unit] = []
    for name, units in strata.items():
        picked += random.Random(f"{seed}/{name}").sample(units, shares[name])  # noqa: S311  to be drawn again
    return Sample(
        seed,
        tuple(Stratum(name, len(strata[name]), shares[name]) for name in sorted(strata)),
        tuple(sorted(picked, key=lambda one: (natural(one.place), one.label))),
    )


def collapse(frame: Sequence[Unit], most: int) -> list[Unit]:
    """The frame with its smallest groups put together, so that there are at most `most` strata."""
    kept = list(frame)
    sizes: dict[str, int] = {}
    for unit in kept:
        sizes[unit.group] = sizes.get(unit.group, 0) + 1
    for group in sorted(sizes, key=lambda one: (sizes[one], one)):
        if len({unit.stratum for unit in kept}) <= most:
            return kept
        kept = [replace(unit, group=OTHER) if unit.group == group else unit for unit in kept]
    if len({unit.stratum for unit in kept}) > most:
        kept = [replace(unit, watched=False) for unit in kept]
    return kept


def allocate(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many to draw of each stratum: two of each where there are two (to see how they differ), the rest by
    size, watched ones `BOOST` times, by the method of Sainte-Laguë. Never more than there are.
    """
    size = min(size, sum(sizes.values()))
    least = 2 if size >= sum(min(2, one) for one in sizes.values()) else 1
    shares = {name: min(least, labels) for name, labels in sizes.items()}
    if sum(shares.values()) > size:
        raise ValueError(f"{size} labels are too few for {len(sizes)} strata")

    def turn(name: str) -> tuple[float, str]:
        boost = BOOST if name.endswith(WATCHED) else 1
        return -(sizes[name] * boost) / (2 * shares[name] + 1), name

    queue = [turn(name) for name in sizes if shares[name] < sizes[name]]
    heapq.heapify(queue)
    for _ in range(size - sum(shares.values())):
        _, name = heapq.heappop(queue)
        shares[name] += 1
        if shares[name] < sizes[name]:
            heapq.heappush(queue, turn(name))
    return shares


def natural(place: str) -> tuple[tuple[int, int, str], ...]:
    """A key by which Aisle 2 comes before Aisle 10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", place.casefold())
    return tuple((0, int(part[:18]), "") if "0" <= part[0] <= "9" else (1, 0, part) for part in parts)
