"""Which box is which person: a plain function from (tracks, boxes, clothes, now) to tracks.

Everything is in seconds and in body heights, never in frames or pixels alone, so that a camera looked at
twice a second and one looked at ten times a second are counted alike. People are expected to walk on as they
did, within what is known of it (see walking.py), and to wear what they wore; a box that nobody was expected at begins
an unconfirmed track, which counts for nothing until it was seen often enough for long enough.

The rules below were chosen on drawn films (`edge.vision.training`), and on no real picture.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from edge.vision.boxes import Boxes
from edge.vision.clothes import Clothes, mingled, unlike
from edge.vision.pairing import best_pairs
from edge.vision.walking import Spread, Walk, corrected, first, later

WALKER = Walk(noise=0.05, sway=0.25, pace=0.6)
CHEST = 0.25
"""Of a box's height, below its upper edge. A person is followed by the chest: heads are seen off by 0.035 heights on
drawn films, feet by 0.09, since these are what somebody in front hides first."""
SIZE_S, CLOTHES_S = 0.35, 0.7
"""Over how long a person's size and clothes are averaged."""
HIDDEN = 0.6
"""How much less a box says of the size of somebody who stands behind another."""
FOUND = 0.5
"""How much it is worth that somebody is found at all, beside how well the box fits, which weighs up to 2.5."""
MOST_GROWN = 0.7
"""Whose height differs by more than this, as a logarithm, is somebody else."""


@dataclass(frozen=True, slots=True)
class TrackRules:
    """How sure is sure. Seconds; lengths in body heights."""

    sure: float = 0.5
    """Score from which a box may begin a track; weaker ones only carry one on."""
    confirm_hits: int = 2
    """Sights, at least two, over `confirm_s`: then it is a person and counts."""
    confirm_s: float = 0.35
    forget_tentative_s: float = 0.6
    forget_confirmed_s: float = 2.0
    """Somebody who was hidden for longer …"""
    recall_s: float = 4.0
    """… and for no longer than this is known again only by the clothes, …"""
    same_clothes: float = 0.07
    """… which may differ by so much, at most …"""
    recall_reach: float = 2.0
    """… so far from the expected place."""
    walk: Walk = WALKER
    reach: float = 0.4
    """How far from the expected place a person may be found …"""
    spreads: float = 1.5
    """… and how much farther, in standard deviations of that place."""
    turn: float = 0.35
    turn_per_s: float = 0.6
    """Never less far than this and so much more a second: people stop and turn on their heels."""
    like_clothes: float = 0.12
    """Clothes that differ by less than this speak for a match, others against it."""
    trust_clothes: float = 0.5
    """How much that weighs against the place, which weighs up to 2."""
    most: int = 100
    """Tracks at a time; more people than that are not told apart."""


class Track(NamedTuple):
    """One person for as long as the camera can follow. Pixels, pixels per second, seconds."""

    id: int
    x: float
    """Middle of the box."""
    y: float
    width: float
    height: float
    vx: float
    vy: float
    """Of the chest."""
    spread: Spread
    """In body heights."""
    born: float
    seen: float
    hits: int
    confirmed: bool
    origin: tuple[float, float]
    """The foot point when first seen."""
    clothes: Clothes | None = None

    @property
    def foot(self) -> tuple[float, float]:
        """Where the person stands: the middle of the box's lower edge."""
        return self.x, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Tracker:
    """All tracks, and the next free id. Ids are never used again."""

    tracks: tuple[Track, ...] = ()
    next_id: int = 1

    @property
    def people(self) -> tuple[Track, ...]:
        """Confirmed tracks."""
        return tuple(track for track in self.tracks if track.confirmed)


Box = list[float]
"""A row of `Boxes`."""
Worn = Sequence[Clothes | None]


def advance(tracker: Tracker, boxes: Boxes, now: float, rules: TrackRules, worn: Worn | None = None) -> Tracker:
    """Match boxes (n, 5) seen at `now` (seconds, rising) to people; forget who was not seen for too long.

    `worn` is what the people in the boxes wear (n), None for who stands behind another. Without it nobody is known
    again after `forget_confirmed_s`.
    """
    rows = boxes.tolist()
    worn = [None] * len(rows) if worn is None else worn
    tracks = [track for track in tracker.tracks if now - track.seen <= _longest(track, rules)]
    pairs = _match(tracks, rows, now, rules, worn)
    kept = []
    for i, track in enumerate(tracks):
        if i in pairs:
            j = pairs[i]
            kept.append(_seen(track, rows[j], now, rules, worn[j]))
        elif track.confirmed or now - track.seen <= rules.forget_tentative_s:
            kept.append(track)
    taken = set(pairs.values())
    fresh = [j for j, row in enumerate(rows) if j not in taken and row[4] >= rules.sure]
    room = max(rules.most - len(kept), 0)
    born = [_born(rows[j], now, tracker.next_id + i, rules, worn[j]) for i, j in enumerate(fresh[:room])]
    return Tracker((*kept, *born), tracker.next_id + len(born))


