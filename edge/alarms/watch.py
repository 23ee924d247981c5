"""Looks at every measure again and again, and lets the rules decide. One look is one transaction."""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from edge.alarms.book import Kept, acknowledge, forget_old, keep, read_alarms, tell_office
from edge.alarms.machine import Calm, Event, Gone, Moment, Seen, step
from edge.alarms.presence import forget_changes, note_presence
from edge.alarms.quiet import awake
from edge.alarms.rules import RULES, Measure, Observation, Rule
from edge.alarms.sources import Source, gather
from edge.clock.calendar import Hours
from edge.clock.kept import ShopHours
from edge.store import Store, StoreError, Transaction

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
FORGET_EVERY_LOOKS = 720
MOST_OF_A_RULE = 500
"""Alarms of one rule at a time. What is more than that waits until some of them are settled."""
_KNOWN = {rule.name: rule for rule in RULES}


class AlarmWatch:
    """`rules` hold in this shop, `sources` say their measures, `hours` and `quiet` when people may be told."""

    def __init__(
        self, store: Store, rules: Sequence[Rule], sources: Iterable[Source], hours: ShopHours, quiet: Hours = ()
    ) -> None:
        self._store = store
        self.rules = tuple(rules)
        self._sources = tuple(sources)
        self._hours = hours
        self._quiet = quiet
        self._looked = False

    async def run(self) -> None:
        """Look until cancelled. What the disk refuses is looked at again."""
        turn = 0
        while True:
            try:
                await self._store.do(self.look)
                if turn % FORGET_EVERY_LOOKS == 0:
                    await self._store.do(_forget)
            except StoreError as error:
                log.warning("alarms wait for the disk: %s", error)
            turn += 1
            await asyncio.sleep(LOOK_SECONDS)

    def acknowledge(self, tx: Transaction, ticket: int, by: str) -> None:
        """A person takes a ticket on. Raises ValueError."""
        acknowledge(tx, ticket, by, self.rules)

    def look(self, tx: Transaction) -> None:
        """Look once, inside a transaction."""
        note_presence(tx, began=not self._looked)
        self._looked = True
        seen, before = gather(tx, self._sources), read_alarms(tx)
        now = Moment(tx.steady, awake(self._hours(tx.sql), self._quiet, tx.now))
        ticketed: set[str] = set()
        explained: set[str] = set()
        for rule in self.rules:
            kept = before.pop(rule.name, {})
            if rule.part_of in ticketed:
                self._end(tx, rule, kept, now)
            elif rule.measure in seen:
                looked = [one for one in seen[rule.measure] if not (one.value == "lost" and one.subject in explained)]
                open_now = self._judge(tx, rule, kept, looked, now)
                explained |= {device for one in looked if one.subject in open_now for device in one.explains}
                if open_now:
                    ticketed.add(rule.name)
        for name, left in before.items():  # rules that were switched off
            self._end(tx, _KNOWN.get(name) or Rule(name, Measure.OTHER, RULES[0].test, 0, 0), left, now)
        tell_office(tx)

    def _judge(
        self, tx: Transaction, rule: Rule, kept: dict[str, Kept], seen: Sequence[Observation], now: Moment
    ) -> set[str]:
        """Let one rule decide on all of its subjects; returns those with an open ticket."""
        events: dict[str, tuple[Event, Observation | None]] = {subject: (Calm(), None) for subject in kept}
        for one in seen:
            if one.subject in events or len(events) < MOST_OF_A_RULE:
                events[one.subject] = Seen(one.value), one
        ticketed: set[str] = set()
        for subject, (event, observation) in events.items():
            before = kept.get(subject)
            was = before.alarm if before else None
            after, effects = step(was, event, now, rule)
            if effects or after != was:
                keep(tx, rule, subject, before, after, effects, observation)
            if after is not None and after.has_ticket:
                ticketed.add(subject)
        return ticketed

    def _end(self, tx: Transaction, rule: Rule, kept: dict[str, Kept], now: Moment) -> None:
        for subject, before in kept.items():
            after, effects = step(before.alarm, Gone(), now, rule)
            keep(tx, rule, subject, before, after, effects)


def _forget(tx: Transaction) -> None:
    forget_old(tx)
    forget_changes(tx)
