"""How fast an item sells now, and what it costs that a raise of it waits. Pure but for the one query."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlite_utils import Database

WINDOW_MS = 4 * 3_600_000
"""Sales of the last four hours make the rate: long enough for an item that sells twice an hour, short enough to be of
this part of the day."""
PAUSE_MS = 2 * 3_600_000
"""So long without any sale at any till, the shop was shut: the rate counts from when it opened."""
SHORTEST_MS = 30 * 60_000
"""No rate is made of less time than this, so that the first sale of the day is not taken for a rush."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of a receipt. `minor`: price of one, or of one kg, l or m; `total`: what was paid for the line."""

    minor: int
    total: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What a waiting raise costs: minor units per hour, judged by `sales` receipt lines within `window_ms`."""

    per_hour: int
    sales: int
    window_ms: int


def trading_time(sales: Sequence[int], now: int) -> int:
    """How much of the window the shop has been open, in milliseconds. `sales`: times of all sales in it."""
    opened = before = now - WINDOW_MS
    for at in sorted(sales):
        if at - before >= PAUSE_MS:
            opened = at
        before = at
    return max(SHORTEST_MS, now - opened)


def loss_per_hour(sold: Iterable[Sold], gives_away: int, window_ms: int) -> Loss:
    """What each unit gives away, times the units that sell in an hour.

    Units are what was paid divided by the price, so that half a kilogram counts as half. Nothing is smoothed:
    over many days the mean of the estimates is the true loss, and no sale in the window means none.
    """
    lines = [one for one in sold if one.minor > 0]
    units = sum((Fraction(one.total, one.minor) for one in lines), Fraction())
    return Loss(round(units * gives_away * 3_600_000 / window_ms), len(lines), window_ms)


def read_losses(database: Database, gives_away: dict[str, int], now: int) -> dict[str, Loss]:
    """Item → what its waiting raise costs now. `gives_away`: item → minor units lost per unit sold.

    A sale's time is the till's; one that a till's clock puts into the future counts as of now.
    """
    if not gives_away:
        return {}
    start = now - WINDOW_MS
    times = [min(at, now) for (at,) in database.conn.execute("SELECT at FROM sale WHERE at >= ?", (start,))]
    window = trading_time(times, now)
    marks = ",".join("?" * len(gives_away))
    sold: dict[str, list[Sold]] = {item: [] for item in gives_away}
    for item, minor, total in database.conn.execute(
        "SELECT json_extract(line.value, '$[0]') AS item, json_extract(line.value, '$[2]'),"  # noqa: S608  "?" only
        " json_extract(line.value, '$[4]') FROM sale, json_each(sale.lines, '$.lines') AS line"
        f" WHERE sale.at >= ? AND item IN ({marks})",
        (max(start, now - window), *gives_away),
    ):
        sold[item].append(Sold(minor, total))
    return {item: loss_per_hour(lines, gives_away[item], window) for item, lines in sold.items()}
