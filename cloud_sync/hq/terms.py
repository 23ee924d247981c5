"""On what terms prices are pushed: from when, until when, and whether all of them or none."""

from dataclasses import dataclass

from cloud_sync.hq.times import parse_instant, parse_start


@dataclass(frozen=True, slots=True)
class Terms:
    """How rows are to be pushed. Times are UTC epoch milliseconds; `effective_at`: now when None or past;
    with `begins`, see `Change`, only head office's guess.

    `until`: the rows are promotions that end then, with the regular price of the list. `deadline`: the rows are a
    batch; the store begins with all of them by then, or with none. `end_promotions`: the rows are in force at once
    also where a promotion runs, and end it.
    """

    effective_at: int | None = None
    begins: str | None = None
    until: int | None = None
    deadline: int | None = None
    end_promotions: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The same as an operator writes it: times on the store's own clock, or with an offset; "" for none."""

    at: str = ""
    until: str = ""
    deadline: str = ""
    end_promotions: bool = False

    def terms(self, timezone: str) -> Terms:
        """Raises HqError for what is no time."""
        start = parse_start(self.at, timezone)
        until, deadline = (
            parse_instant(said, timezone) if said.strip() else None for said in (self.until, self.deadline)
        )
        return Terms(start.effective_at, start.begins, until, deadline, self.end_promotions)
