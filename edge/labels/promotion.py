"""The promotion look: a filled box with the price, the old price struck through, and what was taken off."""

from dataclasses import dataclass, replace

from drivers.base import Ink, Panel
from edge.labels.canvas import Box, Canvas
from edge.labels.content import LabelContent
from edge.labels.glyphs import BOLD, SMALLEST, face
from edge.labels.layout import Layout
from edge.labels.money import percent_off, price
from edge.labels.typeset import Block, price_block


def draw(content: LabelContent, was_minor: int, layout: Layout, place: Box, canvas: Canvas) -> Block:
    """Fill `place`; returns the block of the price.

    Raises ValueError for a "was" that is no higher than the price, and for what does not fit.
    """
    if was_minor <= content.minor:
        raise ValueError("the price that the promotion compares with is not above the new price")
    paper, ink = _inks(canvas.panel)
    canvas.fill(place, paper)
    was = price(was_minor, content.currency, content.locale).text
    percent = percent_off(content.minor, was_minor)
    facts = _Facts(f"−{percent}%" if percent else "", was, paper, ink)
    inner = place.shrunk(layout.margin, max(3, layout.margin // 2))
    return (_above if layout.tall else _beside)(content, facts, inner, canvas)


@dataclass(frozen=True, slots=True)
class _Facts:
    off: str
    was: str
    paper: Ink
    ink: Ink


def _inks(panel: Panel) -> tuple[Ink, Ink]:
    """(ground, writing): the strongest colour there is, and what reads best on it."""
    if Ink.RED in panel.inks:
        return Ink.RED, Ink.WHITE
    if Ink.YELLOW in panel.inks:
        return Ink.YELLOW, Ink.BLACK
    return Ink.BLACK, Ink.WHITE


def _beside(content: LabelContent, facts: _Facts, inner: Box, canvas: Canvas) -> Block:
    """The price on the left; on the right what was taken off, and the old price below it."""
    for share in (36, 30, 24, 18, 0):
        if not share:  # the smallest labels have room for the two prices only
            facts = replace(facts, off="")
        cap = max(SMALLEST, inner.height * share // 100)
        side = max(_badge_width(facts.off, cap), face(_was_cap(cap), BOLD).width(facts.was) + 1)
        try:
            block = price_block(content, inner.width - side - max(4, cap // 3), inner.height * 9 // 10)
        except ValueError:
            if not share:
                raise
            continue
        column = _badge_height(facts.off, cap) + _was_cap(cap)
        if column <= inner.height and (block.cap * 100 >= inner.height * 66 or share == 18):
            break
    foot = inner.bottom - max(block.cap // 9, (inner.height - block.cap) // 2)
    canvas.block(block, inner.left, foot, facts.ink)
    tall = max(block.cap, column)
    top = min(foot - block.cap, inner.bottom - tall) if facts.off else foot - (block.cap + tall) // 2
    _badge(facts, cap, inner.right - _badge_width(facts.off, cap), top, canvas)
    _was(facts, _was_cap(cap), inner.right, top + tall, canvas)
    return block


def _above(content: LabelContent, facts: _Facts, inner: Box, canvas: Canvas) -> Block:
    """What was taken off on the left, the old price on the right, the price below both."""
    cap = next(
        (
            cap
            for cap in range(inner.height * 20 // 100, SMALLEST, -1)
            if _badge_width(facts.off, cap) + cap + face(_was_cap(cap), BOLD).width(facts.was) <= inner.width
        ),
        SMALLEST,
    )
    row = _badge_height(facts.off, cap)
    block = price_block(content, inner.width, (inner.height - row - cap // 2) * 9 // 10)
    rest = inner.height - row - block.cap - block.cap // 9
    _badge(facts, cap, inner.left, inner.top + rest // 3, canvas)
    was_foot = inner.top + rest // 3 + (row + _was_cap(cap)) // 2
    _was(facts, _was_cap(cap), inner.right, was_foot, canvas)
    canvas.block(block, inner.left, inner.bottom - rest // 3 - block.cap // 9, facts.ink)
    return block


def _was_cap(cap: int) -> int:
    return max(SMALLEST, cap * 3 // 4)


def _badge_height(off: str, cap: int) -> int:
    """With the gap below it."""
    return cap + 2 * max(2, cap // 4) + max(2, cap // 4) if off else 0


def _badge_width(off: str, cap: int) -> int:
    return face(cap, BOLD).width(off) + 2 * max(2, cap // 4) if off else 0


def _badge(facts: _Facts, cap: int, left: int, top: int, canvas: Canvas) -> None:
    if not facts.off:
        return
    pad = max(2, cap // 4)
    letters = face(cap, BOLD)
    line = letters.line(facts.off)
    inks = canvas.panel.inks
    colourful = Ink.RED in inks and Ink.YELLOW in inks
    ground, writing = (Ink.YELLOW, Ink.BLACK) if colourful else (facts.ink, facts.paper)
    canvas.fill(Box(left, top, left + len(line) + 2 * pad, top + cap + 2 * pad), ground)
    canvas.text(line, letters, left + pad, top + pad + cap, writing)


def _was(facts: _Facts, cap: int, right: int, foot: int, canvas: Canvas) -> None:
    letters = face(cap, BOLD)
    line = letters.line(facts.was)
    left = right - len(line)
    canvas.text(line, letters, left, foot, facts.ink)
    thick = max(1, cap // 10)
    middle = foot - (cap + thick) // 2
    canvas.fill(Box(left - 1, middle, right, middle + thick), facts.ink)
