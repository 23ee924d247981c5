"""Which box is which person: a plain function from (tracks, boxes, now) to tracks.

Everything is in seconds and in body heights, never in frames or pixels alone, so that a camera looked at
twice a second and one looked at ten times a second are counted alike. People are expected to walk on as they
did (constant velocity); a box that nobody was expected at begins an unconfirmed track, which counts for
nothing until it was seen often enough for long enough.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from edge.vision.boxes import Boxes, overlaps


@dataclass(frozen=True, slots=True)
class TrackRules:
    """How sure is sure. Seconds; lengths in body heights."""

    sure: float = 0.5
    """Score from which a box may begin a track; weaker ones only carry one on."""
    confirm_hits: int = 3
    """Sights, at least two, over `confirm_s`: then it is a person and counts."""
    confirm_s: float = 0.35
    forget_tentative_s: float = 0.6
    forget_confirmed_s: float = 1.5
    reach: float = 0.35
    """How far from the expected place a person may be found …"""
    reach_per_s: float = 0.6
    """… and how much farther for every second without a sight."""
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
    born: float
    seen: float
    hits: int
    confirmed: bool
    origin: tuple[float, float]
    """The foot point when first seen."""

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


def advance(tracker: Tracker, boxes: Boxes, now: float, rules: TrackRules) -> Tracker:
    """Match boxes (n, 5) seen at `now` (seconds, rising) to people; forget who was not seen for too long."""
    pairs = _match(tracker.tracks, boxes, now, rules)
    kept = []
    for i, track in enumerate(tracker.tracks):
        if i in pairs:
            kept.append(_seen(track, boxes[pairs[i]], now, rules))
        elif now - track.seen <= (rules.forget_confirmed_s if track.confirmed else rules.forget_tentative_s):
            kept.append(track)
    taken = set(pairs.values())
    fresh = [j for j in range(len(boxes)) if j not in taken and boxes[j, 4] >= rules.sure]
    room = max(rules.most - len(kept), 0)
    born = [_born(boxes[j], now, tracker.next_id + i) for i, j in enumerate(fresh[:room])]
    return Tracker((*kept, *born), tracker.next_id + len(born))


def _match(tracks: tuple[Track, ...], boxes: Boxes, now: float, rules: TrackRules) -> dict[int, int]:
    """Track index → box index. Confirmed tracks choose first; in each round the best pair goes first."""
    pairs: dict[int, int] = {}
    if not tracks or not len(boxes):
        return pairs
    liking = _affinity(tracks, boxes, now, rules)
    for confirmed in (True, False):
        rows = [i for i, track in enumerate(tracks) if track.confirmed is confirmed]
        if rows:
            _match_greedily(liking, rows, pairs)
    return pairs


def _match_greedily(liking: npt.NDArray[np.floating], rows: list[int], pairs: dict[int, int]) -> None:
    taken = set(pairs.values())
    part = liking[rows]
    for flat in np.argsort(-part, axis=None, kind="stable"):
        i, j = divmod(int(flat), part.shape[1])
        if part[i, j] <= 0:
            return
        if rows[i] not in pairs and j not in taken:
            pairs[rows[i]] = j
            taken.add(j)


def _affinity(tracks: tuple[Track, ...], boxes: Boxes, now: float, rules: TrackRules) -> npt.NDArray[np.floating]:
    """How well every track fits every box: (tracks, boxes); 0 or less where it cannot be."""
    state = np.array([(t.x, t.y, t.width, t.height, t.vx, t.vy, now - t.seen) for t in tracks])
    gap = state[:, 6:7]
    middle = state[:, :2] + state[:, 4:6] * gap
    half = state[:, 2:4] / 2
    expected = np.hstack([middle - half, middle + half])
    seen = (boxes[:, :2] + boxes[:, 2:4]) / 2
    far = np.linalg.norm(middle[:, None] - seen[None], axis=2)
    reach = state[:, 3:4] * (rules.reach + rules.reach_per_s * gap)
    sizes = np.abs(np.log((boxes[:, 3] - boxes[:, 1])[None] / state[:, 3:4]))
    liking = overlaps(expected, boxes) + (1 - far / reach) - 0.5 * sizes + 0.1 * boxes[None, :, 4]
    return np.where((far < reach) & (sizes < 0.7), np.maximum(liking, 1e-3), 0.0)


def _born(box: npt.NDArray[np.float32], now: float, number: int) -> Track:
    x1, y1, x2, y2 = (float(value) for value in box[:4])
    middle = (x1 + x2) / 2
    return Track(
        id=number, x=middle, y=(y1 + y2) / 2, width=x2 - x1, height=y2 - y1, vx=0.0, vy=0.0,
        born=now, seen=now, hits=1, confirmed=False, origin=(middle, y2),
    )  # fmt: skip


def _seen(track: Track, box: npt.NDArray[np.float32], now: float, rules: TrackRules) -> Track:
    """The track after a sight: place, size and speed move towards it, more the longer it has been."""
    x1, y1, x2, y2 = (float(value) for value in box[:4])
    gap = max(now - track.seen, 1e-3)
    trust_place, trust_size = 1 - np.exp(-gap / 0.12), 1 - np.exp(-gap / 0.35)
    trust_speed = 0.8 if track.hits == 1 else 1 - np.exp(-gap / 0.6)
    expected_x, expected_y = track.x + track.vx * gap, track.y + track.vy * gap
    off_x, off_y = (x1 + x2) / 2 - expected_x, (y1 + y2) / 2 - expected_y
    hits = track.hits + 1
    return replace(
        track,
        x=float(expected_x + trust_place * off_x),
        y=float(expected_y + trust_place * off_y),
        width=float(track.width + trust_size * (x2 - x1 - track.width)),
        height=float(track.height + trust_size * (y2 - y1 - track.height)),
        vx=float(track.vx + trust_speed * off_x / gap),
        vy=float(track.vy + trust_speed * off_y / gap),
        seen=now,
        hits=hits,
        confirmed=track.confirmed or (hits >= rules.confirm_hits and now - track.born >= rules.confirm_s),
    )
