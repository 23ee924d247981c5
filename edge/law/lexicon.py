"""Words that advertising law keeps off a label unless somebody answers for them by name.

Latin words match whole words only (a trailing `*` lets the ending vary: `najbolj*`), in any letter case; "best" is not
found in "Bestia". Chinese phrases match anywhere, spaces between their characters or not: single characters such as 最
would hit half the catalogue, so the lists hold phrases.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_GAP = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")


@dataclass(frozen=True)
class Lexicon:
    """Words and phrases to look for. Empty: nothing is found."""

    phrases: tuple[str, ...] = ()

    def hit(self, text: str) -> str:
        """The first phrase of the text that is in the lexicon, as it stands in the text; "" when there is none."""
        if not self.phrases:
            return ""
        found = self._pattern.search(_plain(text))
        return found[0] if found else ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(set(map(_plain, self.phrases)), key=lambda phrase: (-len(phrase), phrase))
        return re.compile("|".join(map(_one, longest_first)), re.IGNORECASE)


def read_words(languages: Iterable[str]) -> Lexicon:
    """The word lists that come with the program, such as "zh" and "hr". Raises ValueError for one that does not."""
    phrases: list[str] = []
    folder = files("edge.law").joinpath("words")
    for language in languages:
        file = folder.joinpath(f"{language}.txt")
        if not (language.isascii() and language.isalpha() and file.is_file()):
            raise ValueError(f"there is no word list for {language!r}")
        lines = (line.split("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
        phrases += [line for line in lines if line]
    return Lexicon(tuple(dict.fromkeys(phrases)))


def _plain(text: str) -> str:
    """One spelling for one word: compatibility forms folded, one space, none between Chinese characters."""
    return _GAP.sub("", re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)))


def _one(phrase: str) -> str:
    open_end = phrase.endswith("*")
    words = re.escape(phrase.removesuffix("*")).replace(r"\ ", r"\s+")
    if re.match(rf"[{_HAN}]", phrase):
        return words
    return rf"(?<!\w){words}" + (r"\w*" if open_end else r"(?!\w)")
