"""Setting a name in lines, and a price in large and small digits, as large as their places allow."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from edge.labels.content import LabelContent
from edge.labels.glyphs import BOLD, REGULAR, SMALLEST, Face, Mask, face
from edge.labels.money import Price
from edge.labels.money import price as price_of

_EAST = r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"
_CLOSING = r"[、。，．：；！？）】」』》]"
_WORD = re.compile(rf"({_EAST}{_CLOSING}*|(?:(?!{_EAST})[^ ])+)( *)")
_SMALLEST_EAST = 9
"""Capitals of 9 px come with Chinese characters of 12 px, the least that dense ones can be told apart at."""
_STACKED = re.compile(r"[\u1e00-\u1eff]")


def pitch(cap: int, text: str) -> int:
    """From one baseline to the next, so that an accent never meets the descender above it."""
    return -(-cap * (40 if _STACKED.search(text) else 33) // 20)


def headroom(cap: int, text: str) -> int:
    """From the top of a line's tallest accent to its baseline."""
    return -(-cap * (31 if _STACKED.search(text) else 26) // 20)


def footroom(cap: int) -> int:
    """What hangs below a baseline."""
    return -(-cap * 7 // 20)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in lines of one face."""

    lines: tuple[str, ...]
    cap: int

    def height(self) -> int:
        """From the top of the first line's accents to the foot of the last line."""
        text = "".join(self.lines)
        steps = (len(self.lines) - 1) * pitch(self.cap, text)
        return headroom(self.cap, text) + steps + footroom(self.cap)


def set_name(name: str, caps: Iterable[int], width_at: Callable[[int], int], height: int) -> Name | None:
    """The name at the first of `caps` that fits into `height`, or None.

    Breaks between words and between Chinese, Japanese and Korean characters; never shortens. `width_at(bottom)`
    is the room for a line whose foot is `bottom` rows below the top of the name. Raises Undrawable.
    """
    words = _WORD.findall(name)
    smallest = _SMALLEST_EAST if re.search(_EAST, name) else SMALLEST
    for cap in (cap for cap in caps if cap >= smallest):
        lines = _wrap(words, name_face(cap), lambda row, cap=cap: width_at(_foot(row, cap, name)))  # type: ignore[misc]
        if lines and (made := Name(lines, cap)).height() <= height:
            return made
    return None


def name_face(cap: int) -> Face:
    """The face of a name: bold once it is large enough for the counters to stay open."""
    return face(cap, BOLD if cap > SMALLEST else REGULAR)


def _foot(row: int, cap: int, text: str) -> int:
    return headroom(cap, text) + row * pitch(cap, text) + footroom(cap)


def _wrap(words: list[tuple[str, str]], letters: Face, width_of: Callable[[int], int]) -> tuple[str, ...]:
    """Lines filled in turn; none when a word is wider than its line."""
    space = letters.width(" ")
    lines: list[str] = []
    line, taken, room = "", 0, width_of(0)
    for word, gap in words:
        width = letters.width(word)
        if line and taken + width > room:
            lines.append(line.rstrip())
            line, taken, room = "", 0, width_of(len(lines))
        if width > room:
            return ()
        line += word + (" " if gap else "")
        taken += width + (space if gap else 0)
    return (*lines, line.rstrip())


def largest(text: str, cap: int, width: int) -> int:
    """The largest size up to `cap` at which bold text fits. Raises ValueError when the smallest does not."""
    for size in range(cap, SMALLEST - 1, -1):
        if face(size, BOLD).width(text) <= width:
            return size
    raise ValueError(f"{text!r} does not fit into the {width} pixels it has here")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in place: x from the block's left edge, `up` from the block's baseline."""

    line: Mask
    face: Face
    x: int
    up: int


@dataclass(frozen=True, slots=True)
class Block:
    """Pieces that stand on one baseline, `cap` tall."""

    runs: tuple[Run, ...]
    width: int
    cap: int


def price_block(content: LabelContent, width: int, height: int) -> Block:
    """The price as large as a place allows: large major digits, small raised minor digits, the sign beneath them.

    Raises ValueError when it would come out too small to read from the aisle.
    """
    price = price_of(content.minor, content.currency, content.locale, content.per)
    cap = height
    while cap >= _SMALLEST_PRICE:
        block = _price_at(price, cap)
        if block.width <= width:
            return block
        cap = min(cap - 1, cap * width // block.width + 1)
    raise ValueError(f"the price {price.text} does not fit into the {width} × {height} pixels it has here")


_SMALLEST_PRICE = 11
_INLINE_BELOW = 18
"""Raised minor digits and a sign beneath them need this tall a price to stay legible."""


def _price_at(price: Price, cap: int) -> Block:
    if cap < _INLINE_BELOW:
        letters = face(cap, BOLD)
        line = letters.line(price.text)
        return Block((Run(line, letters, 0, 0),), len(line), cap)
    large, small = face(cap, BOLD), face(max(8, cap * 9 // 20), BOLD)
    tail = face(max(SMALLEST, min(cap * 6 // 20, cap - small.cap - 3)), BOLD)
    runs: list[Run] = []
    x = 0
    if price.sign_first:
        sign = small.line(price.sign)
        runs.append(Run(sign, small, 0, cap - small.cap))
        x = len(sign) + cap // 24
    digits = large.line(price.major + price.mark)
    digits = digits[int(digits.any(axis=1).argmax()) :]  # stand flush with the name above
    runs.append(Run(digits, large, x, 0))
    x = right = x + len(digits)
    if price.minor:
        minor = small.line(price.minor)
        x -= large.width(price.mark) * 2 // 5  # the raised digits lean over the decimal mark
        runs.append(Run(minor, small, x, cap - small.cap))
        right = x + len(minor)
        x += large.width(price.mark) * 2 // 5
    elif price.tail:
        x += tail.width(" ")
    if price.tail:
        words = tail.line(price.tail)
        runs.append(Run(words, tail, x + cap // 40, 0))
        right = max(right, x + cap // 40 + len(words))
    return Block(tuple(runs), right, cap)
