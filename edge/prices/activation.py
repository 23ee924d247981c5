"""The activation core: which device may present which price of one item, and when a change has landed.

Everything follows from one invariant, **no till charges more than any label of the item may show**, and from
speaking of what a device *may* present: what it last confirmed and everything sent to it since. Two rules keep it:

* a till may be sent a price that is not above the lowest price any label may show;
* a label may be sent a price that is not below the highest price any till may charge.

A cut therefore reaches every till before any label, and a raise every label before any till, with no case for
either; lost confirmations, superseded changes, restarts and labels bound anew need no case of their own. Pure: a
function of what is known and the time; it reads no clock, disk or socket.

A price for members is a second book of the same item, under the same two rules. A label shows both prices in one
picture, so it is sent what both books allow; a till keeps them apart, and takes each as its own book allows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """The two ways in which a device presents a price."""

    LABEL = "label"
    TILL = "till"


class Offer(NamedTuple):
    """A price version of the item. `minor` is the price in minor units of the store's currency."""

    version: int
    minor: int


class Shown(NamedTuple):
    """An offer that a device may be presenting. Confirmed: the device said so, and nothing older remains."""

    offer: Offer
    confirmed: bool
    until: int | None = None
    """When a newer confirmation replaced it; still counted while the grace window lasts. None: may be shown now."""


