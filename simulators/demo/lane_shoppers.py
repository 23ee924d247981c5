"""Shoppers at the lanes: they scan goods, lay them on the scale, pay at the terminal and take the receipt."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from simulators.demo.lanes import Lane
from simulators.demo.paper import Bought, read_paper
from simulators.demo.shop import now

LOOK_S = 0.1
SCAN_SECONDS = 20.0
PAID_SECONDS = 40.0
WEIGHED_SECONDS = 4.0
LIFTED_S = 1.5
MOST_ITEMS = 4
BETWEEN_S = (0.5, 2.5)


class LaneShoppers:
    """One shopper after another at a lane, until `closing` is set; then the last one still pays."""

    def __init__(self, lane: Lane, items: Sequence[str], seed: int) -> None:
        """`items`: what they choose from."""
        self._lane, self._items = lane, items
        self._source = random.Random(seed)  # noqa: S311  shoppers, no secret
        self.closing = asyncio.Event()

    async def run(self) -> None:
        """Come, buy and go."""
        while not self.closing.is_set():
            try:
                await self._visit()
            except (TimeoutError, httpx.HTTPError) as error:
                shown = await self._shown_or_none()
                self._lane.trouble.append(f"{error or type(error).__name__}; its screen: {shown}")
                return
            try:
                async with asyncio.timeout(self._source.uniform(*BETWEEN_S)):
                    await self.closing.wait()
            except TimeoutError:
                continue

    async def _visit(self) -> None:
        lane = self._lane
        await self._until("it was never free", lambda shown: shown["state"] == "free" or self.closing.is_set())
        if self.closing.is_set():
            return
        items: list[str] = []
        for item in self._source.sample(self._items, self._source.randint(1, MOST_ITEMS)):
            if await self._take(item, len(items)):
                items.append(item)
        if not items:
            return
        await self._show_code()
        before, at = len(lane.printer.receipts), now()
        (await lane.screen.post("/pay")).raise_for_status()
        await self._until(
            "no receipt came out",
            lambda shown: len(lane.printer.receipts) > before and shown["phase"] == "free",
            PAID_SECONDS,
        )
        printed = lane.printer.receipts[-1]
        lane.bought.append(Bought(tuple(items), at, read_paper(printed.text, printed.codes)))

    async def _take(self, item: str, have: int) -> bool:
        """Scan, and weigh what is sold by weight. Whether it is in the basket: what has no price yet is left there."""
        lane = self._lane
        await self._until("an answer to what was scanned before never went", lambda shown: not _refused(shown))
        lane.scanner.scan(item[1:], "E0")
        shown = await self._until(
            f"{item} was scanned and nothing followed",
            lambda shown: len(shown["lines"]) > have or shown["phase"] == "weighing" or _refused(shown),
        )
        if shown["phase"] == "weighing":
            shown = await self._weigh(item, have)
        return len(shown["lines"]) > have

    async def _show_code(self) -> None:
        """Half of the shoppers are members, most of them of a tier."""
        code = self._source.choice(("", "", "", "MEMBER-1", "MEMBER-S1", "MEMBER-G1"))
        if code:
            self._lane.scanner.scan(code, "C0")
            await self._until(
                "a member's code was not taken", lambda shown: shown["member"] or (shown["hint"] or [""])[0] == "closed"
            )

    async def _weigh(self, item: str, have: int) -> dict[str, Any]:
        """Lay goods on the scale. Who was too quick for it, so that it never saw its pan empty, lays them down anew."""
        lane, grams = self._lane, self._source.randint(120, 1800)
        for last in (False, False, True):
            lane.pan.put(grams)
            try:
                shown = await self._until(
                    f"{item} was never weighed", lambda shown: len(shown["lines"]) > have,
                    SCAN_SECONDS if last else WEIGHED_SECONDS,
                )  # fmt: skip
            except TimeoutError:
                if last:
                    raise
            else:
                lane.weighed += 1
                return shown
            finally:
                lane.pan.put(0)
            await asyncio.sleep(LIFTED_S)
        raise TimeoutError(f"{item} was never weighed")

    async def _until(
        self, what: str, holds: Callable[[dict[str, Any]], bool], within: float = SCAN_SECONDS
    ) -> dict[str, Any]:
        """Look at the screen until it shows this. Raises TimeoutError, saying what did not happen."""
        ends = asyncio.get_running_loop().time() + within
        while True:
            shown = await self._shown()
            if holds(shown):
                return shown
            if asyncio.get_running_loop().time() > ends:
                raise TimeoutError(what)
            await asyncio.sleep(LOOK_S)

    async def _shown(self) -> dict[str, Any]:
        answer = await self._lane.screen.get("/lane")
        answer.raise_for_status()
        shown: dict[str, Any] = answer.json()
        return shown

    async def _shown_or_none(self) -> dict[str, Any] | None:
        try:
            return await self._shown()
        except httpx.HTTPError:
            return None


def _refused(shown: dict[str, Any]) -> bool:
    """Whether the screen says no to what was scanned. To lift what lies on the scale is no answer to that."""
    return shown["hint"] is not None and shown["hint"][0] != "lift"


@asynccontextmanager
async def lane_shoppers(lanes: Iterable[Lane], items: Sequence[str], seed: int) -> AsyncIterator[None]:
    """People shop at every lane; in the end whoever has begun still pays."""
    people = [LaneShoppers(lane, items, seed + number) for number, lane in enumerate(lanes, 1)]
    tasks = [asyncio.create_task(one.run(), name="lane shopper") for one in people]
    try:
        yield
        for one in people:
            one.closing.set()
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
