"""Who goes with whom, so that all together fit best: the assignment problem, for few at a time.

Taking the best pair first, then the best of what is left, gives the last ones what nobody wants: where people pass
each other two would swap their names, though both fit almost as well the right way round.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import inf

Fit = tuple[int, int, float]
"""Row, column, and how well they fit: above 0."""


def best_pairs(fits: Iterable[Fit]) -> dict[int, int]:
    """Row → column, none twice, with the largest sum of fits. What has no fit is not paired."""
    of_row: dict[int, dict[int, float]] = defaultdict(dict)
    of_column: dict[int, list[int]] = defaultdict(list)
    for row, column, fit in fits:
        of_row[row][column] = fit
        of_column[column].append(row)
    pairs: dict[int, int] = {}
    while of_row:
        rows, columns = _together(next(iter(of_row)), of_row, of_column)
        likings = [of_row.pop(row) for row in rows]
        if len(rows) == 1:  # nobody else wants any of these
            pairs[rows[0]] = max(likings[0], key=likings[0].__getitem__)
            continue
        taken = assigned([[liking.get(column, 0.0) for column in columns] for liking in likings])
        pairs |= {
            row: columns[j]
            for row, liking, j in zip(rows, likings, taken, strict=True)
            if j >= 0 and columns[j] in liking
        }
    return pairs


def _together(
    first: int, of_row: dict[int, dict[int, float]], of_column: dict[int, list[int]]
) -> tuple[list[int], list[int]]:
    """The rows and columns that share fits with this row, directly or through others."""
    rows, columns = {first: None}, dict[int, None]()
    waiting = [first]
    while waiting:
        for column in of_row[waiting.pop()]:
            if column not in columns:
                columns[column] = None
                fresh = [row for row in of_column[column] if row not in rows]
                rows.update(dict.fromkeys(fresh))
                waiting += fresh
    return list(rows), list(columns)


def assigned(gains: Sequence[Sequence[float]]) -> list[int]:
    """For each row of a table its column, or -1 where there are too few: no column twice, the largest sum of gains.

    The Hungarian method: each row in turn takes the column that costs those before it least.
    """
    if not gains or len(gains) <= len(gains[0]):
        return _narrow(gains)
    taken = _narrow([list(column) for column in zip(*gains, strict=True)])
    rows = [-1] * len(gains)
    for column, row in enumerate(taken):
        rows[row] = column
    return rows


def _narrow(gains: Sequence[Sequence[float]]) -> list[int]:
    """The same for a table with no more rows than columns."""
    many = len(gains[0]) if gains else 0
    price_row, price = [0.0] * len(gains), [0.0] * (many + 1)
    owner = [-1] * (many + 1)  # the last is no column: it holds the row that looks for one
    for row in range(len(gains)):
        slack, came, done = [inf] * many, [many] * many, [False] * (many + 1)
        owner[many], at = row, many
        while owner[at] >= 0:
            done[at] = True
            mine, step, nearest = owner[at], inf, many
            for column, gain in enumerate(gains[mine]):
                if not done[column]:
                    cost = -gain - price_row[mine] - price[column]
                    if cost < slack[column]:
                        slack[column], came[column] = cost, at
                    if slack[column] < step:
                        step, nearest = slack[column], column
            for column in range(many + 1):
                if done[column]:
                    price_row[owner[column]] += step
                    price[column] -= step
                elif column < many:
                    slack[column] -= step
            at = nearest
        while at != many:
            owner[at] = owner[came[at]]
            at = came[at]
    rows = [-1] * len(gains)
    for column, row in enumerate(owner[:many]):
        if row >= 0:
            rows[row] = column
    return rows