class Face(NamedTuple):
    """A device that presents this item, or has until it confirms something else.

    `bound`: it is meant to present the item from now on. A bound label with nothing in `may` shows something
    unknown, so no raise passes it. `stopped`: a till whose lease has ended sells nothing until it has caught up, so
    it holds back no label. `covered`: when a person vouched that nobody can read the label, None while one can. It may
    still be sent offers, and holds nothing back once what it showed has passed the grace window.
    """

    device: str
    role: Role
    bound: bool
    may: tuple[Shown, ...] = ()
    stopped: bool = False
    covered: int | None = None

    @property
    def newest(self) -> int:
        """The highest version sent or confirmed; 0 when none."""
        return max([shown.offer.version for shown in self.may]) if self.may else 0

    @property
    def owes_nothing(self) -> bool:
        """Whether the device confirmed what it presents, and was sent nothing since."""
        current = [shown for shown in self.may if shown.until is None]
        return len(current) == 1 and current[0].confirmed

    def settled_on(self, offer: Offer) -> bool:
        """Whether the device confirmed this offer, and may present nothing else now."""
        current = [shown for shown in self.may if shown.until is None]
        return len(current) == 1 and current[0].confirmed and current[0].offer == offer


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of one item: the offer in force (None: none yet) and every face that it has."""

    item: str
    target: Offer | None
    faces: Mapping[str, Face]
    member: "Book | None" = None
    """What members pay, where that ever was another price. A till that has confirmed nothing for members charges them
    what it charges all: that stands in this book as version 0."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The store's settings. `grace_ms`: how long a price counts as shown after it left a label."""

    grace_ms: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is allowed now. `send`: device → the target. `waiting_for`: the devices that hold the rest back.

    `send_member`: tills → what the target is for members.
    """

    send: tuple[str, ...]
    waiting_for: tuple[str, ...]
    landed: bool
    send_member: tuple[str, ...] = ()


def plan(book: Book, rules: Rules, now: int) -> Plan:
    """Decide which faces may be sent the target now, and whether the target has landed everywhere."""
    one = _plan_one(book, rules, now)
    member = book.member
    if member is None or book.target is None:
        return one
    two = _plan_one(member, rules, now)
    labels = [face for face in member.faces.values() if face.role is Role.LABEL]
    tills = [face for face in member.faces.values() if face.role is Role.TILL]
    # Members pay the price for all at a till that knows none for them yet: it is judged as one, too.
    held = bool(one.send) and _labels_below(labels, tills, book.target, rules, now)
    unready = {till.device for till in tills if held and not charges_members(till)}
    role = {device: face.role for device, face in book.faces.items()}
    send = [
        device for device in one.send if (device in two.send if role[device] is Role.LABEL else device not in unready)
    ]
    waiting = dict.fromkeys([*one.waiting_for, *two.waiting_for])
    members = tuple(device for device in two.send if role[device] is Role.TILL)
    return Plan(tuple(send), tuple(waiting), one.landed and two.landed, members)


def charges_members(till: Face) -> bool:
    """Whether a till, as it stands in the book for members, has confirmed a price for them."""
    return any(shown.confirmed and shown.offer.version > 0 for shown in till.may)


def _plan_one(book: Book, rules: Rules, now: int) -> Plan:
    target = book.target
    if target is None:
        return Plan((), (), landed=False)
    labels = [face for face in book.faces.values() if face.role is Role.LABEL]
    tills = [face for face in book.faces.values() if face.role is Role.TILL]
    behind_labels = [face for face in labels if face.bound and face.newest < target.version]
    behind_tills = [face for face in tills if face.bound and face.newest < target.version]
    above = _tills_above(tills, target) if behind_labels else []
    below = _labels_below(labels, tills, target, rules, now) if behind_tills else []
    send = [face.device for face in behind_tills if not below] + [face.device for face in behind_labels if not above]
    unsettled = [
        face.device
        for face in book.faces.values()
        if face.bound and not face.stopped and face.covered is None and not face.settled_on(target)
    ]
    waiting = dict.fromkeys([*below, *above, *unsettled])
    return Plan(tuple(send), tuple(waiting), landed=not unsettled)


def raises(book: Book) -> bool:
    """Whether the target, or the one for members, is above what some device of the item presents now."""
    target = book.target
    higher = target is not None and any(
        shown.until is None and shown.offer.minor < target.minor for face in book.faces.values() for shown in face.may
    )
    return higher or (book.member is not None and raises(book.member))


def _tills_above(tills: list[Face], target: Offer) -> list[str]:
    """Tills that may still charge more than the target: while there are any, no label may show it."""
    return [
        till.device
        for till in tills
        if not till.stopped and any(shown.offer.minor > target.minor for shown in till.may)
    ]


def _labels_below(labels: list[Face], tills: list[Face], target: Offer, rules: Rules, now: int) -> list[str]:
    """Labels that may still show less than the target: while there are any, no till may charge it."""
    charged = [shown.offer.minor for till in tills for shown in till.may]
    raises = bool(charged) and target.minor > min(charged)
    held = []
    for label in labels:
        counted = [shown for shown in label.may if _counts(label, shown, rules, now)]
        # What it showed before it was taken away and hung again says nothing of what it shows now.
        known = label.covered is not None or any(shown.confirmed and shown.until is None for shown in label.may)
        unknown = label.bound and raises and not known
        if unknown or any(shown.offer.minor < target.minor for shown in counted):
            held.append(label.device)
    return held


def _counts(label: Face, shown: Shown, rules: Rules, now: int) -> bool:
    """Whether a shopper may have read this offer on the label within the grace window."""
    gone = label.covered if shown.until is None else shown.until
    return gone is None or now - gone < rules.grace_ms


def may_uncover(book: Book, label: str) -> bool:
    """Whether a covered label may be read again: it shows the offer in force, and no till may charge more."""
    face, target = book.faces.get(label), book.target
    if face is None or target is None:
        return False
    tills = [one for one in book.faces.values() if one.role is Role.TILL]
    members = book.member is None or may_uncover(book.member, label)
    return members and face.settled_on(target) and not _tills_above(tills, target)


def sent(face: Face, offer: Offer) -> Face:
    """The face after the offer was sent to it. Versions never go back: an older one changes nothing."""
    if offer.version <= face.newest:
        return face
    return face._replace(may=(*face.may, Shown(offer, confirmed=False)))


def confirmed(face: Face, version: int, now: int, rules: Rules) -> Face:
    """The face after the device confirmed a version. What is older is gone, but for the grace window."""
    if not any(shown.offer.version == version for shown in face.may):
        return face
    kept = []
    for shown in face.may:
        if shown.offer.version < version:
            until = now if shown.until is None else shown.until
            if now - until < rules.grace_ms:
                kept.append(shown._replace(until=until))
        elif shown.offer.version == version:
            kept.append(shown._replace(confirmed=True))
        else:
            kept.append(shown)
    return face._replace(may=tuple(kept))
