"""All that is learnt from one look at one camera: a plain function of (state, tracks, now) to (state, what was seen).

Nothing is drawn and nothing is copied; the cost is a few microseconds a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from edge.vision.crowd import Crowd, follow
from edge.vision.entries import Doors, Entry, cross
from edge.vision.facts import Foot, Waiting
from edge.vision.paths import Paths, Trodden, walk
from edge.vision.scene import SceneInPixels
from edge.vision.stays import Gain, Stays, stay, waiting
from edge.vision.tracking import Track


@dataclass(frozen=True, slots=True)
class State:
    """All that is known from one look to the next."""

    crowd: Crowd = field(default_factory=Crowd)
    doors: Doors = field(default_factory=Doors)
    stays: Stays = field(default_factory=Stays)
    paths: Paths = field(default_factory=Paths)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What one look added. `at`: the look's time, in the stream's seconds."""

    at: float
    entries: Sequence[Entry] = ()
    gains: Sequence[Gain] = ()
    trodden: Sequence[Trodden] = ()


def learn(state: State, tracks: Sequence[Track], at: float, scene: SceneInPixels) -> tuple[State, Learnt]:
    """One look, from its confirmed tracks; `at` rises."""
    crowd = follow(state.crowd, tracks, at, scene)
    doors, entries = cross(state.doors, crowd, tracks, at, scene)
    stays, gains = stay(state.stays, crowd, at, scene) if scene.zones else (state.stays, [])
    paths, trodden = walk(state.paths, crowd, scene.ground)
    return State(crowd, doors, stays, paths), Learnt(at, entries, gains, trodden)


def feet(state: State, scene: SceneInPixels) -> tuple[Foot, ...]:
    """Where everybody in the picture stands now, without what never moves."""
    width, height = scene.size
    return tuple(
        Foot(
            one.id,
            round(min(max(one.foot[0] / width, 0.0), 1.0), 4),
            round(min(max(one.foot[1] / height, 0.0), 1.0), 4),
            scene.ground.place(*one.foot) if scene.ground else None,
            one.staff,
        )
        for one in state.crowd.people.values()
        if one.here and not one.still
    )


def zones_now(state: State, at: float, scene: SceneInPixels) -> tuple[Waiting, ...]:
    """Every zone as it is now."""
    return waiting(state.stays, at, scene)
