"""What devices, drivers and desks say in English, in the reader's language.

Such a text is written where its cause is; it stands in logs, on record and at head office as it was said. A language's
phrases (`phrases/<language>.json`) name each sentence, values in braces, and its own for it. What nobody here wrote, an
operating system's words or a maker's, stays as it is.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from cloud_sync.contract.templates import pattern_of

LONGEST = 600
"""Characters; a longer text is left as it is."""
_DEPTH = 4
_HOLE = re.compile(r"{\w+}")
_SENTENCES = re.compile(r"(?<=[.?]) +(?=[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The phrases of one language, those with most words of their own first."""

    known: tuple[tuple[re.Pattern[str], str], ...]
    """What fits the English phrase, and the own one."""

    @classmethod
    def of(cls, phrases: Mapping[str, str]) -> "Phrasebook":
        """From English phrase to own phrase."""
        wordy = sorted(phrases, key=lambda english: -len(_HOLE.sub("", english)))
        return cls(tuple((pattern_of(english), phrases[english]) for english in wordy))

    def said(self, text: str) -> str:
        """The text in this language, as far as it is known: as a whole, by its sentences, or after "name: "."""
        return (self._said(text, _DEPTH) if len(text) <= LONGEST else None) or text

    def _said(self, text: str, depth: int) -> str | None:
        """None: nothing of it is known."""
        if not text or not depth:
            return None
        sentences = _SENTENCES.split(text)
        if text.endswith(".") or len(sentences) > 1:
            return self._sentences(sentences, depth)
        for pattern, own in self.known:
            if found := pattern.fullmatch(text):
                values = {name: self._value(name, value, depth - 1) for name, value in found.groupdict().items()}
                return own.format_map(values)
        head, colon, tail = text.partition(": ")
        known = self._said(tail, depth - 1) if colon else None
        return None if known is None else f"{head}：{known}"

    def _sentences(self, sentences: list[str], depth: int) -> str | None:
        own = [self._said(one.removesuffix("."), depth - 1) for one in sentences]
        if not any(own):
            return None
        return "".join(_ended(one) if one else f"{said} " for one, said in zip(own, sentences, strict=True)).rstrip()

    def _value(self, name: str, value: str, depth: int) -> str:
        """Some are texts themselves, `these` is a list of some; any other value is nobody's language."""
        if name == "these":
            return "、".join(self._said(one, depth) or one for one in value.split(", "))
        return (self._said(value, depth) or value) if name in {"how", "process", "why"} else value


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith("？") else f"{sentence}。"


@cache
def phrasebook_of(language: str) -> Phrasebook:
    """The phrases of a language; none where it has no file."""
    file = files("cloud_sync.pages").joinpath("phrases", f"{language}.json")
    return Phrasebook.of(json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {})


@lru_cache(maxsize=2_000)
def said_in(language: str, text: str) -> str:
    """The text in that language, as far as it is known."""
    return phrasebook_of(language).said(text)
