"""Money and counts the way the shop's country writes them. Pure."""

from dataclasses import dataclass
from fractions import Fraction

from cloud_sync.contract.money import minor_digits

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥", "JPY": "¥"}
_COMMA = frozenset(
    {"bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "nb", "nl", "nn"}
)
_COMMA_TOO = frozenset({"no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk", "vi", "id"})
_SPACE = frozenset({"bg", "cs", "et", "fi", "fr", "hu", "lt", "lv", "nb", "nn", "no", "pl", "ru", "sk", "sv", "uk"})
_NARROW = "\u202f"


@dataclass(frozen=True, slots=True)
class Figures:
    """`locale` is a language tag such as "hr" or "zh-CN"; `currency` the shop's, ISO 4217."""

    locale: str
    currency: str

    @property
    def _language(self) -> str:
        return self.locale.replace("_", "-").split("-")[0].lower()

    def count(self, number: int) -> str:
        """A whole number with its thousands apart."""
        comma = self._language in _COMMA or self._language in _COMMA_TOO
        apart = _NARROW if self._language in _SPACE else "." if comma else ","
        return f"{number:,}".replace(",", apart)

    def money(self, minor: int | None, currency: str = "") -> str:
        """Minor units as an amount: 1234567 EUR is "12.345,67 €" in Croatia; "–" for None."""
        if minor is None:
            return "–"
        currency = currency or self.currency
        digits = minor_digits(currency)
        whole, part = divmod(abs(minor), 10**digits)
        comma = self._language in _COMMA or self._language in _COMMA_TOO
        amount = self.count(whole) + (f"{',' if comma else '.'}{part:0{digits}d}" if digits else "")
        sign, known = "−" if minor < 0 else "", _SIGNS.get(currency)
        if known and not comma:
            return f"{sign}{known}{amount}"
        return f"{sign}{amount}\u00a0{known or currency}"

    def percent(self, share: Fraction) -> str:
        """A share with one decimal, rounded down, so that 97.99 % never reads as 98 %."""
        whole, tenth = divmod(share.numerator * 1000 // share.denominator, 10)
        comma = self._language in _COMMA or self._language in _COMMA_TOO
        return f"{whole}{',' if comma else '.'}{tenth}\u00a0%"

    def permille(self, thousandths: int) -> str:
        """Thousandths as per cent, with a decimal only where there is one: 100 is "10 %", 25 "2.5 %"."""
        whole, tenth = divmod(thousandths, 10)
        comma = self._language in _COMMA or self._language in _COMMA_TOO
        return f"{whole}{',' if comma else '.'}{tenth}\u00a0%" if tenth else f"{whole}\u00a0%"

    def size(self, octets: int) -> str:
        """Bytes as kB or MB, one decimal."""
        unit, divisor = ("MB", 1_000_000) if octets >= 100_000 else ("kB", 1_000)
        whole, tenth = divmod(round(octets * 10 / divisor), 10)
        comma = self._language in _COMMA or self._language in _COMMA_TOO
        return f"{self.count(whole)}{',' if comma else '.'}{tenth}\u00a0{unit}"
