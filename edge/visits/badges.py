"""Staff by badge: a plain function that joins what badges say with who crossed a line at that time. Milliseconds.

One word of a badge excuses one crossing of its camera: the nearest in time, before or after. No state is kept longer
than the widest window.
"""

from dataclasses import dataclass, replace

from edge.vision.facts import Crossing

WIDEST_MS = 60_000
MOST = 200


@dataclass(frozen=True, slots=True)
class Spoken:
    """A badge spoke, and its word is not used yet."""

    badge: str
    at: int


@dataclass(frozen=True, slots=True)
class Badges:
    """What may still belong together, of one camera."""

    spoken: tuple[Spoken, ...] = ()
    crossed: tuple[Crossing, ...] = ()


def crossed(badges: Badges, crossing: Crossing, within_ms: int) -> tuple[Badges, Crossing]:
    """Somebody crossed: the crossing as it is to be told, of staff if a badge spoke before."""
    badges = _forget(badges, crossing.at)
    near = [one for one in badges.spoken if abs(one.at - crossing.at) <= within_ms]
    if crossing.staff or not near:
        return replace(badges, crossed=(*badges.crossed, crossing)[-MOST:]), crossing
    used = min(near, key=lambda one: abs(one.at - crossing.at))
    rest = tuple(one for one in badges.spoken if one is not used)
    return replace(badges, spoken=rest), replace(crossing, staff=True)


def spoke(badges: Badges, badge: str, at: int, within_ms: int) -> tuple[Badges, Crossing | None]:
    """A badge spoke: the crossing that it takes back, if somebody crossed just before.

    A badge that says the same twice within the window has spoken once.
    """
    badges = _forget(badges, at)
    if any(one.badge == badge and abs(one.at - at) <= within_ms for one in badges.spoken):
        return badges, None
    near = [one for one in badges.crossed if not one.staff and abs(one.at - at) <= within_ms]
    if not near:
        return replace(badges, spoken=(*badges.spoken, Spoken(badge, at))[-MOST:]), None
    used = min(near, key=lambda one: abs(one.at - at))
    return replace(badges, crossed=tuple(one for one in badges.crossed if one is not used)), used


def _forget(badges: Badges, at: int) -> Badges:
    return Badges(
        tuple(one for one in badges.spoken if abs(one.at - at) <= WIDEST_MS),
        tuple(one for one in badges.crossed if abs(one.at - at) <= WIDEST_MS),
    )
