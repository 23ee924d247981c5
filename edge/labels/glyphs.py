"""One-bit glyphs of OpenCV's built-in font, cut for small panels, and which characters it can really draw.

A panel has no grey, so each glyph is drawn many times larger, moved sideways to where its stems fall on whole pixels,
and cut at half coverage. A face is named by the height of its capitals (digits are as tall), because that is what a
layout lines up. A glyph is kept as columns: a line of text is then nothing but its glyphs' bytes one after another.
"""

import threading
import unicodedata
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
"""Ink or none, of shape (width, height): the first index counts columns."""

SMALLEST = 7
"""Capitals of 7 px: below, letters that differ by an accent, such as č and ć, cannot be told apart."""
REGULAR, BOLD = 500, 700
_CAP_PER_EM = 0.749
_CELL_BYTES = 1_000_000
_SCRIPTS = (
    *("LATIN", "GREEK", "CYRILLIC", "FULLWIDTH", "HALFWIDTH", "MICRO", "FEMININE", "MASCULINE", "OHM"),
    *("CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"),
)
"""First words of the Unicode names of letters that stand side by side, without joining or stacking."""
_drawing = threading.Lock()  # a font face keeps its current weight inside


class Undrawable(ValueError):
    """A character that would come out wrong, or not at all."""

    def __init__(self, char: str, why: str) -> None:
        super().__init__(f"{char!r} (U+{ord(char):04X}, {unicodedata.name(char, 'unnamed').lower()}) {why}")
        self.char = char