def _longest(track: Track, rules: TrackRules) -> float:
    """Seconds after which nobody is known again, not even at a look that comes late."""
    by_clothes = track.confirmed and track.clothes is not None
    return max(rules.forget_confirmed_s, rules.recall_s) if by_clothes else rules.forget_confirmed_s


def _match(tracks: list[Track], boxes: list[Box], now: float, rules: TrackRules, worn: Worn) -> dict[int, int]:
    """Track index → box index: as all like it best, and of what confirmed tracks leave, as all others do."""
    pairs: dict[int, int] = {}
    for confirmed in (True, False):
        taken = set(pairs.values())
        pairs |= best_pairs(
            (i, j, liking + FOUND)
            for i, track in enumerate(tracks)
            if track.confirmed is confirmed
            for j, liking in _liked(track, boxes, now, rules, worn)
            if j not in taken
        )
    return pairs


def _liked(track: Track, boxes: list[Box], now: float, rules: TrackRules, worn: Worn) -> list[tuple[int, float]]:
    """The boxes that this person may be in, and how well each fits; above 0."""
    gap = now - track.seen
    x, y = track.x + track.vx * gap, track.y + track.vy * gap
    wide, tall = track.width, track.height
    chest = y + (CHEST - 0.5) * tall
    unsure = later(track.spread, gap, rules.walk).place + rules.walk.noise**2
    reach = tall * max(rules.reach + rules.spreads * math.sqrt(unsure), rules.turn + rules.turn_per_s * gap)
    long = gap > rules.forget_confirmed_s
    if long:
        reach = min(reach, rules.recall_reach * tall)
    left, top, right, bottom = x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2
    found = []
    for j, (x1, y1, x2, y2, score) in enumerate(boxes):
        off_x = (x1 + x2) / 2 - x
        if not -reach < off_x < reach:
            continue
        far = math.hypot(off_x, _chest(y1, y2) - chest)
        sizes = abs(math.log((y2 - y1) / tall))
        if far >= reach or sizes >= MOST_GROWN:
            continue
        seen, known = worn[j], track.clothes
        apart = unlike(known, seen) if known is not None and seen is not None else None
        if long and (apart is None or apart >= rules.same_clothes):
            continue
        dressed = 0.0 if apart is None else rules.trust_clothes * max(1 - apart / rules.like_clothes, -1)
        shared_x, shared_y = min(x2, right) - max(x1, left), min(y2, bottom) - max(y1, top)
        shared = shared_x * shared_y if shared_x > 0 and shared_y > 0 else 0.0
        overlap = shared / ((x2 - x1) * (y2 - y1) + wide * tall - shared)
        found.append((j, max(overlap + (1 - far / reach) - 0.5 * sizes + 0.1 * score + dressed, 1e-3)))
    return found


def _chest(top: float, bottom: float) -> float:
    return top + CHEST * (bottom - top)


def _born(box: Box, now: float, number: int, rules: TrackRules, worn: Clothes | None) -> Track:
    x1, y1, x2, y2, _ = box
    middle = (x1 + x2) / 2
    return Track(
        id=number, x=middle, y=(y1 + y2) / 2, width=x2 - x1, height=y2 - y1, vx=0.0, vy=0.0, spread=first(rules.walk),
        born=now, seen=now, hits=1, confirmed=False, origin=(middle, y2), clothes=worn,
    )  # fmt: skip


def _seen(track: Track, box: Box, now: float, rules: TrackRules, worn: Clothes | None) -> Track:
    """The track after a sight: place, speed, size and clothes move towards it, more the longer it has been."""
    x1, y1, x2, y2, _ = box
    gap, hits = max(now - track.seen, 1e-3), track.hits + 1
    spread, to_place, to_speed = corrected(later(track.spread, gap, rules.walk), rules.walk)
    expected_x = track.x + track.vx * gap
    expected_chest = track.y + (CHEST - 0.5) * track.height + track.vy * gap
    off_x, off_chest = (x1 + x2) / 2 - expected_x, _chest(y1, y2) - expected_chest
    trust_size = max(1 - math.exp(-gap / SIZE_S), 1 / hits)
    if worn is None and track.clothes is not None:
        trust_size *= HIDDEN
    part = max(1 - math.exp(-gap / CLOTHES_S), 1 / hits)
    height = track.height + trust_size * (y2 - y1 - track.height)
    return Track(
        id=track.id,
        x=expected_x + to_place * off_x,
        y=expected_chest + to_place * off_chest + (0.5 - CHEST) * height,
        width=track.width + trust_size * (x2 - x1 - track.width),
        height=height,
        vx=track.vx + to_speed * off_x,
        vy=track.vy + to_speed * off_chest,
        spread=spread,
        born=track.born,
        seen=now,
        hits=hits,
        confirmed=track.confirmed or (hits >= rules.confirm_hits and now - track.born >= rules.confirm_s),
        origin=track.origin,
        clothes=mingled(track.clothes, worn, part),
    )
