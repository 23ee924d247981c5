"""What one seed brings: shoppers, price changes and faults, as a list that can be made shorter."""

import random
from dataclasses import dataclass, replace

from simulators.storm.errands import COUPONS, Errand, make_errands

MINUTE = 60_000
DAY = 240 * MINUTE
"""Shoppers come and faults strike so long; times of a schedule are milliseconds since the opening."""
GRACE_MS = 30 * MINUTE
"""How long a price counts as shown after it left a label: what the shop promises, and what the judge holds it to."""
SHOPPERS = 200
TILLS = ("till-1", "till-2", "till-3")
SHELF = (1,) * 10 + (2,) * 6 + (4,) * 3 + (6,)
"""How many labels each item has: 20 items, 40 labels."""
ITEMS = tuple(range(len(SHELF)))
WEIGHED = (4, 13)
"""Items that are sold by the kg."""
LOYAL = (2, 8, 10, 11, 14, 16, 17, 19)
"""Items for which members mostly have a price of their own."""
LABELS = tuple(f"label-{number:02}" for number in range(1, sum(SHELF) + 1))
HEAD_OFFICE = "hq"


def first_binding() -> dict[str, int]:
    """Label → the number of its item, when the shop opens."""
    items = [item for item in ITEMS for _ in range(SHELF[item])]
    return dict(zip(LABELS, items, strict=True))


@dataclass(frozen=True, slots=True)
class Shopper:
    """Picks items at `at`, has them scanned, and pays."""

    at: int
    number: int
    till: str
    items: tuple[int, ...]
    scan_at: int
    pay_at: int
    grams: int = 385
    """How much of what is weighed."""
    member: bool = False
    """Says so when paying."""
    haggles: int = 0
    """Percent of the first line's price that a member of staff sets when paying; 0: nobody does."""
    coupon: str = ""
    """The number of a coupon that the shopper shows; others may show the same."""


@dataclass(frozen=True, slots=True)
class Push:
    """Head office sets prices, in force `ahead` milliseconds later."""

    at: int
    rows: tuple[tuple[int, int], ...]
    """(Item, minor units)."""
    ahead: int = 0
    until: int = 0
    """When it ends, if it is a promotion with an end."""
    batch_by: int = 0
    """Its deadline, if it is a batch: all of it begins by then, or nothing."""
    member: tuple[int | None, ...] = ()
    """For each row what members pay, if that is another price."""
    local: bool = False
    """The moment is said as what the shop's wall clock shows then."""


@dataclass(frozen=True, slots=True)
class Weather:
    """A line loses, doubles and delays. Shares are 0 … 1; `late_ms` is the longest delay."""

    at: int
    until: int
    line: str
    drop: float
    twice: float
    late: float
    late_ms: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A line is cut."""

    at: int
    until: int
    line: str


@dataclass(frozen=True, slots=True)
class Dead:
    """A label's battery is gone; what it shows stays. It lives again at `until`, or is replaced when `until` is 0."""

    at: int
    until: int
    label: str


@dataclass(frozen=True, slots=True)
class Asleep:
    """A label does not listen for a while."""

    at: int
    until: int
    label: str


@dataclass(frozen=True, slots=True)
class ClockJump:
    """The gateway's wall clock is wrong by so much for a while."""

    at: int
    until: int
    by: int


@dataclass(frozen=True, slots=True)
class DiskFull:
    """The gateway's disk takes nothing."""

    at: int
    until: int


@dataclass(frozen=True, slots=True)
class Kill:
    """The gateway's process ends at a step: the `nth` statement, commit or sending from now on, before or after it."""

    at: int
    step: str
    """One of STEPS."""
    nth: int
    down: int


STEPS = ("before a statement", "before a commit", "after a commit", "before a sending", "after a sending")


@dataclass(frozen=True, slots=True)
class Backup:
    """The gateway's database is copied."""

    at: int


@dataclass(frozen=True, slots=True)
class Restore:
    """The gateway's disk dies; a new gateway begins from the last backup."""

    at: int
    down: int


@dataclass(frozen=True, slots=True)
class Wipe:
    """A till's disk is swapped: a new journal, an empty price table."""

    at: int
    till: str


@dataclass(frozen=True, slots=True)
class Bind:
    """A person binds a label to another item."""

    at: int
    label: str
    item: int


@dataclass(frozen=True, slots=True)
class Replace:
    """A person takes a label off the shelf, and puts a blank one under the same name there later."""

    at: int
    label: str
    back_at: int


@dataclass(frozen=True, slots=True)
class Decide:
    """A person lets go, or refuses, what is held for approval."""

    at: int
    approve: bool


Step = (
    Shopper | Push | Weather | Cut | Dead | Asleep | ClockJump | DiskFull | Kill | Backup | Restore | Wipe | Bind
    | Replace | Decide | Errand
)  # fmt: skip


