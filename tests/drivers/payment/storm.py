"""Payments on a virtual clock: the real machine, dialogue and codec against a terminal that was written without them.

One seed is one day of one till: baskets, faults of the terminal at any message, kills of the till at any step. At the
end the bank is asked.

    python -m tests.drivers.payment.storm --runs 10000
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator

from drivers.payment.storage import from_text
from simulators.payment.faults import Fault, Kind
from simulators.payment.zvt_terminal import TEST_PAN, Habits
from tests.drivers.payment.storm_lines import Line, NexoLine, ZvtLine
from tests.drivers.payment.storm_till import Till
from tests.drivers.payment.storm_world import Killed, Plan, World

WIRES = ("tcp", "serial", "nexo")


def play(plan: Plan) -> World:
    """One run, and what must hold at its end. Raises AssertionError with the plan."""
    world = World(plan)
    try:
        _live(world, plan)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{plan}\n{json.dumps(world.disk.states, indent=1)}") from None
    return world


def _live(world: World, plan: Plan) -> None:
    line: Line = NexoLine(world) if plan.wire == "nexo" else ZvtLine(world)
    for _ in range(1 + len(plan.kills)):
        till = Till(world, line)
        try:
            till.pick_up()
            for basket in range(plan.baskets):
                till.sell(basket)
            break
        except Killed:
            line.pass_time(world.now + world.rng.choice((10, 400, 6_000, 40_000)))
    line.pass_time(world.now + 600_000)
    judge(world, line, plan)


def judge(world: World, line: Line, plan: Plan) -> None:
    """Exactly one charge and one receipt per paid basket, nothing for any other, and no unknown left."""
    for basket in range(plan.baskets):
        name = f"basket-{basket}"
        receipts = [paid for paid, _ in world.disk.receipts if paid == name]
        charges = [charge for charge in world.bank.standing if charge.minor == 100 + basket]
        assert len(receipts) <= 1, f"{name} has {len(receipts)} receipts"
        assert len(charges) == len(receipts), f"{name}: {len(charges)} charges, {len(receipts)} receipts"
    states = [from_text(text) for text in world.disk.states.values()]
    assert all(state.final for state in states), "an unknown was lost"
    assert line.authorisations <= len(states), "a payment was sent twice"
    assert len(world.bank.standing) == len(world.disk.receipts), "the bank knows of more than the till"
    assert TEST_PAN[:12] not in json.dumps(world.disk.states), "a card number is on the disk"


def plans(runs: int, seed: int) -> Iterator[Plan]:
    """First each fault at each message and a kill at each step, alone; then, until there are enough, anything
    together.
    """
    made = 0
    for wire in WIRES:
        for plan in _singles(wire):
            if made == runs:
                return
            made += 1
            yield plan
    for number in range(made, runs):
        yield _anything(random.Random(f"{seed}/{number}"), number)


def _singles(wire: str) -> Iterator[Plan]:
    for kind in Kind:
        for at in range(4 if wire == "nexo" else 17):
            for declines in (frozenset[int](), frozenset({0})):
                yield Plan(wire, at, faults=[Fault(kind, at, 130_000 if at % 2 else 8_000)], declines=declines)
    if wire == "nexo":  # killed with the request under way, and quick to ask what became of it
        yield from (Plan(wire, seed, kills=[5], slow=0.3) for seed in range(60))
    for step in range(12 if wire == "nexo" else 50):
        for goes_on in (True, False):
            yield Plan(wire, step, kills=[step], habits=Habits(goes_on=goes_on, auto_reversal=goes_on))
            yield Plan(wire, step, kills=[step], slow=0.5, habits=Habits(goes_on=goes_on))


def _anything(rng: random.Random, number: int) -> Plan:
    wire = rng.choice(WIRES)
    reach = 14 if wire == "nexo" else 45
    faults = [
        Fault(rng.choice(list(Kind)), rng.randrange(reach), rng.choice((2_000, 9_000, 40_000, 200_000)))
        for _ in range(rng.choice((0, 1, 1, 2, 3)))
    ]
    habits = Habits(
        card_ms=rng.choice((50, 3_000, 30_000, 100_000)),
        auto_reversal=rng.random() < 0.5,
        goes_on=rng.random() < 0.5,
        busy=rng.choice(("nack", "silent")),
        remembers_declined=rng.random() < 0.5,
    )
    return Plan(
        wire,
        number,
        baskets=rng.choice((1, 1, 2, 3)),
        faults=faults,
        kills=sorted(rng.sample(range(40 if wire == "nexo" else 150), rng.choice((0, 1, 1, 2, 3)))),
        declines=frozenset(turn for turn in range(9) if rng.random() < 0.25),
        cancels=frozenset(basket for basket in range(3) if rng.random() < 0.1),
        slow=rng.choice((0.02, 0.02, 0.3)),
        habits=habits,
    )


def main(arguments: list[str], out: Callable[[str], None] = print) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args(arguments)
    begun, paid, charges, failed = time.monotonic(), 0, 0, 0
    for plan in plans(wanted.runs, wanted.seed):
        try:
            world = play(plan)
        except AssertionError as error:
            failed += 1
            out(str(error))
            continue
        paid += len(world.disk.receipts)
        charges += len(world.bank.standing)
    seconds = time.monotonic() - begun
    out(f"{wanted.runs} runs in {seconds:.1f} s, {failed} failed: {paid} paid baskets, {charges} charges that stand")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
