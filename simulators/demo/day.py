"""The script of the day: what head office does, and what goes wrong."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.demo.acts import Promise, dead_label, late_payer
from simulators.demo.cold import drift
from simulators.demo.net import pull_cable
from simulators.demo.stage import Stage

OUTAGE_SECONDS = 20.0
AWAY_SECONDS = 8.0
DOWN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens when this part of the day has passed."""

    at: float
    words: str
    play: Callable[[], Awaitable[object]]


class Day:
    """Plays the acts in order. `caught_up_s`: how long the queue took to arrive once the line was mended."""

    def __init__(self, stage: Stage, say: Callable[[str], None]) -> None:
        self._stage = stage
        self._say = say
        self.labelled: Sequence[str] = list(dict.fromkeys(stage.shop.bindings.values()))
        self.catch_up_s = 0.0
        self.promises: list[Promise] = []
        """What the acts with people in them showed."""
        self._beside: list[asyncio.Task[None]] = []

    @property
    def acts(self) -> tuple[Act, ...]:
        """The whole script."""
        return (
            Act(0.04, "Head office cuts six prices: tills first, then labels", lambda: self._reprice(range(6), 0.85)),
            Act(0.06, "", self._fridge),
            Act(
                0.12,
                "Head office raises six prices: labels first, then tills",
                lambda: self._reprice(range(6, 12), 1.2),
            ),
            Act(0.14, "", self._late_payer),
            Act(0.22, "A label dies, then its item is raised: the raise is withheld", self._dead_label),
            Act(
                0.30,
                f"The line to head office is cut for {OUTAGE_SECONDS:.0f} s; the shop goes on selling",
                self._cut_line,
            ),
            Act(0.48, "", self._cable),
            Act(0.62, "The gateway is killed with changes on their way, and starts again", self._kill_gateway),
            Act(
                0.78,
                f"A till is cut off for {AWAY_SECONDS:.0f} s while a price falls: its label waits",
                self._till_away,
            ),
            Act(0.88, "Head office cuts and raises eight prices once more", self._last_round),
        )

    async def play(self, seconds: float) -> None:
        """Play the day in so many seconds. An act that takes longer than its part delays the next."""
        begin = time.monotonic()
        try:
            for act in self.acts:
                await asyncio.sleep(max(0.0, begin + act.at * seconds - time.monotonic()))
                if act.words:
                    self._say(act.words)
                await act.play()
            await asyncio.sleep(max(0.0, begin + seconds - time.monotonic()))
            await self._people_are_done()
        finally:
            for task in self._beside:
                task.cancel()
            await asyncio.gather(*self._beside, return_exceptions=True)

    def _people(self, act: Coroutine[Any, Any, Promise]) -> None:
        """Let people do something while the day goes on."""

        async def note() -> None:
            self.promises.append(await act)

        self._beside.append(asyncio.create_task(note()))

    async def _people_are_done(self) -> None:
        """Wait for what people are at. Raises what went wrong in it."""
        await asyncio.gather(*self._beside)

    async def _reprice(self, which: range, factor: float) -> int:
        """Push other prices for these items; returns the last version."""
        rows = []
        for place in which:
            item = self.labelled[place % len(self.labelled)]
            row = scaled(self._stage.rows[item], factor)
            self._stage.rows[item] = row
            rows.append(row)
        done = await self._stage.office.push_rows(self._stage.store, rows)
        return int(done["sequences"][-1])

    async def _late_payer(self) -> None:
        place = len(self.labelled) - 2
        item = self.labelled[place]
        self._people(late_payer(self._stage, item, lambda: self._reprice(range(place, place + 1), 1.2), self._say))

    async def _fridge(self) -> None:
        if self._stage.fridge is not None:
            self._people(drift(self._stage.fridge, self._stage.box, self._say))

    async def _cable(self) -> None:
        wires = self._stage.wires
        if wires is not None:
            self._people(pull_cable(wires, self._stage.shop.tills[wires.till], self._stage.box, self._say))

    async def _dead_label(self) -> None:
        last = len(self.labelled) - 1
        item = self.labelled[last]
        victim = next(label for label, bound in self._stage.shop.bindings.items() if bound == item)
        self._stage.shop.kill_label(victim)
        await self._reprice(range(last, last + 1), 1.3)
        self._people(dead_label(self._stage, item, victim, self._say))

    async def _cut_line(self) -> None:
        self._stage.line.cut()
        await self._reprice(range(12, 15), 0.9)
        await asyncio.sleep(OUTAGE_SECONDS)
        made = {sale.receipt for _, sale in self._stage.shop.sales()}
        self._stage.line.mend()
        self._say("The line is back: what waited is catching up")
        begin = time.monotonic()
        while time.monotonic() - begin < 60:
            if made <= set((await asyncio.to_thread(self._stage.record)).receipts):
                break
            await asyncio.sleep(0.1)
        self.catch_up_s = time.monotonic() - begin

    async def _kill_gateway(self) -> None:
        await self._reprice(range(15, 18), 0.9)
        await self._reprice(range(18, 20), 1.15)
        await asyncio.sleep(0.8)
        await self._people_are_done()
        await self._stage.gateway.kill()
        await asyncio.sleep(DOWN_SECONDS)
        await self._stage.restart_gateway()

    async def _till_away(self) -> None:
        till = self._stage.shop.tills["till-2"]
        till.disconnect()
        await self._reprice(range(1), 0.9)
        await asyncio.sleep(AWAY_SECONDS)
        till.reconnect()

    async def _last_round(self) -> None:
        await self._reprice(range(1, 5), 1.1)
        await self._reprice(range(5, 9), 0.92)


def scaled(row: dict[str, Any], factor: float) -> dict[str, Any]:
    """The row at a new price; its unit price follows, and a promotion ends."""
    minor = max(1, round(row["minor"] * factor))
    if minor == row["minor"]:
        minor += 1 if factor > 1 else -1
    unit_minor = None if row.get("unit_minor") is None else round(row["unit_minor"] * minor / row["minor"])
    return row | {"minor": max(1, minor), "unit_minor": unit_minor, "was_minor": None}
