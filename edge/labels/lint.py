"""Whether a name can be put on a label at all, asked before a price is accepted."""

from edge.labels.content import tidy_name
from edge.labels.glyphs import REGULAR, Undrawable, face

_CAP = 16
"""Any size will do: a glyph is either in the font or not."""


def undrawable(name: str) -> str:
    """Why a name cannot be drawn, in words for a person; "" when it can."""
    try:
        face(_CAP, REGULAR).width(tidy_name(name))
    except Undrawable as error:
        return str(error)
    return ""
