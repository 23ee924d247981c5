"""Which box is which person: a plain function from (tracks, boxes, clothes, now) to tracks.

Everything is in seconds and in body heights, never in frames or pixels alone, so that a camera looked at
twice a second and one looked at ten times a second are counted alike. People are expected to walk on as they
did, within what is known of it (see walking.py), and to wear what they wore; a box that nobody was expected at begins
an unconfirmed track, which counts for nothing until it was seen often enough for long enough.

The rules below were chosen on drawn films (`edge.vision.training`), and on no real picture.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.vision.boxes import Boxes, overlaps
from edge.vision.clothes import Clothes, unlike
from edge.vision.walking import Spread, Walk, corrected, first, later

WALKER = Walk(noise=0.06, sway=0.25, pace=0.6)
SIZE_S, CLOTHES_S = 0.35, 0.7
"""Over how long a person's size and clothes are averaged."""


@dataclass(frozen=True, slots=True)
class TrackRules:
    """How sure is sure. Seconds; lengths in body heights."""

    sure: float = 0.5
    """Score from which a box may begin a track; weaker ones only carry one on."""
    confirm_hits: int = 2
    """Sights, at least two, over `confirm_s`: then it is a person and counts."""
    confirm_s: float = 0.35
    forget_tentative_s: float = 0.6
    forget_confirmed_s: float = 1.5
    """Somebody who was hidden for longer …"""
    recall_s: float = 4.0
    """… and for no longer than this is known again only by the clothes, …"""
    same_clothes: float = 0.07
    """… which may differ by so much, at most …"""
    recall_reach: float = 2.0
    """… so far from the expected place."""
    walk: Walk = WALKER
    reach: float = 0.3
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


@dataclass(frozen=True, slots=True)
class Track:
    """One person for as long as the camera can follow. Pixels, pixels per second, seconds."""

    id: int
    x: float
    """Middle of the box."""
    y: float
    width: float
    height: float
    vx: float
    vy: float
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


def advance(tracker: Tracker, boxes: Boxes, now: float, rules: TrackRules, worn: Clothes | None = None) -> Tracker:
    """Match boxes (n, 5) seen at `now` (seconds, rising) to people; forget who was not seen for too long.

    `worn` is what the people in the boxes wear (n, …). Without it nobody is known again after `forget_confirmed_s`.
    """
    tracks = tuple(track for track in tracker.tracks if now - track.seen <= _longest(track, rules))
    pairs = _match(tracks, boxes, now, rules, worn)
    kept = []
    for i, track in enumerate(tracks):
        if i in pairs:
            j = pairs[i]
            kept.append(_seen(track, boxes[j], now, rules, None if worn is None else worn[j]))
        elif track.confirmed or now - track.seen <= rules.forget_tentative_s:
            kept.append(track)
    taken = set(pairs.values())
    fresh = [j for j in range(len(boxes)) if j not in taken and boxes[j, 4] >= rules.sure]
    room = max(rules.most - len(kept), 0)
    born = [
        _born(boxes[j], now, tracker.next_id + i, rules, None if worn is None else worn[j])
        for i, j in enumerate(fresh[:room])
    ]
    return Tracker((*kept, *born), tracker.next_id + len(born))


def _longest(track: Track, rules: TrackRules) -> float:
    """Seconds after which nobody is known again, not even at a look that comes late."""
    by_clothes = track.confirmed and track.clothes is not None
    return max(rules.forget_confirmed_s, rules.recall_s) if by_clothes else rules.forget_confirmed_s


def _match(
    tracks: tuple[Track, ...], boxes: Boxes, now: float, rules: TrackRules, worn: Clothes | None
) -> dict[int, int]:
    """Track index → box index. Confirmed tracks choose first; in each round the best pair goes first."""
    pairs: dict[int, int] = {}
    if not tracks or not len(boxes):
        return pairs
    liking = _affinity(tracks, boxes, now, rules, worn)
    for confirmed in (True, False):
        rows = [i for i, track in enumerate(tracks) if track.confirmed is confirmed]
        if rows:
            _match_greedily(liking, rows, pairs)
    return pairs


def _match_greedily(liking: npt.NDArray[np.floating], rows: list[int], pairs: dict[int, int]) -> None:
    taken = set(pairs.values())
    part = liking[rows]
    for flat in np.argsort(-part, axis=None, kind="stable").tolist():
        i, j = divmod(flat, part.shape[1])
        if part[i, j] <= 0:
            return
        if rows[i] not in pairs and j not in taken:
            pairs[rows[i]] = j
            taken.add(j)


