"""What a label says of the stock: "last 3", "sold out", "back on 24 Nov".

It stands in the place of the item's number, if it fits.
"""

from datetime import date

from edge.labels.content import LabelContent
from edge.labels.glyphs import BOLD, Face, Mask, face

_WORDS = {
    "bg": ("още {}", "няма", "отново {d}.{m}."),
    "bs": ("još {}", "rasprodano", "opet {d}.{m}."),
    "cs": ("zbývá {}", "vyprodáno", "opět {d}.{m}."),
    "da": ("{} tilbage", "udsolgt", "igen {d}/{m}"),
    "de": ("noch {}", "ausverkauft", "ab {d}.{m}."),
    "en": ("last {}", "sold out", "back on {d} {month}"),
    "es": ("quedan {}", "agotado", "vuelve {d}/{m}"),
    "fr": ("reste {}", "épuisé", "retour {d}/{m}"),
    "hr": ("još {}", "rasprodano", "opet {d}.{m}."),
    "hu": ("még {}", "elfogyott", "újra {m}.{d}."),
    "it": ("ultimi {}", "esaurito", "torna {d}/{m}"),
    "ja": ("残り{}", "品切れ", "{m}月{d}日入荷"),
    "nl": ("nog {}", "uitverkocht", "weer {d}-{m}"),
    "pl": ("zostało {}", "brak", "znów {d}.{m}"),
    "pt": ("restam {}", "esgotado", "volta {d}/{m}"),
    "ro": ("mai sunt {}", "epuizat", "din nou {d}.{m}"),
    "sk": ("ešte {}", "vypredané", "opäť {d}.{m}."),
    "sl": ("še {}", "razprodano", "spet {d}. {m}."),
    "sr": ("još {}", "rasprodano", "opet {d}.{m}."),
    "sv": ("{} kvar", "slutsåld", "åter {d}/{m}"),
    "uk": ("ще {}", "немає", "знову {d}.{m}"),
    "zh": ("仅剩{}件", "缺货", "{m}月{d}日到货"),
}
"""Pieces left; none left; none left, and more on day d of month m."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def words(left: int | None, back: date | None, locale: str) -> tuple[str, ...]:
    """What to say of so many pieces left, the best first; nothing for a language without words for it."""
    known = _WORDS.get(locale.replace("_", "-").split("-")[0].lower())
    if left is None or known is None:
        return ()
    some, none, none_until = known
    if left > 0:
        return (some.format(left),)
    if back is None:
        return (none,)
    return none_until.format(d=back.day, m=back.month, month=_MONTHS[back.month - 1]), none


def instead_of(number: Mask, letters: Face, content: LabelContent) -> tuple[Mask, Face]:
    """The best hint that is no wider than the item's number, and as tall; else the number itself.

    So nothing else on the label moves, and no hint keeps a price from being drawn.
    """
    bold = face(letters.cap, BOLD)
    for said in words(content.left, content.back, content.locale):
        try:
            hint = bold.line(said)
        except ValueError:  # a letter that cannot be drawn
            continue
        if len(hint) <= len(number):
            return hint, bold
    return number, letters