class Face:
    """One size and weight. `rise` rows of every mask stand above the baseline, `height` in all."""

    def __init__(self, cap: int, weight: int) -> None:
        self.cap = cap
        self.weight = weight
        self.rise = -(-cap * 31 // 20)  # room for Ễ
        self.height = self.rise + -(-cap * 9 // 20)  # and below for ģ
        self._cells = _Cells(self)

    def line(self, text: str) -> Mask:
        """The text in one line. Raises Undrawable."""
        columns = b"".join(map(self._cells.__getitem__, text))
        return np.frombuffer(columns, np.bool_).reshape(-1, self.height)

    def width(self, text: str) -> int:
        """Columns that `line` takes. Raises Undrawable."""
        return sum(map(len, map(self._cells.__getitem__, text))) // self.height


@lru_cache(maxsize=128)
def face(cap: int, weight: int) -> Face:
    """The face whose capitals are `cap` pixels tall. Its glyphs are kept; lines of text are not."""
    return Face(cap, weight)


class _Cells(dict[str, bytes]):
    """Glyphs by character, made when first asked for, forgotten when they grow past a megabyte."""

    def __init__(self, owner: Face) -> None:
        super().__init__()
        self._owner = owner
        self._bytes = 0

    def __missing__(self, char: str) -> bytes:
        cell = _cell(char, self._owner)
        if self._bytes > _CELL_BYTES:
            self.clear()
            self._bytes = 0
        self._bytes += len(cell)
        self[char] = cell
        return cell


def _cell(char: str, owner: Face) -> bytes:
    """Columns of one glyph, its side bearings included, one byte a pixel."""
    _check_script(char)
    fine = max(2, min(8, 320 // owner.cap))
    large, origin, advance = _enlarged(char, owner.cap * fine, owner.weight)
    if not large.any():
        if unicodedata.category(char) != "Zs":
            raise Undrawable(char, "is missing in the font")
        return bytes(max(1, round(advance / fine)) * owner.height)
    if char != "?" and np.array_equal(large, _enlarged("?", owner.cap * fine, owner.weight)[0]):
        raise Undrawable(char, "is missing in the font")
    if char == "0":
        large = _without_slash(large)
    elif ord(char) >= 0x2E80 and owner.weight >= BOLD:
        # the font has one weight of these scripts: thicken it to stand beside bold Latin
        large = cv2.dilate(large, np.ones((1, 1 + owner.cap * fine // 20), np.uint8))
    return _fitted(char, large, origin, advance, fine, owner).tobytes()


def _fitted(
    char: str, large: npt.NDArray[np.uint8], origin: tuple[int, int], advance: int, fine: int, owner: Face
) -> Mask:
    """The enlarged glyph at panel size, moved by less than a pixel to where its stems are crispest."""
    inked = np.flatnonzero(large.any(axis=0))
    first, last = int(inked[0]), int(inked[-1]) + 1
    top = origin[1] - owner.rise * fine
    strip = np.zeros((owner.height * fine, last - first + 2 * fine), np.uint8)
    strip[:, fine : fine + last - first] = large[top : top + owner.height * fine, first:last]
    if np.count_nonzero(strip) != np.count_nonzero(large):
        raise Undrawable(char, "is taller than a line of text")
    ink = _crispest(strip, fine)
    if ink is None:
        raise Undrawable(char, "is too fine to show at this size")
    left_bearing, right_bearing = max(0, first - origin[0]), max(0, origin[0] + advance - last)
    spare = max(round(advance / fine) - len(ink), int(owner.cap <= 14))  # small letters must not touch
    left = round(spare * left_bearing / max(1, left_bearing + right_bearing))
    if owner.cap <= 10:  # nor stand two apart: rounding on both sides would tear words open
        spare, left = min(spare, 2 if ord(char) >= 0x2E80 else 1), 0
    cell = np.zeros((len(ink) + spare, owner.height), np.bool_)
    cell[left : left + len(ink)] = ink
    return cell


def _crispest(strip: npt.NDArray[np.uint8], fine: int) -> Mask | None:
    """Columns of ink at the sideways shift where coverage is nearest to all or nothing."""
    columns = -(-strip.shape[1] // fine)
    best, best_score = np.zeros((0, 0), np.uint8), -1.0
    for shift in range(fine):
        moved = np.zeros((strip.shape[0], columns * fine), np.uint8)
        moved[:, : strip.shape[1] - shift] = strip[:, shift:]
        cover = cv2.resize(moved, (columns, strip.shape[0] // fine), interpolation=cv2.INTER_AREA)
        score = float(np.abs(cover.astype(np.int16) - 128).sum())
        if score > best_score:
            best, best_score = cover, score
    mask = _cut(best, _shape_of(strip > 127)).T
    inked = np.flatnonzero(mask.any(axis=1))
    if not len(inked):
        return None
    return np.ascontiguousarray(mask[inked[0] : inked[-1] + 1])


def _cut(cover: npt.NDArray[np.uint8], wanted: tuple[int, int]) -> Mask:
    """Ink or none, near half coverage: at a level that keeps the parts apart and the counters open, if there is one."""
    levels = (cover >= level for level in (112, 136, 96, 160, 80))
    return next((mask for mask in levels if _shape_of(mask) == wanted), cover >= 112)


def _shape_of(mask: Mask) -> tuple[int, int]:
    """(separate parts, counters): what tells ! from I, and e from c."""
    _, levels = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if levels is None:
        return 0, 0
    counters = int(np.count_nonzero(levels[0][:, 3] >= 0))
    return len(levels[0]) - counters, counters


def _enlarged(char: str, cap: int, weight: int) -> tuple[npt.NDArray[np.uint8], tuple[int, int], int]:
    """(coverage, origin x and y, advance) of one glyph whose capitals are `cap` pixels tall."""
    size = round(cap / _CAP_PER_EM)
    origin = (size, 2 * size)
    paper = np.zeros((3 * size, 4 * size), np.uint8)
    with _drawing:
        end, _ = cv2.putText(paper, char, origin, (255,), cv2.FontFace("sans"), size, weight)
    return paper, origin, int(end[0]) - origin[0]


def _without_slash(large: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A plain zero: shoppers read the font's slashed one as an 8. The slash parts one counter in two."""
    outlines, levels = cv2.findContours((large > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    holes = [outline for outline, level in zip(outlines, levels[0], strict=True) if level[3] >= 0]
    if not holes:
        return large
    plain = large.copy()
    cv2.fillPoly(plain, [cv2.convexHull(np.concatenate(holes))], (0,))
    return plain


def _check_script(char: str) -> None:
    kind = unicodedata.category(char)
    if kind[0] == "C" or kind in ("Zl", "Zp"):
        raise Undrawable(char, "is a control character, not something to read")
    if unicodedata.bidirectional(char) in ("R", "AL", "AN"):
        raise Undrawable(char, "is written from right to left, which this font cannot set")
    if kind[0] == "M":
        raise Undrawable(char, "joins the letter before it, which this font cannot do")
    if kind[0] == "L" and unicodedata.name(char, "").split(" ")[0] not in _SCRIPTS:
        raise Undrawable(char, "is of a script that this font cannot set")
    if char == "\ufffd":
        raise Undrawable(char, "stands for a letter that was lost before it got here")