def _affinity(
    tracks: tuple[Track, ...], boxes: Boxes, now: float, rules: TrackRules, worn: Clothes | None
) -> npt.NDArray[np.floating]:
    """How well every track fits every box: (tracks, boxes); 0 or less where it cannot be."""
    state = np.array([(t.x, t.y, t.width, t.height, t.vx, t.vy, now - t.seen) for t in tracks])
    gap, tall = state[:, 6], state[:, 3]
    middle = state[:, :2] + state[:, 4:6] * gap[:, None]
    half = state[:, 2:4] / 2
    seen = (boxes[:, :2] + boxes[:, 2:4]) / 2
    off = middle[:, None] - seen[None]
    far = np.hypot(off[..., 0], off[..., 1])
    unsure = np.array([later(t.spread, now - t.seen, rules.walk).place for t in tracks]) + rules.walk.noise**2
    expected_reach = rules.reach + rules.spreads * np.sqrt(unsure)
    reach = tall * np.maximum(expected_reach, rules.turn + rules.turn_per_s * gap)
    sizes = np.abs(np.log((boxes[:, 3] - boxes[:, 1])[None] / tall[:, None]))
    may = sizes < 0.7
    dressed = 0.0
    if worn is not None and all(track.clothes is not None for track in tracks):
        apart = unlike(np.array([track.clothes for track in tracks]), worn)
        dressed = rules.trust_clothes * np.maximum(1 - apart / rules.like_clothes, -1)
        dressed[np.isnan(dressed)] = 0
        long = gap > rules.forget_confirmed_s
        if long.any():
            may &= ~long[:, None] | (apart < rules.same_clothes)
            reach = np.where(long, np.minimum(reach, rules.recall_reach * tall), reach)
    near = far / reach[:, None]
    expected = np.hstack([middle - half, middle + half])
    liking = overlaps(expected, boxes) + (1 - near) - 0.5 * sizes + 0.1 * boxes[None, :, 4] + dressed
    return np.where(may & (near < 1), np.maximum(liking, 1e-3), 0.0)


def _born(box: npt.NDArray[np.float32], now: float, number: int, rules: TrackRules, worn: Clothes | None) -> Track:
    x1, y1, x2, y2 = box[:4].tolist()
    middle = (x1 + x2) / 2
    return Track(
        id=number, x=middle, y=(y1 + y2) / 2, width=x2 - x1, height=y2 - y1, vx=0.0, vy=0.0, spread=first(rules.walk),
        born=now, seen=now, hits=1, confirmed=False, origin=(middle, y2), clothes=worn,
    )  # fmt: skip


def _seen(track: Track, box: npt.NDArray[np.float32], now: float, rules: TrackRules, worn: Clothes | None) -> Track:
    """The track after a sight: place, speed, size and clothes move towards it, more the longer it has been."""
    x1, y1, x2, y2 = box[:4].tolist()
    gap, hits = max(now - track.seen, 1e-3), track.hits + 1
    spread, to_place, to_speed = corrected(later(track.spread, gap, rules.walk), rules.walk)
    expected_x, expected_y = track.x + track.vx * gap, track.y + track.vy * gap
    off_x, off_y = (x1 + x2) / 2 - expected_x, (y1 + y2) / 2 - expected_y
    trust_size = max(1 - math.exp(-gap / SIZE_S), 1 / hits)
    part = max(1 - math.exp(-gap / CLOTHES_S), 1 / hits)
    return Track(
        id=track.id,
        x=expected_x + to_place * off_x,
        y=expected_y + to_place * off_y,
        width=track.width + trust_size * (x2 - x1 - track.width),
        height=track.height + trust_size * (y2 - y1 - track.height),
        vx=track.vx + to_speed * off_x,
        vy=track.vy + to_speed * off_y,
        spread=spread,
        born=track.born,
        seen=now,
        hits=hits,
        confirmed=track.confirmed or (hits >= rules.confirm_hits and now - track.born >= rules.confirm_s),
        origin=track.origin,
        clothes=_mingled(track.clothes, worn, part),
    )


def _mingled(known: Clothes | None, seen: Clothes | None, part: float) -> Clothes | None:
    """What is known of somebody's clothes after a sight; what is not a number is unknown."""
    if seen is None or math.isnan(seen[0, 0]):
        return known
    if known is None or math.isnan(known[0, 0]):
        return seen
    return known + np.float32(part) * (seen - known)
