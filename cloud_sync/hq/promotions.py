"""Promotions with an end that a store was pushed, and what they mean for a change of the regular price.

Only head office numbers prices, so everything that keeps their order is decided here: a regular price that changes
while the promotion runs lands at its end; one that changes before the promotion begins lands at once, and the
promotion is pushed again behind it, since a version never goes back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, delete, select

from cloud_sync.contract.change import ChangeRow
from cloud_sync.hq.database import upsert
from cloud_sync.hq.office import HqError
from cloud_sync.hq.schema import change_rows, changes, price_list, promotions

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Promotion:
    """A promotion that runs or is to come. Times are UTC epoch milliseconds."""

    row: ChangeRow
    starts_at: int
    until: int


@dataclass(frozen=True, slots=True)
class Portion:
    """Rows that go into the log as changes of their own. `until`: they are promotions, followed by `afterwards`."""

    rows: Sequence[ChangeRow]
    effective_at: int
    until: int | None = None
    afterwards: Sequence[ChangeRow] = ()


def read_promotions(sql: Connection, store: str, now: int) -> dict[str, Promotion]:
    """Item → its promotion, for all that have not ended and that the store did not refuse."""
    return {
        found.item: Promotion(ChangeRow.model_validate_json(found.row), found.starts_at, found.until)
        for found in sql.execute(_TO_END, {"of_store": store, "now": now})
    }


_REFUSED = and_(
    change_rows.c.store == promotions.c.store,
    change_rows.c.sequence == promotions.c.sequence,
    change_rows.c.item == promotions.c.item,
    change_rows.c.outcome == "refused",
)
_TO_END = select(promotions).where(
    promotions.c.store == bindparam("of_store"),
    promotions.c.until > bindparam("now"),
    ~select(change_rows.c.item).where(_REFUSED).exists(),
)


def keep_promotions(sql: Connection, store: str, sequence: int, portion: Portion) -> None:
    """Remember the promotions of a change."""
    if portion.until is not None:
        facts = {"store": store, "sequence": sequence, "starts_at": portion.effective_at, "until": portion.until}
        upsert(sql, promotions, [{**facts, "item": row.item, "row": row.model_dump_json()} for row in portion.rows])


def forget_promotions(sql: Connection, store: str, items: Iterable[str]) -> None:
    """These items' promotions are over."""
    wanted = list(items)
    for place in range(0, len(wanted), CHUNK):
        part = wanted[place : place + CHUNK]
        sql.execute(delete(promotions).where(promotions.c.store == store, promotions.c.item.in_(part)))


def regular(rows: Sequence[ChangeRow], start: int, known: Mapping[str, Promotion], settled: int = 0) -> list[Portion]:
    """How rows with regular prices, to be in force from `start`, have to be pushed beside the promotions.

    `settled`: by when a start on the store's own clock has come by either reading of it. What waits for the end of a
    promotion waits for that as well, or a raise would begin before the time that was announced.
    """
    settled = max(start, settled)
    now, later, again = [], dict[int, list[ChangeRow]](), dict[tuple[int, int], list[ChangeRow]]()
    for row in rows:
        promotion = known.get(row.item)
        if promotion is None or start >= promotion.until:
            now.append(row)
        elif promotion.starts_at <= settled:
            later.setdefault(max(promotion.until, settled), []).append(row)
        else:
            now.append(row)
            again.setdefault((promotion.starts_at, promotion.until), []).append(row)
    portions = [Portion(now, start)] if now else []
    portions += [Portion(part, until) for until, part in sorted(later.items())]
    for (starts_at, until), part in sorted(again.items()):
        plain = [row.model_copy(update={"was_minor": None}) for row in part]
        portions.append(Portion([known[row.item].row for row in part], starts_at, until, plain))
    return portions


def promoted(sql: Connection, store: str, rows: Sequence[ChangeRow], start: int, until: int) -> Portion:
    """Rows as promotions. Raises HqError where it is not known what an item costs afterwards."""
    if until <= start:
        raise HqError("a promotion has to end after it begins")
    listed, known = _listed(sql, store, [row.item for row in rows]), read_promotions(sql, store, 0)
    for row in rows:
        base = listed.get(row.item)
        if base is None:
            raise HqError(f"{row.name}: push its regular price first; it is what the promotion ends with")
        waits_for = known.get(row.item)
        if base[1] >= until and (waits_for is None or waits_for.until != base[1]):
            raise HqError(f"{row.name}: a regular price is ordered for after the promotion; push the promotion first")
    # The regular price comes back as a plain one: what it was reduced from would have to be below the promotion.
    afterwards = [listed[row.item][0].model_copy(update={"was_minor": None}) for row in rows]
    return Portion(rows, start, until, afterwards)


def _listed(sql: Connection, store: str, items: Iterable[str]) -> dict[str, tuple[ChangeRow, int]]:
    """Item → its regular price, and from when it is in force."""
    wanted, found = list(items), {}
    for place in range(0, len(wanted), CHUNK):
        query = select(price_list.c.item, price_list.c.row, changes.c.effective_at).join(
            changes, (changes.c.store == price_list.c.store) & (changes.c.sequence == price_list.c.sequence)
        )
        query = query.where(price_list.c.store == store, price_list.c.item.in_(wanted[place : place + CHUNK]))
        for row in sql.execute(query):
            found[row.item] = ChangeRow.model_validate_json(row.row), row.effective_at
    return found
