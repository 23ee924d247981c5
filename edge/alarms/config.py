"""What an operator may say about alarms: section [alarms] of the configuration."""

from dataclasses import replace
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.alarms.rules import MINUTE, RULES, Above, Below, Is, Rule
from edge.clock.calendar import Hours, read_hours

NAMES = {rule.name: rule for rule in RULES}


class RuleChange(BaseModel):
    """How a rule of this shop differs. None: as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    off: bool = False
    critical: bool | None = None
    """Word of it goes out in quiet hours and on closing days too."""
    after_minutes: Annotated[float, Field(ge=0, le=10_080)] | None = None
    limit: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """For rules that watch a figure: per cent, per mille of a picture, millivolts, or how many labels."""


class AlarmsConfig(BaseModel):
    """Quiet hours and rules. The shop's own hours count by themselves: while it is closed, it is quiet."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    quiet: str = ""
    """Stretches of every day in which only critical alarms speak, such as "12:00-13:30, 17:00-18:30" for rush hours."""
    rules: dict[str, RuleChange] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        read_hours(self.quiet)
        for name, change in self.rules.items():
            if name not in NAMES:
                raise ValueError(f"no alarm rule is called {name!r}; there are: {', '.join(NAMES)}")
            if change.limit is not None and isinstance(NAMES[name].test, Is):
                raise ValueError(f"rule {name!r} watches a state, which has no limit")
        return self

    def quiet_hours(self) -> Hours:
        """The stretches of every day in which only critical alarms speak."""
        return read_hours(self.quiet)

    def chosen(self) -> tuple[Rule, ...]:
        """The rules that hold in this shop."""
        return tuple(_change(rule, self.rules.get(rule.name)) for rule in RULES if not self._off(rule))

    def _off(self, rule: Rule) -> bool:
        return rule.name in self.rules and self.rules[rule.name].off


def _change(rule: Rule, change: RuleChange | None) -> Rule:
    if change is None:
        return rule
    test = rule.test
    if change.limit is not None:
        match test:
            case Below(limit, clear):
                test = Below(change.limit, change.limit + clear - limit)
            case Above(limit, clear):
                test = Above(change.limit, max(0, change.limit + clear - limit))
    return replace(
        rule,
        test=test,
        critical=rule.critical if change.critical is None else change.critical,
        after_ms=rule.after_ms if change.after_minutes is None else round(change.after_minutes * MINUTE),
    )
