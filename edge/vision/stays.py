"""Who stays in which zone, and for how long: a plain function of (stays, crowd, now). Seconds.

A stay begins between the last sight outside and the first inside, and ends likewise, so that it comes out right
however seldom a camera is looked at. It becomes a visit when it lasted long enough; stepping out for a moment, or being
hidden, does not end it. What never came from anywhere waits and stays, but adds to no sum until it moves: a poster
never does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from edge.vision.crowd import LOST_S, Crowd, Person
from edge.vision.facts import Waiting
from edge.vision.scene import SceneInPixels, ZoneKind

OUTSIDE_S = 2.0
"""Whoever is back in a zone within this time was never away."""


class Stay(NamedTuple):
    """One person in one zone. `told_ms`: how much of it is in the sums; None while it is no visit there."""

    since: float
    last: float
    """Of the last sight inside …"""
    left: float | None = None
    """… and when it ended, if that was the last."""
    told_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Gain:
    """What a look adds to the sums of a zone, by its number in the scene."""

    zone: int
    visits: int = 0
    dwell_ms: int = 0
    waited: int = 0
    waited_ms: int = 0
    """The last three: of the visit that has just ended."""


Key = tuple[int, int]
"""Zone number, person."""


@dataclass(frozen=True, slots=True)
class Stays:
    """All that are under way."""

    open: Mapping[Key, Stay] = field(default_factory=dict)


def stay(stays: Stays, crowd: Crowd, at: float, scene: SceneInPixels) -> tuple[Stays, list[Gain]]:
    """The stays after a look, and what it adds."""
    kept: dict[Key, Stay] = {}
    gains: list[Gain] = []
    for key, one in stays.open.items():
        person = crowd.people.get(key[1])
        if person is None or _is_over(one, person, at):
            gains += _ended(key[0], one, person, scene)
        elif not person.still and not person.staff:
            kept[key] = one
    for person in crowd.people.values():
        if person.step and not person.still and not person.staff:
            _look_at(person, kept, gains, scene)
    return Stays(kept), gains


def waiting(stays: Stays, at: float, scene: SceneInPixels) -> tuple[Waiting, ...]:
    """Every zone but the staff's as it is now. Who has not been there for long only passes through."""
    least, limit = scene.rules.zone_visit_s, scene.rules.queue_alarm_s
    found = []
    for number, zone in enumerate(scene.zones):
        if zone.kind is ZoneKind.STAFF:
            continue
        there = [
            at - one.since
            for (where, _), one in stays.open.items()
            if where == number and one.left is None and at - one.since >= least
        ]
        longest = max(there, default=0.0)
        too_long = zone.kind is ZoneKind.QUEUE and 0 < limit < longest
        found.append(Waiting(zone.name, zone.kind, zone.lane, len(there), round(longest * 1000), too_long))
    return tuple(found)


def _look_at(person: Person, kept: dict[Key, Stay], gains: list[Gain], scene: SceneInPixels) -> None:
    """Begin, carry on or interrupt the stays of somebody who was seen now."""
    bits, bits_before = person.zones, person.zones_before
    either = (bits | bits_before) & ~scene.staff_bits
    for number in range(either.bit_length()):
        if not either >> number & 1:
            continue
        key = number, person.id
        one = kept.get(key)
        if bits >> number & 1:
            if one is None:
                since = person.seen - person.step * (1 if bits_before >> number & 1 else 0.5)
                one = Stay(since, person.seen)
            told = one.told_ms
            if person.moved and person.seen - one.since >= scene.rules.zone_visit_s:
                told = max(round((person.seen - one.since) * 1000), told or 0)
                gains.append(Gain(number, int(one.told_ms is None), told - (one.told_ms or 0)))
            kept[key] = Stay(one.since, person.seen, None, told)
        elif one is not None and one.left is None:
            kept[key] = one._replace(left=person.seen - person.step / 2)


def _is_over(one: Stay, person: Person, at: float) -> bool:
    return at - one.last > (OUTSIDE_S if person.here and one.left is not None else LOST_S)


def _ended(number: int, one: Stay, person: Person | None, scene: SceneInPixels) -> list[Gain]:
    """What a stay adds that is over. One that was cut short by fading or by turning out to be staff adds nothing."""
    end = one.last if one.left is None else one.left
    total = round((end - one.since) * 1000)
    if person is not None and (person.still or person.staff):
        return []
    if one.told_ms is not None:
        return [Gain(number, 0, max(0, total - one.told_ms), 1, max(total, one.told_ms))]
    if person is not None and person.moved and total >= scene.rules.zone_visit_s * 1000:
        return [Gain(number, 1, total, 1, total)]
    return []
