"""Prices in the words of a place: decimal mark, grouping, currency sign. Integers in, text out, no floats."""

from dataclasses import dataclass

_EXPONENTS = (
    {"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0}
    | {"UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0}
    | {"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "CLF": 4, "UYW": 4}
)
"""ISO 4217 minor-unit digits where they are not 2."""

_SIGNS = {
    "EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥", "JPY": "¥", "PLN": "zł", "CZK": "Kč", "HUF": "Ft", "RON": "lei",
    "BGN": "лв.", "SEK": "kr", "NOK": "kr", "DKK": "kr", "KRW": "₩", "VND": "₫", "AUD": "$", "CAD": "$", "NZD": "$",
    "HKD": "$", "UAH": "₴", "TRY": "₺", "INR": "₹", "BAM": "KM",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """How one language writes an amount."""

    mark: str
    """Between major and minor units."""
    group: str
    """Between thousands."""
    sign_first: bool
    piece: str
    """The word for one piece in a unit price."""
    members: str
    """Whom the second price of a label is for."""


_MANNERS = {
    "bg": Manner(",", " ", False, "бр.", "членове"),
    "bs": Manner(",", ".", False, "kom", "članovi"),
    "cs": Manner(",", " ", False, "ks", "členové"),
    "da": Manner(",", ".", False, "stk", "medlemmer"),
    "de": Manner(",", ".", False, "St.", "Mitglieder"),
    "en": Manner(".", ",", True, "ea", "members"),
    "es": Manner(",", ".", False, "ud.", "socios"),
    "fr": Manner(",", " ", False, "pièce", "membres"),
    "hr": Manner(",", ".", False, "kom", "članovi"),
    "hu": Manner(",", " ", False, "db", "tagok"),
    "it": Manner(",", ".", False, "pz", "soci"),
    "ja": Manner(".", ",", True, "個", "会員"),
    "nl": Manner(",", ".", True, "st.", "leden"),
    "pl": Manner(",", " ", False, "szt.", "członkowie"),
    "pt": Manner(",", ".", False, "un.", "sócios"),
    "ro": Manner(",", ".", False, "buc.", "membri"),
    "sk": Manner(",", " ", False, "ks", "členovia"),
    "sl": Manner(",", ".", False, "kos", "člani"),
    "sr": Manner(",", ".", False, "kom", "članovi"),
    "sv": Manner(",", " ", False, "st", "medlemmar"),
    "uk": Manner(",", " ", False, "шт.", "учасники"),
    "zh": Manner(".", ",", True, "件", "会员"),
}


@dataclass(frozen=True, slots=True)
class Price:
    """An amount cut into the parts that a label sets in different sizes."""

    sign: str
    sign_first: bool
    major: str
    """Grouped: "1.299"."""
    mark: str
    """Empty for a currency without minor units."""
    minor: str
    per: str
    """"/kg", or empty for a price of one piece."""

    @property
    def tail(self) -> str:
        """What stands after the digits: the sign, where it comes last, and what the price buys."""
        return self.per if self.sign_first else self.sign + self.per

    @property
    def text(self) -> str:
        """In one line: "3,30 €/kg", "¥3.30/kg"."""
        amount = self.major + self.mark + self.minor
        if self.sign_first:
            return f"{self.sign}{' ' * self.sign.isalpha()}{amount}{self.per}"
        return f"{amount} {self.sign}{self.per}"


def price(minor: int, currency: str, locale: str, per: str = "", show_piece: bool = False) -> Price:
    """`minor` units of `currency` as `locale` writes them; `per` is "each", "kg", "l", "m" or empty.

    Raises ValueError for an amount below zero and for a currency, language or unit that is not known.
    """
    if minor < 0:
        raise ValueError(f"a price of {minor} is below zero")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise ValueError(f"{currency!r} is not a currency code such as EUR")
    manner = _manner(locale)
    whole, rest = divmod(minor, 10 ** (digits := _EXPONENTS.get(currency, 2)))
    return Price(
        sign=_SIGNS.get(currency, currency),
        sign_first=manner.sign_first,
        major=f"{whole:,}".replace(",", manner.group),
        mark=manner.mark if digits else "",
        minor=f"{rest:0{digits}d}" if digits else "",
        per=_per(per, manner, show_piece),
    )


def members(locale: str) -> str:
    """The word over a price for members. Raises ValueError for a language that is not known."""
    return _manner(locale).members


def _manner(locale: str) -> Manner:
    manner = _MANNERS.get(locale.replace("_", "-").split("-")[0].lower())
    if manner is None:
        raise ValueError(f"how {locale!r} writes prices is not known; known are {', '.join(sorted(_MANNERS))}")
    return manner


def percent_off(minor: int, was_minor: int) -> int:
    """Whole percent of the cut, rounded down: a label never promises more than the till gives."""
    return (was_minor - minor) * 100 // was_minor


def _per(per: str, manner: Manner, show_piece: bool) -> str:
    match per:
        case "":
            return ""
        case "each":
            return f"/{manner.piece}" if show_piece else ""
        case "kg" | "m":
            return f"/{per}"
        case "l":
            return "/L"  # a small l reads as a one
        case _:
            raise ValueError(f"a price per {per!r} is not known; known are each, kg, l and m")
