"""Who is who, a little longer than a track lasts: a plain function of (crowd, tracks, now). Seconds and pixels.

A track breaks where somebody is hidden for a while. Whoever appears close to where somebody was just lost, and is as
tall, is taken for the same person, so that a wait or a stay is not cut in two. What never moves at all is no person:
it fades. Nothing here outlives a few minutes, but where posters hang.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from edge.vision.scene import SceneInPixels
from edge.vision.tracking import Track

LOST_S = 4.0
"""Somebody who was lost may appear again for so long …"""
HERE_S = 1.5
"""Who was not seen for longer is not there now, though a track may still wait for them."""
REACH, REACH_PER_S, MOST_REACH = 0.4, 0.5, 1.6
"""… this far away, in body heights."""
AS_TALL = 1.3
MOVED = 0.5
"""Body heights from where somebody was first seen: then it is no poster."""
SWAY = 0.12
"""Body heights that a box around something motionless trembles at most."""
POSTER_S = 3600.0
"""So long a place is remembered at which something motionless was taken for a person."""
MOST_SPOTS = 40

Place = tuple[float, float]


class Person(NamedTuple):
    """Somebody in the picture now or a moment ago. Pixels, seconds."""

    id: int
    foot: Place
    height: float
    seen: float
    """Of the last sight."""
    origin: Place
    """Where the feet were when first seen, at `born`."""
    born: float
    zones: int
    """The zones around the feet, as bits of the scene's map …"""
    before: Place
    """Where the feet were at the sight before, `step` seconds earlier."""
    zones_before: int
    """… and those at that sight."""
    step: float
    """0: there was no sight before, or none since the last look."""
    anchor: Place
    anchored: float
    """Since when the feet have not left `anchor`."""
    moved: bool = False
    """Has come from elsewhere in the picture."""
    still: bool = False
    """Has not moved at all for so long that it is no person."""
    here: bool = True
    """Was seen a moment ago."""
    staff_s: float = 0.0
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something motionless was last taken for a person."""

    foot: Place
    height: float
    seen: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """`people` by their ids; `tracks`: track id → person id."""

    people: Mapping[int, Person] = field(default_factory=dict)
    tracks: Mapping[int, int] = field(default_factory=dict)
    spots: tuple[Spot, ...] = ()

    @property
    def visitors(self) -> int:
        """How many people are in the picture now, without staff and what never moves."""
        return sum(one.here and not one.still and not one.staff for one in self.people.values())


def follow(crowd: Crowd, tracks: Iterable[Track], at: float, scene: SceneInPixels) -> Crowd:
    """The crowd after a look at `at`, from its confirmed tracks."""
    people: dict[int, Person] = {}
    names: dict[int, int] = {}
    fresh: list[Track] = []
    known = list(tracks)
    for track in known:
        name = crowd.tracks.get(track.id)
        if name is not None:
            names[track.id] = name
            people[name] = _seen(crowd.people[name], track, at, scene)
        elif track.seen >= at:  # else it waits for somebody who goes on under another track
            fresh.append(track)
    spots = tuple(spot for spot in crowd.spots if at - spot.seen <= POSTER_S)
    lost = [
        one
        for name, one in crowd.people.items()
        if at - one.seen <= LOST_S and (name not in people or people[name].seen < at)
    ]
    for track in fresh:
        if taken := [one for one in known if names.get(one.id) == track.id]:
            # Who was taken for gone is there after all: whoever went on under that name is somebody else.
            for other in taken:
                people[other.id] = _new(other._replace(origin=other.foot, born=other.seen), at, spots, scene)
                names[other.id] = other.id
            people[track.id] = _seen(crowd.people[track.id], track, at, scene)
            names[track.id] = track.id
            lost = [one for one in lost if one.id != track.id]
            lost += [people[other.id] for other in taken if other.seen < at]
        elif back := _same(track, lost):
            lost.remove(back)
            people[back.id] = _seen(back, track, at, scene)
            names = {number: name for number, name in names.items() if name != back.id}
            names[track.id] = back.id
        else:
            people[track.id] = _new(track, at, spots, scene)
            names[track.id] = track.id
    for one in lost:
        if one.id not in people:
            people[one.id] = one._replace(here=False, step=0.0)
    posters = [one for name, one in crowd.people.items() if one.still and name not in people]
    if posters:
        spots = _remember(spots, posters)
    return Crowd(people, names, spots)


def _same(track: Track, lost: list[Person]) -> Person | None:
    """Who of those just lost appears here again, if anybody does: the nearest that could have come so far."""
    best, nearest = None, 1.0
    for one in lost:
        gap = track.born - one.seen
        if gap <= 0:
            continue  # both were seen at once
        reach = one.height * min(REACH + REACH_PER_S * gap, MOST_REACH)
        far = math.dist(track.origin, one.foot) / reach
        if far < nearest and 1 / AS_TALL < track.height / one.height < AS_TALL:
            best, nearest = one, far
    return best


def _new(track: Track, at: float, spots: tuple[Spot, ...], scene: SceneInPixels) -> Person:
    poster = any(
        math.dist(track.foot, spot.foot) < 2 * SWAY * spot.height and 0.8 < track.height / spot.height < 1.25
        for spot in spots
    )
    one = Person(
        id=track.id, foot=track.origin, height=track.height, seen=track.born, origin=track.origin, born=track.born,
        zones=scene.zone_map.at(*track.origin), before=track.origin, zones_before=0, step=0.0, anchor=track.origin,
        anchored=track.born, still=poster,
    )  # fmt: skip
    return _seen(one, track, at, scene)


def _seen(one: Person, track: Track, at: float, scene: SceneInPixels) -> Person:
    """The person after this look; a track that goes on without a sight says nothing new."""
    if track.seen <= one.seen:
        here = at - one.seen <= HERE_S
        return one if one.here is here and not one.step else one._replace(here=here, step=0.0)
    rules, foot = scene.rules, track.foot
    step = min(track.seen - one.seen, LOST_S)
    swayed = math.dist(foot, one.anchor) > SWAY * track.height
    moved = one.moved or math.dist(foot, one.origin) > MOVED * track.height
    still = not swayed and (one.still or 0 < rules.still_s <= at - one.anchored)
    zones = scene.zone_map.at(*foot)
    works = bool(zones & scene.staff_bits)
    staff_s = one.staff_s + step if works else one.staff_s
    return Person(
        id=one.id, foot=foot, height=track.height, seen=track.seen, origin=one.origin, born=one.born, zones=zones,
        before=one.foot, zones_before=one.zones, step=step, anchor=foot if swayed else one.anchor,
        anchored=track.seen if swayed else one.anchored, moved=moved, still=still, here=True, staff_s=staff_s,
        staff=one.staff or (works and staff_s >= rules.staff_after_s),
    )  # fmt: skip


def _remember(spots: tuple[Spot, ...], posters: list[Person]) -> tuple[Spot, ...]:
    """Where something motionless was when it was lost, so that it fades at once when it is found again."""
    kept = [spot for spot in spots if all(math.dist(spot.foot, one.foot) > SWAY * spot.height for one in posters)]
    return (*kept, *(Spot(one.foot, one.height, one.seen) for one in posters))[-MOST_SPOTS:]
