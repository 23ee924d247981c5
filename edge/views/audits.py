"""What audits of the cameras' counts came to."""

from dataclasses import dataclass
from fractions import Fraction

from sqlite_utils import Database

from edge.vision.audit.score import wilson

_COLUMNS = "n, camera, line, source, span_ms, counted, missed, extra, at, by, model"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One audit. `source`: "live" or "file"; `span_ms`: how long the clip was; `model`: "" for those of long ago."""

    n: int
    camera: str
    line: str
    source: str
    span_ms: int
    counted: int
    missed: int
    extra: int
    at: int
    by: str
    model: str

    @property
    def passings(self) -> int:
        """All that person or camera saw."""
        return self.counted + self.missed + self.extra

    @property
    def accuracy(self) -> Fraction | None:
        """What both agree on, among all; None when nobody crossed."""
        return Fraction(self.counted, self.passings) if self.passings else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the accuracy lies with a confidence of 95 %."""
        return wilson(self.counted, self.passings)


def latest_audits(database: Database) -> dict[str, AuditRow]:
    """Camera → its newest audit."""
    rows = database.conn.execute(
        f"SELECT {_COLUMNS} FROM camera_audit WHERE n IN (SELECT MAX(n) FROM camera_audit GROUP BY camera)"  # noqa: S608
    )
    return {row[1]: AuditRow(*row) for row in rows}


def list_audits(database: Database, camera: str, most: int = 20) -> list[AuditRow]:
    """A camera's audits, newest first."""
    rows = database.conn.execute(
        f"SELECT {_COLUMNS} FROM camera_audit WHERE camera = ? ORDER BY n DESC LIMIT ?",  # noqa: S608
        (camera, most),
    )
    return [AuditRow(*row) for row in rows]
