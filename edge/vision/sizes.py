"""How large a picture the shipped model is shown: as large as its core has time for. Plain arithmetic.

The same weights fit many sizes, and a look costs what its picture's area does. A core that has promised few looks sees
all that there is to see; one that watches two dozen cameras sees a little less, and keeps its promise.
"""

from collections.abc import Sequence

Size = tuple[int, int]
"""Rows and columns."""
FOR_THE_MODEL = 0.8
"""The part of a core's time that the model may take. The rest is for pictures, tracks, lines and heat."""
SHOWN = 0.55
"""Of what a whole picture costs, a look mostly takes so much (see attention.py): a third to a half where a few people
walk, nearly all where a crowd fills it. Where all cameras of a core are crowded at once, it looks at each a little less
often."""


def affordable(sizes: Sequence[Size], full_ms: float, looks_per_s: float) -> Size:
    """The largest of `sizes` that leaves a core time for so many looks a second; the smallest where none does.

    `full_ms`: milliseconds that the model takes for the largest.
    """
    ranked = sorted(sizes, key=pixels_of, reverse=True)
    for size in ranked:
        if looks_per_s * SHOWN * full_ms * pixels_of(size) / pixels_of(ranked[0]) <= FOR_THE_MODEL * 1000:
            return size
    return ranked[-1]


def pixels_of(size: Size) -> int:
    """Of a picture of that size."""
    return size[0] * size[1]