FAULTS = tuple(
    kind.__name__ for kind in (Weather, Cut, Dead, Asleep, ClockJump, DiskFull, Kill, Restore, Wipe, Bind, Replace)
)
"""The faults of a schedule, and what staff do that may hurt."""


def make_schedule(seed: int) -> list[Step]:
    """The bad day of a seed, in the order of time."""
    dice = random.Random(f"{seed}/schedule")  # noqa: S311  a simulation, no secret
    steps: list[Step] = [*_shoppers(dice), *_pushes(dice), *_weather(dice), *_devices(dice), *_gateway(dice)]
    steps = _timed(random.Random(f"{seed}/timed"), steps)  # noqa: S311  of its own: the rest of the day stays as it is
    steps = _with_coupons(random.Random(f"{seed}/coupons"), steps)  # noqa: S311
    steps += make_errands(seed, DAY, ITEMS)
    return sorted(steps, key=lambda step: step.at)


def _with_coupons(dice: random.Random, steps: list[Step]) -> list[Step]:
    """Some shoppers show a coupon, and some of them the same one."""
    return [
        replace(step, coupon=dice.choice(COUPONS)) if isinstance(step, Shopper) and dice.random() < 0.15 else step
        for step in steps
    ]


def _timed(dice: random.Random, steps: list[Step]) -> list[Step]:
    """Half of the timed changes are ordered for a wall time; past some of them the clock jumps before their time."""
    found: list[Step] = []
    for step in steps:
        if isinstance(step, Push) and step.ahead:
            found.append(replace(step, local=dice.random() < 0.5))
            if dice.random() < 0.15:
                by = step.ahead + dice.randrange(MINUTE, 45 * MINUTE)
                found.append(ClockJump(step.at + 20_000, step.at + step.ahead, by))
        else:
            found.append(step)
    return found


def _when(dice: random.Random, least: int = 5 * MINUTE, most: int = DAY - 10 * MINUTE) -> int:
    return dice.randrange(least, most)


def _span(dice: random.Random, shortest: int, longest: int) -> tuple[int, int]:
    at = _when(dice)
    return at, min(at + dice.randrange(shortest, longest), DAY)


def _shoppers(dice: random.Random) -> list[Step]:
    found: list[Step] = []
    for number in range(1, SHOPPERS + 1):
        at = dice.randrange(4 * MINUTE, DAY - 30 * MINUTE)
        scan_at = at + dice.randrange(20_000, 25 * MINUTE)
        pay_at = scan_at + dice.randrange(5_000, 4 * MINUTE)
        items = tuple(dice.choices(ITEMS, SHELF, k=dice.randint(1, 3)))
        grams, member = dice.randrange(5, 4_000), dice.random() < 0.4
        haggles = dice.choice((40, 75, 99, 100, 130)) if dice.random() < 0.1 else 0
        till = dice.choice(TILLS)
        found.append(Shopper(at, number, till, items, scan_at, pay_at, grams, member, haggles))
    return found


