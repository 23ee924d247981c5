"""Short ways to write ledger rows and to read spans in tests."""

from typing import Any

from edge.proof.facts import Row
from edge.proof.timeline import Span, Timeline

ITEM, OTHER = "03850334043641", "03850334018236"


class Book:
    """Rows in order, one every ten seconds unless a time is given."""

    def __init__(self, subject: str = "label-1") -> None:
        self.subject = subject
        self.rows: list[Row] = []

    def add(self, kind: str, *, at: int | None = None, subject: str = "", **body: Any) -> "Book":
        seq = len(self.rows) + 1
        time = seq * 10_000 if at is None else at
        self.rows.append(Row(seq, time, kind, subject or self.subject, body, f"{seq:064x}"))
        return self

    def bound(self, item: str = ITEM, **more: Any) -> "Book":
        return self.add("label.bound", item=item, by="ana", **more)

    def sent(self, version: int, minor: int = 100, item: str = ITEM, **more: Any) -> "Book":
        return self.add("label.sent", item=item, version=version, minor=minor, **more)

    def sending(self, version: int, item: str = ITEM, **more: Any) -> "Book":
        return self.add("label.sending", item=item, version=version, pixels=f"p{version}", **more)

    def shown(self, version: int, item: str = ITEM, **more: Any) -> "Book":
        return self.add("label.shown", item=item, version=version, pixels=f"p{version}", **more)

    def read(self, version: int, item: str = ITEM, **more: Any) -> "Book":
        return self.add("label.read", item=item, version=version, source="camera", **more)

    def till_sent(self, *rows: tuple[str, int, int], **more: Any) -> "Book":
        return self.add("till.sent", rows=[list(row) for row in rows], **more)

    def applied(self, *rows: tuple[str, int], **more: Any) -> "Book":
        return self.add("till.applied", rows=[list(row) for row in rows], **more)


def versions(span: Span) -> str:
    """Such as "1 or 2", with "?" for what is not on record and "-" for away."""
    said = [str(face.version) if face.item == ITEM else f"{face.version}*" for face in span.look.faces]
    return " or ".join([*said, *("?" if span.look.unknown else ""), *("-" if span.look.away else "")])


def spelled(line: Timeline) -> list[str]:
    """Every span of a timeline."""
    return [versions(span) for span in line.spans]
