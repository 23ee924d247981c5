"""A reduction is judged again when it begins: what was the lowest price on its arrival may not be any more."""

from dataclasses import dataclass

from cloud_sync.contract.change import ChangeRow
from edge.law.settings import Action, Law
from edge.prices.checks import check_reduction
from edge.prices.history import read_records
from edge.store import Transaction


@dataclass(frozen=True, slots=True)
class LawfulStart:
    """Call it as `objection` of the price engine: why a price that waited may not begin now, or ""."""

    law: Law

    def __call__(self, tx: Transaction, item: str, version: int) -> str:
        """Only what is refused counts here: what merely needed a person has had one."""
        row = tx.sql.execute(
            "SELECT name, minor, currency, per, was_minor FROM price WHERE item = ? AND version = ?", (item, version)
        ).fetchone()
        name, minor, currency, per, was_minor = row
        asked = ChangeRow(item=item, name=name, minor=minor, currency=currency, per=per, was_minor=was_minor)
        objection = check_reduction(asked, read_records(tx, [item])[item], tx.now, self.law)
        return objection.why if objection is not None and objection.action is Action.REFUSE else ""
