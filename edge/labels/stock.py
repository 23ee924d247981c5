"""What a label says of the stock: "last 3", "sold out". It stands in the place of the item's number, if it fits."""

from edge.labels.content import LabelContent
from edge.labels.glyphs import BOLD, Face, Mask, face

_WORDS = {
    "bg": ("още {}", "няма"),
    "bs": ("još {}", "rasprodano"),
    "cs": ("zbývá {}", "vyprodáno"),
    "da": ("{} tilbage", "udsolgt"),
    "de": ("noch {}", "ausverkauft"),
    "en": ("last {}", "sold out"),
    "es": ("quedan {}", "agotado"),
    "fr": ("reste {}", "épuisé"),
    "hr": ("još {}", "rasprodano"),
    "hu": ("még {}", "elfogyott"),
    "it": ("ultimi {}", "esaurito"),
    "ja": ("残り{}", "品切れ"),
    "nl": ("nog {}", "uitverkocht"),
    "pl": ("zostało {}", "brak"),
    "pt": ("restam {}", "esgotado"),
    "ro": ("mai sunt {}", "epuizat"),
    "sk": ("ešte {}", "vypredané"),
    "sl": ("še {}", "razprodano"),
    "sr": ("još {}", "rasprodano"),
    "sv": ("{} kvar", "slutsåld"),
    "uk": ("ще {}", "немає"),
    "zh": ("仅剩{}件", "缺货"),
}


def words(left: int | None, locale: str) -> str:
    """What to say of so many pieces left; "" for nothing to say, or a language without words for it."""
    known = _WORDS.get(locale.replace("_", "-").split("-")[0].lower())
    if left is None or known is None:
        return ""
    return known[0].format(left) if left > 0 else known[1]


def instead_of(number: Mask, letters: Face, content: LabelContent) -> tuple[Mask, Face]:
    """The hint, as tall as the item's number, where it is no wider than that; else the number itself.

    So nothing else on the label moves, and no hint keeps a price from being drawn.
    """
    said = words(content.left, content.locale)
    if not said:
        return number, letters
    bold = face(letters.cap, BOLD)
    try:
        hint = bold.line(said)
    except ValueError:  # a letter that cannot be drawn
        return number, letters
    return (hint, bold) if len(hint) <= len(number) else (number, letters)
