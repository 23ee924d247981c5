"""An honest interval in the page's language. Pure but for the catalogue."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from cloud_sync.pages.i18n import Words
from edge.proof.facts import Face, Look, Proof
from edge.proof.moments import clock
from edge.proof.timeline import Span

Money = Callable[[int | None], str]
PROOFS = {
    Proof.SENT: ("outbox", "asof.proof.sent"),
    Proof.SENDING: ("upload", "asof.proof.sending"),
    Proof.REPORTED: ("task_alt", "asof.proof.reported"),
    Proof.READ: ("photo_camera", "asof.proof.read"),
}
"""Evidence → its icon and its word."""


def face_words(face: Face, t: Words, money: Money) -> str:
    """Version and price."""
    price = money(face.minor)
    if face.member is not None:
        price = f"{price}, {t('prices.member', price=money(face.member))}"
    return t("asof.version", version=face.version, price=price)


def look_words(look: Look, t: Words, money: Money, *, till: bool = False) -> str:
    """All that may be presented, joined by "or"."""
    said = [face_words(face, t, money) for face in look.faces]
    if look.away and not said:
        return t("asof.away")
    if look.unknown:
        said.append(t("asof.no-price" if till and not look.lost else "asof.unknown"))
    return t("asof.or").join(said) or t("asof.no-price")


def story_words(
    story: Sequence[Span], t: Words, money: Money, zone: ZoneInfo, moment: int, *, till: bool = False
) -> str:
    """Such as: v7 until 09:58:03, v7 or v8 until 09:58:41, then v8."""
    said = []
    for place, span in enumerate(story):
        what = look_words(span.look, t, money, till=till)
        if span.look.covered is not None:
            since = clock(span.look.covered.at, zone, moment)
            what = t("asof.covered", what=what, time=since, by=span.look.covered.by)
        start, end = clock(span.start, zone, moment), clock(span.end, zone, moment)
        if place and place == len(story) - 1:
            said.append(t("asof.then", what=what))
        elif span.end is None:
            said.append(what if span.start is None else t("asof.since", what=what, time=start))
        elif len(story) == 1 and span.start is not None:
            said.append(t("asof.between", what=what, start=start, end=end))
        else:
            said.append(t("asof.until", what=what, time=end))
    return t("asof.comma").join(said)
