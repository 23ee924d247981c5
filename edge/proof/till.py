"""What a till may have charged for an item, from its rows of the ledger. Pure.

Certainty comes from the till's own word (`till.applied`). A till's versions never go back, so its word ends the doubt
about every older version.
"""

from collections.abc import Iterable
from dataclasses import replace

from edge.proof.facts import RESTORED, Clock, Evidence, Face, Look, Proof, Row
from edge.proof.timeline import Timeline, lay_out

KINDS = ("till.joined", "till.sent", "till.applied", "till.forgot", "device.retired", RESTORED)
"""The rows that say something about a till's prices."""


def till_timeline(
    till: str, item: str, rows: Iterable[Row], clock: Clock | None = None, *, member: bool = False
) -> Timeline:
    """The till's past with one item. `rows`: its rows of `KINDS`, in order; other rows are passed over.

    `member`: what it had for members.
    """
    table = "members" if member else "rows"
    looks: list[tuple[Row | None, Look]] = [(None, Look(bound=item))]
    for row in rows:
        if row.subject == till and row.kind in KINDS:
            looks.append((row, _after(looks[-1][1], row, item, table)))
    return lay_out(till, looks, clock or Clock())


def _after(look: Look, row: Row, item: str, table: str) -> Look:
    match row.kind:
        case "gateway.restored":
            return replace(look, unknown=True, lost=True)
        case "till.joined":
            return Look((), unknown=True, away=False, bound=item)
        case "till.forgot":
            return replace(look, unknown=True)
        case "device.retired":
            return Look((), unknown=False, away=True, bound=item)
    said = Evidence(Proof.SENT if row.kind == "till.sent" else Proof.REPORTED, row.seq, row.at, row.hash)
    for of, version, *more in row.body.get(table, ()):
        if of == item:
            minor = int(more[0]) if more else None
            look = _sent(look, Face(item, int(version), minor, (said,))) if more else _applied(look, version, said)
    return look


def _sent(look: Look, face: Face) -> Look:
    rest = [one for one in look.faces if one.version != face.version]
    return replace(look, faces=tuple(sorted([*rest, face], key=lambda one: one.version)))


def _applied(look: Look, version: int, said: Evidence) -> Look:
    known = {face.version: face for face in look.faces}
    if version not in known and known and version < max(known):
        return look  # a late word about a version that is gone
    face = known.get(version) or Face(look.bound, version, None)
    newer = tuple(one for one in look.faces if one.version > version)
    return replace(look, faces=(replace(face, evidence=(*face.evidence, said)), *newer), unknown=False)
