"""The truth about a scale's pan."""

from dataclasses import dataclass


@dataclass
class Pan:
    """What lies on it, in grams, and whether it is at rest. `capacity` is the most it weighs."""

    grams: int = 0
    moving: bool = False
    tare: int = 0
    capacity: int = 15_000
    moves: int = 0
    """How often goods were put on, taken off or shaken."""
    drift: int = 0
    """While moving, scales that cannot say so show a weight that runs off by so many grams at each look."""

    def put(self, grams: int) -> None:
        """Goods lie on the pan now, at rest; 0 takes them off."""
        self.grams, self.moving, self.moves = grams, False, self.moves + 1

    def shake(self) -> None:
        """The pan moves until the next `put` or `rest`."""
        self.moving, self.moves = True, self.moves + 1

    def rest(self) -> None:
        """The pan comes to rest with what is on it."""
        self.moving = False

    @property
    def over(self) -> bool:
        """More lies on it than it can weigh."""
        return self.grams > self.capacity

    @property
    def net(self) -> int:
        """What a scale with this tare shows."""
        return self.grams - self.tare

    def look(self) -> int:
        """The net weight that shows at this look; runs off while the pan moves."""
        if self.moving:
            self.grams += self.drift
        return self.net
