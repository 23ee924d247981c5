"""The clock, the disk and the plan of one run. Times are milliseconds."""

import random
from dataclasses import dataclass, field

from simulators.payment.bank import Bank
from simulators.payment.faults import Fault
from simulators.payment.zvt_terminal import Habits

SLOWEST = 3_000
"""The longest that bytes are under way; less than the policy's settle time, as docs/payment.md says."""


class Killed(Exception):
    """The till lost power."""


@dataclass
class Plan:
    """What goes wrong in one run."""

    wire: str
    seed: int
    baskets: int = 1
    faults: list[Fault] = field(default_factory=list)
    kills: list[int] = field(default_factory=list)
    declines: frozenset[int] = frozenset()
    """Which of the authorisations are declined, counted from 0."""
    cancels: frozenset[int] = frozenset()
    """Which baskets the shopper cancels after paying."""
    slow: float = 0.02
    """How often bytes are long under way."""
    habits: Habits = field(default_factory=Habits)


class Disk:
    """What survives a kill. States are kept as the text that the real storage keeps."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.settled: set[str] = set()
        self.receipts: list[tuple[str, str]] = []
        """Basket and payment of every receipt."""
        self.cancelled: set[str] = set()


class World:
    """The clock, the line and the terminal. Times are milliseconds."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rng = random.Random(plan.seed)
        self.now = 1_000
        self.actions = 0
        self.kills = list(plan.kills)
        self.bank = Bank()
        self.disk = Disk()

    def act(self) -> None:
        """The till does something: the moment at which it may be killed."""
        here, self.actions = self.actions, self.actions + 1
        if here in self.kills:
            self.kills.remove(here)
            raise Killed

    def delay(self) -> int:
        """How long bytes are under way."""
        return self.rng.randrange(1, SLOWEST) if self.rng.random() < self.plan.slow else self.rng.randrange(1, 20)