def _pushes(dice: random.Random) -> list[Step]:
    prices = [dice.randrange(99, 1999) for _ in ITEMS]
    found: list[Step] = [Push(1_000, tuple(enumerate(prices)))]
    for at in sorted(_when(dice, 6 * MINUTE, DAY - 40 * MINUTE) for _ in range(20)):
        rows = []
        raised: list[tuple[int, int]] = []
        for item in sorted(set(dice.choices(ITEMS, SHELF, k=dice.randint(1, 3)))):
            before = prices[item]
            factor = dice.choice((0.5, 0.7, 0.8, 0.9, 1.1, 1.2, 1.4, 1.8))
            if dice.random() < 0.04:
                factor = 2.6  # more than a raise may be without a second person
            prices[item] = min(max(20, round(prices[item] * factor)), 9_000)
            rows.append((item, prices[item]))
            if prices[item] > before + 1:
                raised.append((item, (before + prices[item]) // 2))
        ahead = dice.randrange(MINUTE, 15 * MINUTE) if dice.random() < 0.25 else 0
        found.append(Push(at, tuple(rows), ahead))
        if dice.random() < 0.4:  # changed again at once, before it can have landed
            item, minor = rows[0]
            prices[item] = max(20, round(minor * dice.choice((0.6, 0.9, 1.3))))
            found.append(Push(at + dice.randrange(500, 90_000), ((item, prices[item]),)))
        elif raised and dice.random() < 0.4:  # and again just when the raise goes to the tills
            item, prices[item] = raised[0]
            found.append(Push(at + ahead + GRACE_MS + dice.randrange(1_000, 90_000), ((item, prices[item]),)))
    found += [Decide(_when(dice), dice.random() < 0.7) for _ in range(4)]
    found += _promotions(dice, prices) + _batches(dice, prices)
    return _with_member_prices(dice, found)


def _with_member_prices(dice: random.Random, steps: list[Step]) -> list[Step]:
    """Now and then members pay less, of some items mostly; after a raise it may still be more than before."""
    before: dict[int, int] = {}
    found: list[Step] = []
    for step in sorted(steps, key=lambda step: step.at):
        if not isinstance(step, Push):
            found.append(step)
            continue
        member: list[int | None] = []
        for item, minor in step.rows:
            less = round(minor * dice.choice((0.5, 0.7, 0.9)))
            often = (0.7 if item in LOYAL else 0.1) if item in before else 0.1
            if item in before and minor > before[item] + 1 and dice.random() < 0.5:
                less, often = (before[item] + minor) // 2, 0.6
            member.append(less if dice.random() < often else None)
            before[item] = minor
        found.append(replace(step, member=tuple(member)))
    return found


def _batches(dice: random.Random, prices: list[int]) -> list[Step]:
    """Several items at once or none of them; now and then with a raise that somebody has to approve."""
    found: list[Step] = []
    for _ in range(2):
        at = _when(dice, 8 * MINUTE, DAY - 60 * MINUTE)
        factors = (0.7, 0.9, 1.1, 1.3, 1.3) if dice.random() < 0.7 else (0.9, 1.2, 2.7)
        items = sorted(set(dice.choices(ITEMS, SHELF, k=3)))
        rows = tuple((item, max(20, round(prices[item] * dice.choice(factors)))) for item in items)
        ahead = dice.randrange(2 * MINUTE, 15 * MINUTE) if dice.random() < 0.3 else 0
        found.append(Push(at, rows, ahead, batch_by=at + ahead + dice.randrange(3 * MINUTE, 20 * MINUTE)))
    return found


def _promotions(dice: random.Random, prices: list[int]) -> list[Step]:
    """Prices for a time, some of them ordered ahead; the regular price may change meanwhile."""
    found: list[Step] = []
    for _ in range(3):
        at = _when(dice, 8 * MINUTE, DAY - 70 * MINUTE)
        items = sorted(set(dice.choices(ITEMS, SHELF, k=dice.randint(1, 2))))
        rows = tuple((item, max(20, round(prices[item] * dice.choice((0.4, 0.6, 0.8))))) for item in items)
        ahead = dice.randrange(2 * MINUTE, 15 * MINUTE) if dice.random() < 0.4 else 0
        until = at + ahead + dice.randrange(8 * MINUTE, 50 * MINUTE)
        found.append(Push(at, rows, ahead, until))
        if dice.random() < 0.5:
            item = items[0]
            found.append(Push(dice.randrange(at, until), ((item, max(20, round(prices[item] * 1.2))),)))
    return found


def _weather(dice: random.Random) -> list[Step]:
    found: list[Step] = []
    for line in (HEAD_OFFICE, *TILLS):
        for _ in range(dice.randint(0, 2)):
            at, until = _span(dice, 2 * MINUTE, 25 * MINUTE)
            found.append(Weather(at, until, line, dice.uniform(0.05, 0.4), dice.uniform(0, 0.3), 0.5, 20_000))
        found += [Cut(*_span(dice, 15_000, 25 * MINUTE), line) for _ in range(dice.choice((0, 1, 1, 2)))]
    return found


def _devices(dice: random.Random) -> list[Step]:
    found: list[Step] = []
    for _ in range(dice.randint(1, 3)):
        at, until = _span(dice, MINUTE, 40 * MINUTE)
        found.append(Dead(at, until if dice.random() < 0.7 else 0, dice.choice(LABELS)))
    found += [Asleep(*_span(dice, 30_000, 15 * MINUTE), dice.choice(LABELS)) for _ in range(dice.randint(1, 4))]
    found += [Wipe(_when(dice), dice.choice(TILLS)) for _ in range(dice.choice((0, 0, 1, 2)))]
    found += [Bind(_when(dice), dice.choice(LABELS), dice.choice(ITEMS)) for _ in range(dice.randint(0, 4))]
    for _ in range(dice.randint(0, 2)):
        at = _when(dice)
        found.append(Replace(at, dice.choice(LABELS), at + dice.randrange(30_000, 20 * MINUTE)))
    return found


def _gateway(dice: random.Random) -> list[Step]:
    found: list[Step] = [
        Kill(_when(dice), dice.choice(STEPS), dice.choice((1, 1, 2, 3, 5, 8, 13)), dice.randrange(1_000, 3 * MINUTE))
        for _ in range(dice.randint(2, 7))
    ]
    for _ in range(dice.choice((0, 1, 1, 2))):
        at, until = _span(dice, MINUTE, 40 * MINUTE)
        found.append(ClockJump(at, until, dice.choice((-1, 1)) * dice.randrange(30_000, 60 * MINUTE)))
    found += [DiskFull(*_span(dice, 5_000, 5 * MINUTE)) for _ in range(dice.choice((0, 1, 2)))]
    if dice.random() < 0.35:
        at = _when(dice, 20 * MINUTE)
        found += [Backup(at), Restore(_when(dice, at + MINUTE, DAY), dice.randrange(MINUTE, 10 * MINUTE))]
    return found
