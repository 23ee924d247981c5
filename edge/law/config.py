"""What an operator says about the law: section [law] of the configuration."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge.law.digits import DigitRule
from edge.law.lexicon import Lexicon, read_words
from edge.law.settings import Action, Basis, Law, Reductions, chinese, european

Days = Annotated[int, Field(ge=0, le=400)]
Inches = Annotated[float, Field(gt=0, le=100)]
_LISTS = {"zh", "hr", "en"}


class DigitConfig(BaseModel):
    """How tall price digits have to be; off while `least_mm` is 0. Massachusetts asks for 12.7 mm."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    least_mm: Annotated[float, Field(ge=0, le=100)] = 0
    action: Literal["warn", "refuse"] = "refuse"
    inches: dict[str, Inches] = {}
    """Model → diagonal, for labels whose size in pixels does not tell it."""


class LawConfig(BaseModel):
    """Where the shop stands and what it makes of the rules that leave a choice."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    jurisdiction: Literal["eu", "cn", "us", "none"] = "eu"
    """eu: lowest price in force of 30 days; cn: lowest price paid of 7, no raise before a cut; us and none: no rule."""
    days: Annotated[int, Field(ge=1, le=400)] | None = None
    """Another window than the jurisdiction's."""
    basis: Basis | None = None
    raise_before_cut_days: Days | None = None
    progressive_cuts: bool = False
    perishables: tuple[Annotated[str, Field(pattern=r"^\d{1,14}$")], ...] = ()
    """Beginnings of GTIN-14s of goods that spoil quickly: no "was" of theirs is checked."""
    new_goods_days: Days = 0
    unrecorded: Action = Action.ACCEPT
    unit_price: Action = Action.REFUSE
    unit_price_tolerance_minor: Annotated[int, Field(ge=0, le=1000)] = 1
    words: tuple[Literal["zh", "hr", "en"], ...] | None = None
    """Lists of advertising words; None: that of the shop's own language, where there is one."""
    further_words: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = ()
    allowed_words: tuple[str, ...] = ()
    """Entries of the lists that this shop does not mind."""
    digits: DigitConfig = DigitConfig()

    def rules(self, locale: str) -> Law:
        """The rules for a shop whose labels are written as `locale` says."""
        return Law(self._reductions(), self.unit_price, self.unit_price_tolerance_minor, self._words(locale))

    def digit_rule(self) -> DigitRule | None:
        """The rule on digits, None when it is off."""
        digits = self.digits
        return DigitRule(digits.least_mm, digits.action == "refuse", digits.inches) if digits.least_mm else None

    def _reductions(self) -> Reductions | None:
        base = {"eu": european, "cn": chinese}.get(self.jurisdiction)
        if base is None:
            return None
        rule = base()
        return replace(
            rule,
            days=self.days or rule.days,
            basis=self.basis or rule.basis,
            raise_days=rule.raise_days if self.raise_before_cut_days is None else self.raise_before_cut_days,
            progressive=self.progressive_cuts,
            perishables=self.perishables,
            new_goods_days=self.new_goods_days,
            unrecorded=self.unrecorded,
        )

    def _words(self, locale: str) -> Lexicon:
        own = locale.replace("_", "-").split("-")[0].lower()
        lists = self.words if self.words is not None else tuple({own} & _LISTS)
        phrases = (*read_words(lists).phrases, *self.further_words)
        return Lexicon(tuple(phrase for phrase in phrases if phrase not in self.allowed_words))
