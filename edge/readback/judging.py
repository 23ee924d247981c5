"""Judging what a picture shows against what the ledger believes. Pure.

A reading is about one label when its code carries a tag that only one label has. A code without a tag (a picture that
was made elsewhere) is about a label only where one label alone may show what was read; else it is about the item, and
proves nothing about any single label.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from edge.readback.beliefs import Beliefs, ItemBelief, LabelBelief
from edge.readback.facts import Judged, Reading, Verdict


def judge(readings: Sequence[Reading], beliefs: Beliefs, taken: int, place: str = "") -> tuple[Judged, ...]:
    """A verdict on each reading of one picture, in their order.

    `taken`: when the picture was taken, UTC epoch milliseconds by the gateway's clock; what happened to a label since
    is no fault of it. `place`: where the picture was taken, "" when nobody said.
    """
    owners = [_owner(one, beliefs) for one in readings]
    copies = Counter(owner.device for owner in owners if owner is not None)
    crowd = Counter(one.item for one, owner in zip(readings, owners, strict=True) if owner is None)
    judged = []
    for reading, owner in zip(readings, owners, strict=True):
        item = beliefs.items.get(reading.item)
        found = Judged(reading, Verdict.UNKNOWN_ITEM, name=item.name if item else "")
        if owner is not None:
            found = _of_label(found, owner, item, taken, place)
            if copies[owner.device] > 1:
                found = replace(found, verdict=Verdict.SURPLUS, evidence=False)
        elif item is not None:
            found = _of_item(found, item, beliefs, crowd[reading.item], place)
        judged.append(_priced(found, item))
    return tuple(judged)


def _owner(reading: Reading, beliefs: Beliefs) -> LabelBelief | None:
    """The one label that the reading is about, if that can be known."""
    what = reading.item, reading.version
    if not reading.tag:
        may = [label for label in beliefs.labels if what in label.may]
        bound = beliefs.bound(reading.item)
        return may[0] if len(may) == 1 and (not bound or bound == may) else None
    tagged = beliefs.tagged(reading.tag)
    if len(tagged) > 1:  # two labels of one tag: the one that has to do with the item
        tagged = [label for label in tagged if label.item == reading.item or what in label.may]
    return tagged[0] if len(tagged) == 1 else None


def _of_label(found: Judged, label: LabelBelief, item: ItemBelief | None, taken: int, place: str) -> Judged:
    """The verdict where the label is known."""
    reading = found.reading
    target = item.target if item is not None and label.item == reading.item else None
    found = replace(
        found,
        label=label.device,
        place=label.place,
        evidence=label.enrolled and (label.touched is None or label.touched < taken),
        wanted=None if target is None else (reading.item, target),
    )
    if not label.enrolled:
        return replace(found, verdict=Verdict.UNBOUND)
    if label.item == reading.item:
        verdict = _of_version(reading.version, label, item)
    elif (reading.item, reading.version) in label.may and (reading.item, reading.version) != label.caught:
        verdict = Verdict.CHANGING
    else:
        verdict = Verdict.WRONG_ITEM if label.item else Verdict.UNBOUND
    if verdict.contradicts and not found.evidence:
        verdict = Verdict.CHANGING  # it was sent something, or bound, after the picture was taken
    if verdict.fine and place and label.place and place != label.place:
        verdict = Verdict.MOVED
    return replace(found, verdict=verdict)


def _of_version(version: int, label: LabelBelief, item: ItemBelief | None) -> Verdict:
    """How a version of the label's own item stands to what the label may show."""
    may = [held for about, held in label.may if about == label.item]
    if item is None or version not in item.prices:
        return Verdict.UNEXPECTED
    if (label.item, version) != label.caught and (version in may or label.unknown):
        return Verdict.RIGHT if version == item.target else Verdict.CHANGING
    return Verdict.OLD if version < max(may, default=0) else Verdict.UNEXPECTED


def _of_item(found: Judged, item: ItemBelief, beliefs: Beliefs, seen: int, place: str) -> Judged:
    """The verdict where only the item is known."""
    reading = found.reading
    bound = beliefs.bound(reading.item)
    candidates = [label for label in beliefs.labels if (reading.item, reading.version) in label.may]
    found = replace(found, wanted=None if item.target is None else (item.item, item.target))
    if reading.tag or not (bound or candidates):
        return replace(found, verdict=Verdict.UNBOUND)
    places = {label.place for label in bound}
    if len(places) == 1:
        found = replace(found, place=bound[0].place)
    if seen > max(len(bound), len(candidates)):
        return replace(found, verdict=Verdict.SURPLUS)
    if reading.version not in item.prices:
        return replace(found, verdict=Verdict.UNEXPECTED)
    if candidates or any(label.unknown for label in bound):
        if place and places and place not in places and "" not in places:
            return replace(found, verdict=Verdict.MOVED)
        return replace(found, verdict=Verdict.RIGHT if reading.version == item.target else Verdict.CHANGING)
    return replace(found, verdict=Verdict.OLD if reading.version < (item.target or 0) else Verdict.UNEXPECTED)


def _priced(found: Judged, item: ItemBelief | None) -> Judged:
    """What the label asks for and what the tills may: the most where that is above the label, else the least.

    A picture from before the label's last change is not held against what the tills charge after it.
    """
    if item is None:
        return found
    shown = item.prices.get(found.reading.version)
    if found.label and not found.evidence and found.verdict is Verdict.CHANGING:
        return replace(found, shown=shown)
    target = None if item.target is None else item.prices[item.target]
    least, most = item.charged or (target, target)
    charged = most if shown is not None and most is not None and most > shown else least
    return replace(found, shown=shown, charged=charged)
