"""From crossings of lines to visitors: a plain function of (doors, crowd, tracks, now). Seconds.

A crossing is held back until its rules are met: whoever is back too soon, or turns round before having gone far enough,
has not crossed at all. It is then told with its own time: late, never wrong.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from edge.vision.crowd import Crowd, Person, Place
from edge.vision.line import CountingLine, Direction, LineKind, LineState, count
from edge.vision.scene import Rules, SceneInPixels
from edge.vision.tracking import Track

SIDE_BY_SIDE = 1.2
"""Body heights between two who come in together."""
SAME_PLACE, SAME_SIZE = 1.0, 1.25
"""Who went out and who comes in again: this far apart in body heights, and this different in height, at most."""
MOST_KEPT = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One person over one line. `at`: when, in the stream's seconds; told at that look or later."""

    line: CountingLine
    person: int
    direction: Direction
    at: float
    again: bool = False
    joined: bool = False
    staff: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A crossing whose rules are not met yet. `deepest`: body heights beyond the line, so far."""

    direction: Direction
    at: float
    deepest: float


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who went out over an entrance: where last seen, and when."""

    person: int
    at: float
    foot: Place
    height: float


@dataclass(frozen=True, slots=True)
class Doors:
    """What is known at the lines. `balance`: person → how often told coming in less going out."""

    lines: tuple[LineState, ...] = ()
    held: Mapping[tuple[int, int], Held] = field(default_factory=dict)
    """(line number, person) → a crossing held back."""
    gone: tuple[Gone, ...] = ()
    came: tuple[Entry, ...] = ()
    """Who came in of late."""
    balance: Mapping[int, int] = field(default_factory=dict)


def cross(
    doors: Doors, crowd: Crowd, tracks: Iterable[Track], at: float, scene: SceneInPixels
) -> tuple[Doors, list[Entry]]:
    """The doors after a look, and the entries that are told now. `tracks`: confirmed, as `crowd` was given them."""
    rules = scene.rules
    known = [_named(track, crowd.people[crowd.tracks[track.id]]) for track in tracks if track.id in crowd.tracks]
    states, held = [], dict(doors.held)
    for number, line in enumerate(scene.lines):
        before = doors.lines[number] if number < len(doors.lines) else LineState()
        after, crossed = count(line, before, known)
        lost = {name: stand for name, stand in before.stands.items() if name in crowd.people}
        states.append(LineState({**lost, **after.stands}))
        for over in crossed:
            if (number, over.person) in held:
                del held[number, over.person]  # was back too soon: neither of the two counts
            else:
                held[number, over.person] = Held(over.direction, at, 0.0)
    entries: list[Entry] = []
    waiting: dict[tuple[int, int], Held] = {}
    for (number, name), one in held.items():
        line, person = scene.lines[number], crowd.people.get(name)
        deep = abs(line.place(person.foot)[0]) / person.height if person is not None else math.inf
        one = replace(one, deepest=max(one.deepest, deep))
        if person is None or (at - one.at >= rules.minimum_stay_s and one.deepest >= rules.u_turn):
            entries.append(Entry(line, name, one.direction, one.at))
        else:
            waiting[number, name] = one
    doors = Doors(
        tuple(states), waiting,
        tuple(one for one in doors.gone if at - one.at <= rules.again_s)[-MOST_KEPT:],
        tuple(one for one in doors.came if at - one.at <= rules.together_s)[-MOST_KEPT:],
        {name: told for name, told in doors.balance.items() if name in crowd.people},
    )  # fmt: skip
    return _judge(doors, entries, crowd, rules)


def _judge(doors: Doors, entries: list[Entry], crowd: Crowd, rules: Rules) -> tuple[Doors, list[Entry]]:
    """Who of these is staff, comes back, or belongs to whom."""
    told: list[Entry] = []
    for entry in entries:
        person = crowd.people.get(entry.person)
        if entry.line.kind is LineKind.PASSAGE or person is None:
            told.append(replace(entry, staff=person is not None and person.staff))
            continue
        way = 1 if entry.direction is Direction.IN else -1
        balance = doors.balance.get(entry.person, 0)
        if person.staff and balance * way >= 0:  # else a crossing that was told before would stay unbalanced
            told.append(replace(entry, staff=True))
            continue
        doors = replace(doors, balance={**doors.balance, entry.person: balance + way})
        if entry.direction is Direction.OUT:
            if rules.again_s:
                doors = replace(doors, gone=(*doors.gone, Gone(person.id, entry.at, person.foot, person.height)))
            told.append(entry)
            continue
        before = _went_out(doors.gone, person)
        if before is not None:
            doors = replace(doors, gone=tuple(one for one in doors.gone if one is not before))
        joined = rules.together_s > 0 and any(_beside(person, other, crowd) for other in doors.came)
        entry = replace(entry, again=before is not None, joined=joined)
        doors = replace(doors, came=(*doors.came, entry))
        told.append(entry)
    return doors, told


def _went_out(gone: tuple[Gone, ...], person: Person) -> Gone | None:
    """Whose return this is, as far as place and size can tell: the last who went out there."""
    for one in reversed(gone):
        near = math.dist(one.foot, person.origin) <= SAME_PLACE * one.height
        if one.person == person.id or (near and 1 / SAME_SIZE < person.height / one.height < SAME_SIZE):
            return one
    return None


def _beside(person: Person, other: Entry, crowd: Crowd) -> bool:
    """Whether somebody who came in a moment ago is at this person's side now."""
    mate = crowd.people.get(other.person)
    if mate is None or mate.id == person.id or not mate.here:
        return False
    return math.dist(mate.foot, person.foot) <= SIDE_BY_SIDE * max(mate.height, person.height)


def _named(track: Track, person: Person) -> Track:
    """The track under the number of its person, who may have come from elsewhere."""
    same = person.id == track.id and person.origin == track.origin  # mostly, and a copy costs more than to ask
    return track if same else track._replace(id=person.id, origin=person.origin)
