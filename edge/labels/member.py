"""The second price of a label: what members pay, in a frame of its own beside or below the price for all."""

from dataclasses import dataclass, replace

from drivers.base import Ink
from edge.labels.canvas import Box, Canvas
from edge.labels.content import LabelContent
from edge.labels.glyphs import BOLD, SMALLEST, face
from edge.labels.layout import Layout
from edge.labels.money import members
from edge.labels.typeset import Block, footroom, headroom, largest, price_block

SHARES = (44, 48, 40, 52)
"""Percent of the place that the members' price may take, tried in turn."""


@dataclass(frozen=True, slots=True)
class Split:
    """A place in two: for the price of all, and for that of members."""

    everybody: Box
    members: Box


def split(place: Box, layout: Layout) -> list[Split]:
    """The ways to share a place, the better one first: side by side where it is wide, else one below the other."""
    found = []
    for share in SHARES:
        middle = place.right - place.width * share // 100
        found.append(Split(replace(place, right=middle), replace(place, left=middle)))
    for share in SHARES:
        middle = place.bottom - place.height * share // 100
        found.append(Split(replace(place, bottom=middle), replace(place, top=middle)))
    wide = place.width > 3 * place.height
    return found if wide and not layout.tall else found[len(SHARES) :] + found[: len(SHARES)]


def draw(content: LabelContent, member_minor: int, layout: Layout, place: Box, canvas: Canvas) -> Block:
    """A frame with whom the price is for, and the price. Returns the price's block. Raises ValueError."""
    if member_minor > content.minor:
        raise ValueError("the price for members is above the price for all")
    frame = place.shrunk(max(2, layout.margin // 2), max(1, layout.gap // 2))
    inner = frame.shrunk(max(3, layout.margin // 2), max(2, layout.margin // 3))
    word = members(content.locale)
    own = replace(content, minor=member_minor)
    if frame.height >= frame.width // 3:  # the word above the price
        cap = largest(word, max(SMALLEST, min(layout.foot_cap, inner.height // 4)), inner.width)
        top = inner.top + headroom(cap, word) + footroom(cap)
        block = price_block(own, inner.width, (inner.bottom - top) * 8 // 10)
        at, foot = inner.left, inner.top + headroom(cap, word)
    else:  # beside it
        cap = largest(word, max(SMALLEST, min(layout.foot_cap, inner.height // 2)), inner.width * 45 // 100)
        at = inner.left + face(cap, BOLD).width(word) + cap
        block = price_block(own, inner.right - at, inner.height * 8 // 10)
        foot = inner.bottom - (inner.height - cap) // 2
    _frame(frame, canvas)
    letters = face(cap, BOLD)
    canvas.text(letters.line(word), letters, inner.left, foot, Ink.BLACK)
    ink = Ink.RED if Ink.RED in canvas.panel.inks else Ink.BLACK
    canvas.block(block, at, inner.bottom - block.cap // 6, ink)
    return block


def _frame(box: Box, canvas: Canvas) -> None:
    for side in (
        replace(box, bottom=box.top + 1), replace(box, top=box.bottom - 1),
        replace(box, right=box.left + 1), replace(box, left=box.right - 1),
    ):  # fmt: skip
        canvas.fill(side, Ink.BLACK)
