"""Two acts that a shopper and a member of staff play, each with a promise that is checked on what really happened."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from simulators.demo.clients import ApiError
from simulators.demo.judge import read_label
from simulators.demo.promise import Promise as Promise
from simulators.demo.setting import GRACE_SECONDS
from simulators.demo.stage import Stage
from simulators.till.basket import NotForSaleError
from simulators.till.till import Till

SOON_SECONDS = 20.0
NOTICED_SECONDS = 40.0
"""A label counts as lost after ten seconds; the rest is a slow machine's."""
AT_ONCE_SECONDS = 5.0
"""After the grace window, in which what the label showed last still counts."""


async def late_payer(stage: Stage, item: str, raise_it: Callable[[], Any], say: Callable[[str], None]) -> Promise:
    """A shopper takes an item, its label rises, it is scanned within the grace window and paid after the raise.

    `raise_it` pushes the raise and returns its version.
    """
    till, before = stage.shop.tills["till-1"], stage.rows[item]["minor"]
    [label] = [device for device, bound in stage.shop.bindings.items() if bound == item]
    name = stage.rows[item]["name"]
    say(f"A shopper takes {name!r} at {euro(before)}; it is raised (grace {GRACE_SECONDS} s, half an hour in a shop)")
    version = await raise_it()
    after = stage.rows[item]["minor"]
    words = f"A shopper took {name!r} at {euro(before)}, before it was raised to {euro(after)}"

    def shows_it() -> bool:
        pixels = stage.shop.label(label).pixels
        return pixels is not None and read_label(pixels, stage.shop.label(label).inks) == (item, version)

    if not await _until(shows_it, SOON_SECONDS):
        return Promise(words, f"the label did not show {euro(after)}")
    basket = till.open_basket()
    try:
        await asyncio.to_thread(basket.scan, item)  # the label says the new price, the till still the old one
        if not await _until(lambda: _charges(till, item) == after, SOON_SECONDS):
            return Promise(words, f"the raise to {euro(after)} did not reach {till.config.device}")
        sale = await asyncio.to_thread(till.pay, basket)
    except NotForSaleError as error:
        return Promise(words, f"the till did not sell it: {error}")
    charged, judged = sale.lines[0].minor, await _judged(stage, sale.receipt)
    say(f"The label and the till say {euro(after)} by now; the shopper pays {euro(charged)}; the ledger: {judged}")
    words = f"{words}, scanned it when the label showed that, paid {euro(charged)} when the till charged that to others"
    words = f"{words}; the ledger on receipt {sale.receipt}: {judged}"
    if charged != before:
        return Promise(words, f"the shopper paid {euro(charged)}")
    return Promise(words, "" if judged == "fine" else f"the ledger says {judged!r}")


async def dead_label(stage: Stage, item: str, label: str, say: Callable[[str], None]) -> Promise:
    """The console names the dead label that a raise waits for; a person takes it down, and the raise goes on."""
    raised, name, tills = stage.rows[item]["minor"], stage.rows[item]["name"], list(stage.shop.tills.values())
    words = f"A dead label held the raise of {name!r} to {euro(raised)} back"
    task = await _task(stage, label)
    if task is None:
        return Promise(words, f"the console did not name {label}")
    say(f"The console names the dead label, {label} at {task['place']}: that the raise waits costs {_cost(task)}")
    words = f"{words}; the console named {label} at {task['place']} and the cost, {_cost(task)}"
    charged = [_charges(till, item) for till in tills]
    if any(minor is None or minor >= raised for minor in charged):
        return Promise(words, "a till had the raise although the label still showed the old price")
    stage.shop.take_down(label)
    begin = time.monotonic()
    await stage.box.retire(label, "dead; taken off the shelf")
    connected = [till for till in tills if till.connected]
    if not await _until(lambda: all(_charges(till, item) == raised for till in connected), SOON_SECONDS):
        return Promise(words, "the raise did not go on when the label was retired")
    took = time.monotonic() - begin
    say(f"It is taken down and retired: {took:.1f} s later, its grace window over, every till charges {euro(raised)}")
    words = f"{words}; it was taken down and retired, and {took:.1f} s later, its grace window over, every till charged"
    words = f"{words} the raise"
    return Promise(words, "" if took < GRACE_SECONDS + AT_ONCE_SECONDS else "that is not as soon as can be")


def euro(minor: int) -> str:
    """An amount as people read it."""
    return f"{minor // 100}.{minor % 100:02} €"


def _charges(till: Till, item: str) -> int | None:
    price = till.price(item)
    return None if price is None else price.minor


def _cost(task: dict[str, Any]) -> str:
    """What the console says that waiting costs: by the hour at the rate of sales, and by the piece."""
    each = f"{euro(task['minor'] - task['before_minor'])} a piece sold"
    loss = task.get("loss")
    return f"{euro(loss['per_hour'])} an hour ({each})" if loss else each


async def _task(stage: Stage, label: str) -> dict[str, Any] | None:
    """The console's task about a raise that this label holds."""
    until = time.monotonic() + NOTICED_SECONDS
    while time.monotonic() < until:
        for task in await stage.box.tasks():
            if task["kind"] == "held_raise" and task["device"] == label:
                return task
        await asyncio.sleep(0.5)
    return None


async def _judged(stage: Stage, receipt: str) -> str:
    """What the gateway's ledger says of a receipt; it has to arrive there first."""
    until = time.monotonic() + SOON_SECONDS
    while time.monotonic() < until:
        with suppress(ApiError):
            [judged] = await stage.box.judge(receipt)
            return str(judged["verdict"])
        await asyncio.sleep(0.2)
    return "not on record"


async def _until(holds: Callable[[], bool], within_seconds: float) -> bool:
    until = time.monotonic() + within_seconds
    while not await asyncio.to_thread(holds):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.05)
    return True
