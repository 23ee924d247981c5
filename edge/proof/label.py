"""What a label may have shown, from its rows of the ledger. Pure.

The faces of a look stand in the order in which they were last sent. The label's own word, or a reading of its code,
ends the doubt about everything sent before it; whatever was sent after it may still come. A word that is lost leaves
the set to grow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from edge.proof.facts import RESTORED, Clock, Cover, Evidence, Face, Look, Proof, Row
from edge.proof.timeline import Timeline, lay_out

KINDS = (
    "label.bound", "label.sent", "label.sending", "label.shown", "label.read", "label.covered", "label.uncovered",
    "device.retired", RESTORED,
)  # fmt: skip
"""The rows that say something about a label's picture."""
_PROOF = {
    "label.sent": Proof.SENT,
    "label.sending": Proof.SENDING,
    "label.shown": Proof.REPORTED,
    "label.read": Proof.READ,
}


@dataclass(slots=True)
class _Past:
    """The looks so far, and what is remembered of faces that are gone."""

    looks: list[tuple[Row | None, Look]] = field(default_factory=lambda: [(None, Look())])
    minors: dict[tuple[str, int], int] = field(default_factory=dict)
    members: dict[tuple[str, int], int] = field(default_factory=dict)
    newest: dict[str, Face] = field(default_factory=dict)
    """Item → the newest version that this label was ever sent of it."""


def label_timeline(label: str, rows: Iterable[Row], clock: Clock | None = None) -> Timeline:
    """The label's past. `rows`: its rows of `KINDS`, in order; other rows are passed over."""
    past = _Past()
    for row in rows:
        if row.subject != label or row.kind not in KINDS:
            continue
        look = _after(past, past.looks[-1][1], row)
        past.looks.append((row, look))
    return lay_out(label, past.looks, clock or Clock())


def _after(past: _Past, look: Look, row: Row) -> Look:
    if row.kind == RESTORED:
        return replace(look, unknown=True, lost=True)
    if row.kind == "device.retired":
        past.newest.clear()
        return Look((), unknown=False, away=True)
    if row.kind == "label.covered":
        return replace(look, covered=Cover(str(row.body.get("by", "")), row.at, row.seq))
    if row.kind == "label.uncovered":
        return replace(look, covered=None)
    item = str(row.body.get("item", ""))
    if row.kind == "label.bound":
        return _bound(past, look, item)
    face = _face(past, look, row, item)
    rest = tuple(one for one in look.faces if one.key != face.key)
    match _PROOF[row.kind]:
        case Proof.SENT:
            return replace(look, faces=(*rest, face))
        case Proof.SENDING:
            if len(rest) < len(look.faces):
                return replace(look, faces=tuple(face if one.key == face.key else one for one in look.faces))
            return replace(look, faces=(*rest, face))
        case Proof.REPORTED | Proof.READ as proof:
            keys = [one.key for one in look.faces]
            if face.key in keys:
                later = look.faces[keys.index(face.key) + 1 :]
                return replace(look, faces=(face, *later), unknown=False)
            if proof is Proof.READ:
                _doubt(past, face)
            return replace(look, faces=(face, *look.faces), unknown=False)


def _bound(past: _Past, look: Look, item: str) -> Look:
    """Bound to an item: what the label was last sent of it may be sent once more, without asking anybody."""
    look = replace(look, bound=item, unknown=look.unknown or look.away, away=False)
    again = next((face for face in reversed(look.faces) if face.item == item), past.newest.get(item))
    if again is None or (look.faces and look.faces[-1].key == again.key):
        return look
    return replace(look, faces=(*(face for face in look.faces if face.key != again.key), again))


def _face(past: _Past, look: Look, row: Row, item: str) -> Face:
    """The face that a row speaks of, with the row among its evidence."""
    body, proof = row.body, _PROOF[row.kind]
    key = item, int(body.get("version", 0))
    minor = body.get("minor")
    if isinstance(minor, int):
        past.minors[key] = minor
    if isinstance(member := body.get("member"), int):
        past.members[key] = member
    said = Evidence(proof, row.seq, row.at, row.hash, str(body.get("pixels", "")), str(body.get("source", "")))
    held = next((one for one in look.faces if one.key == key), None)
    before = held.evidence if held is not None and proof is not Proof.SENT else ()
    face = Face(*key, past.minors.get(key), (*before, said), past.members.get(key))
    if proof is not Proof.READ and key[1] >= (past.newest[item].version if item in past.newest else 0):
        past.newest[item] = face
    return face


def _doubt(past: _Past, face: Face) -> None:
    """A reading contradicts the label's word: it may have shown this ever since it could have, or was last read."""
    for place in range(len(past.looks) - 1, 0, -1):
        row, look = past.looks[place]
        if look.away or any(one.key == face.key for one in look.faces):
            return
        past.looks[place] = (row, replace(look, faces=(face, *look.faces)))
        if row is not None and row.kind in ("label.read", "label.bound"):
            return
