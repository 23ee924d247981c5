"""What a body is put together from: spheres in space, and the parts whose hulls they make."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Sphere = tuple[float, float, float, float]
"""x, y, z, radius."""
Upper = Callable[[float, float, float, float], Sphere]
"""A sphere of the upper body: z counts from the hip, and leans with it."""


class Add(Protocol):
    """Puts one more part on the body."""

    def __call__(self, name: str, tone: float, *spheres: Sphere, body: bool = True) -> None:
        """See Part."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of body or load: rows `first:last` of the spheres."""

    name: str
    first: int
    last: int
    tone: float
    """Grey, 0..255."""
    body: bool
    """Whether it belongs to the box around the person."""
