"""Payments on a virtual clock: the real machine, dialogue and codec against a terminal that was written without them.

One seed is one day of one till: baskets, faults of the terminal at any message, kills of the till at any step. At the end the bank is asked.

    python -m tests.drivers.payment.storm --runs 10000
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from drivers.base import PaymentOutcome
from drivers.payment.machine import Command, Effect, Event, Finding, Looked, Lost, PaymentState, Policy, Refused
from drivers.payment.nexo import words as nexo
from drivers.payment.nexo.encoding import read_json, write_json
from drivers.payment.running import walk
from drivers.payment.storage import from_text, to_text
from drivers.payment.zvt.apdu import Apdu, ApduReader, encode, parse_alone
from drivers.payment.zvt.block import Block, BlockReader, encode_block
from drivers.payment.zvt.commands import Access
from drivers.payment.zvt.dialogue import Patience, begin, closed, hear, quiet
from simulators.payment.bank import Bank
from simulators.payment.faults import Fault, Kind
from simulators.payment.nexo_terminal import NexoTerminal
from simulators.payment.nexo_words import Wire
from simulators.payment.zvt_terminal import Habits, HangUp, Say, ZvtTerminal
from simulators.payment.zvt_words import Unblock, block

WIRES = ("tcp", "serial", "nexo")
POLICY = Policy()
SLOWEST = 3_000
"""The longest that bytes are under way; less than the policy's settle time, as docs/payment.md says."""


class Killed(Exception):
    """The till lost power."""


@dataclass
class Plan:
    """What goes wrong in one run."""

    wire: str
    seed: int
    baskets: int = 1
    faults: list[Fault] = field(default_factory=list)
    kills: list[int] = field(default_factory=list)
    declines: frozenset[int] = frozenset()
    """Which of the authorisations are declined, counted from 0."""
    cancels: frozenset[int] = frozenset()
    """Which baskets the shopper cancels after paying."""
    habits: Habits = field(default_factory=Habits)


class Disk:
    """What survives a kill. States are kept as the text that the real storage keeps."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.settled: set[str] = set()
        self.receipts: list[tuple[str, str]] = []
        """Basket and payment of every receipt."""
        self.cancelled: set[str] = set()


class World:
    """The clock, the line and the terminal. Times are milliseconds."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rng = random.Random(plan.seed)
        self.now = 1_000
        self.actions = 0
        self.kills = list(plan.kills)
        self.bank = Bank()
        self.disk = Disk()

    def act(self) -> None:
        """The till does something: the moment at which it may be killed."""
        here, self.actions = self.actions, self.actions + 1
        if here in self.kills:
            self.kills.remove(here)
            raise Killed

    def delay(self) -> int:
        """How long bytes are under way."""
        return self.rng.randrange(1, SLOWEST) if self.rng.random() < 0.02 else self.rng.randrange(1, 20)


class Line:
    """One terminal's wire: carries out effects, and goes on without the till when it is dead."""

    def __init__(self, world: World) -> None:
        self.world = world

    def carry_out(self, effect: Effect, payment: PaymentState) -> Finding:
        raise NotImplementedError

    def pass_time(self, until: int) -> None:
        """Let the terminal live until then."""
        raise NotImplementedError

    @property
    def authorisations(self) -> int:
        raise NotImplementedError


class ZvtLine(Line):
    """ZVT over TCP or a serial line, with delays and pieces of any size."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.serial = world.plan.wire == "serial"
        habits = world.plan.habits
        if self.serial != habits.serial:
            habits = Habits(**{**_facts(habits), "serial": self.serial})
        self.terminal = Declining(world.bank, habits, list(world.plan.faults), rng=world.rng)
        self.terminal.which = world.plan.declines
        self.to_terminal: list[tuple[int, int, bytes | None]] = []
        self.to_till: list[tuple[int, bytes | None]] = []
        self.order = 0
        self.unblock = Unblock()
        self.blocks = BlockReader()

    @property
    def authorisations(self) -> int:
        return self.terminal.authorisations

    def carry_out(self, effect: Effect, payment: PaymentState) -> Finding:
        world, serial = self.world, self.serial
        patience = Patience()
        world.act()
        self.to_till = [(at, data) for at, data in self.to_till if serial and at > world.now]
        if not serial:
            self.pass_time(world.now + world.delay())
            self.to_terminal.clear()
            if world.now < self.terminal.away_until:
                return Refused("away") if effect in (Effect.LOOK, Effect.AUTHORISE) else Lost("away")
            self._take(self.terminal.opened(world.now))
        stream = ApduReader()
        dialogue, said, finding = begin(effect, payment, Access("000000", payment.currency), patience, world.now)
        try:
            while True:
                for apdu in said:
                    world.act()
                    self._send(encode(apdu))
                if finding is not None:
                    return finding
                heard = self._next(dialogue.deadline, stream)
                world.act()
                match heard:
                    case "quiet":
                        dialogue, said, finding = quiet(dialogue, world.now)
                    case "closed":
                        dialogue, said, finding = closed(dialogue, "closed")
                    case Apdu():
                        dialogue, said, finding = hear(dialogue, heard, world.now)
                    case _:
                        raise AssertionError(heard)
        finally:
            self._hang_up()

    def pass_time(self, until: int) -> None:
        while (at := self._soonest()) is not None and at <= until:
            self._happen(at)
        self.world.now = max(self.world.now, until)

    def _next(self, deadline: int, stream: ApduReader) -> Apdu | str:
        waiting: list[Apdu] = getattr(stream, "waiting", [])
        while not waiting:
            arrivals = sorted(self.to_till, key=lambda pair: pair[0])
            soonest = self._soonest()
            arrival = arrivals[0][0] if arrivals else None
            moments = [at for at in (soonest, arrival) if at is not None]
            if not moments or min(moments) > deadline:
                self.world.now = max(self.world.now, deadline)
                return "quiet"
            if soonest is not None and (arrival is None or soonest <= arrival):
                self._happen(soonest)
                continue
            at, data = arrivals[0]
            self.to_till.remove((at, data))
            self.world.now = max(self.world.now, at)
            if data is None:
                return "closed"
            if self.serial:
                found = [parse_alone(part.data) for part in self.blocks.feed(data) if isinstance(part, Block)]
                waiting = [apdu for apdu in found if apdu is not None]
            else:
                waiting = stream.feed(data)
                if stream.noise and not waiting:
                    return "closed"
        stream.waiting = waiting[1:]  # type: ignore[attr-defined]
        return waiting[0]

    def _soonest(self) -> int | None:
        times = [at for at, _, _ in self.to_terminal]
        if self.terminal.due is not None:
            times.append(max(self.terminal.due, self.world.now))
        return min(times, default=None)

    def _happen(self, at: int) -> None:
        """One thing at the terminal."""
        self.world.now = max(self.world.now, at)
        arrived = sorted(one for one in self.to_terminal if one[0] <= at)
        if not arrived:
            self._take(self.terminal.wake(self.world.now))
            return
        self.to_terminal.remove(arrived[0])
        data = arrived[0][2]
        if data is None:
            self.terminal.closed(self.world.now)
        elif self.serial:
            for part in self.unblock.feed(data):
                if isinstance(part, bytes):
                    self._take(self.terminal.hear(part, self.world.now))
        else:
            self._take(self.terminal.hear(data, self.world.now))

    def _send(self, data: bytes) -> None:
        last = max([at for at, _, _ in self.to_terminal], default=0)
        at = max(last, self.world.now + self.world.delay())
        self.order += 1
        self.to_terminal.append((at, self.order, encode_block(data) if self.serial else data))

    def _hang_up(self) -> None:
        if not self.serial:
            last = max([at for at, _, _ in self.to_terminal], default=0)
            self.order += 1
            self.to_terminal.append((max(last, self.world.now + self.world.delay()), self.order, None))

    def _take(self, acts: list[Say | HangUp]) -> None:
        last = max([at for at, _ in self.to_till], default=0)
        at = max(last, self.world.now + self.world.delay())
        for act in acts:
            match act:
                case Say(data=data, noise=noise):
                    whole = block(data) if self.serial and not noise else data
                    cut = self.world.rng.randrange(len(whole) + 1)
                    self.to_till += [(at, piece) for piece in (whole[:cut], whole[cut:]) if piece]
                case HangUp() if not self.serial:
                    self.to_till.append((at, None))
                case _:
                    pass


class Declining(ZvtTerminal):
    """Declines the authorisations that the plan names."""

    which: frozenset[int] = frozenset()

    def _pay(self, body: bytes):  # type: ignore[no-untyped-def]
        self.decline = 0x05 if self.authorisations in self.which else 0
        return super()._pay(body)


class NexoLine(Line):
    """nexo: one request, one answer, and requests of a dead till still arriving."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        plan = world.plan
        self.terminal = NexoTerminal(world.bank, plan.habits.card_ms, list(plan.faults), rng=world.rng)
        self.wire = Wire()
        self.ends = nexo.Ends("till-1", "P400-1")
        self.under_way: list[tuple[int, bytes]] = []

    @property
    def authorisations(self) -> int:
        return self.terminal.payments

    def pass_time(self, until: int) -> None:
        for at, data in sorted(self.under_way):
            if at <= until:
                self.under_way.remove((at, data))
                self._ask(data, at)
        self.world.now = max(self.world.now, until)
        self.terminal.settle(self.world.now)

    def _ask(self, data: bytes, at: int):  # type: ignore[no-untyped-def]
        self.terminal.decline = "Refusal" if self.terminal.payments in self.world.plan.declines else ""
        self.terminal.settle(at)
        return self.terminal.ask(self.wire.read(data), at)

    def carry_out(self, effect: Effect, payment: PaymentState) -> Finding:
        match effect:
            case Effect.LOOK:
                return Looked("")
            case Effect.AUTHORISE:
                answer = self._post(nexo.payment_request(self.ends, payment, 0), 90_000)
                return nexo.read_payment(answer, payment) if answer else Lost("no answer")
            case Effect.REVERSE:
                answer = self._post(nexo.reversal_request(self.ends, payment, 0), 90_000)
                return nexo.read_reversal(answer, payment) if answer else Lost("no answer")
            case _:
                turn = self.world.rng.randrange(1 << 60)
                if payment.proof is None:
                    self._post(nexo.abort_request(self.ends, payment, turn), 15_000)
                answer = self._post(nexo.status_request(self.ends, payment, turn), 15_000)
                return nexo.read_status(answer, payment, turn) if answer else Lost("no answer")

    def _post(self, words: nexo.Words, patience: int) -> nexo.Words | None:
        world = self.world
        world.act()
        arrives = world.now + world.delay()
        self.under_way.append((arrives, write_json(words)))
        world.act()  # killed here, the request still arrives
        (mine,) = [one for one in self.under_way if one[0] == arrives]
        self.under_way.remove(mine)
        self.pass_time(arrives)
        answer = self._ask(mine[1], arrives)
        back = arrives + answer.after + world.delay()
        if back > world.now + patience:
            self.pass_time(world.now + patience)
            world.act()
            return None
        self.pass_time(back)
        world.act()
        if answer.words is None:
            return None
        return read_json(self.wire.write(answer.words(arrives + answer.after)))


class Till:
    """The caller: sells baskets, prints receipts, and picks up after a kill what its disk tells."""

    def __init__(self, world: World, line: Line) -> None:
        self.world, self.line, self.disk = world, line, world.disk

    def sell(self, basket: int) -> None:
        """One basket, with up to three attempts to pay; each is another payment."""
        name = f"basket-{basket}"
        for turn in range(3):
            payment = f"{name}.{turn}"
            if any(paid == name for paid, _ in self.disk.receipts) or name in self.disk.cancelled:
                return
            if payment in self.disk.settled:
                continue
            state = self._authorise(payment, 100 + basket)
            if state.outcome is PaymentOutcome.APPROVED and basket in self.world.plan.cancels:
                state = self._run(state, Command.GIVE_BACK)
                if state.outcome is not PaymentOutcome.APPROVED:
                    self.world.act()
                    self.disk.cancelled.add(name)
            self._act_on(state)

    def pick_up(self) -> None:
        """After a restart: every payment that is not settled."""
        for payment, text in list(self.disk.states.items()):
            if payment not in self.disk.settled:
                state = from_text(text)
                name, _, _ = payment.partition(".")
                gives_back = state.phase.value == "reversing"
                state = self._run(state, Command.RESTART)
                if gives_back and state.outcome is PaymentOutcome.DECLINED:
                    self.disk.cancelled.add(name)
                self._act_on(state)

    def _authorise(self, payment: str, minor: int) -> PaymentState:
        found = self.disk.states.get(payment)
        if found is not None:
            return self._run(from_text(found), Command.RESTART)
        state = PaymentState(payment, "term-1", minor, "EUR")
        self._save(state)
        return self._run(state, Command.START)

    def _act_on(self, state: PaymentState) -> None:
        name, _, _ = state.id.partition(".")
        if state.outcome is PaymentOutcome.APPROVED and (name, state.id) not in self.disk.receipts:
            self.world.act()
            self.disk.receipts.append((name, state.id))
        self.world.act()
        self.disk.settled.add(state.id)

    def _run(self, state: PaymentState, event: Event) -> PaymentState:
        """Until it is known; a person asks again each minute, for an hour."""
        for _ in range(60):
            state = self._walk(state, event)
            if state.final:
                return state
            self.line.pass_time(self.world.now + 60_000)
            event = Command.RESTART
        raise AssertionError(f"a lost unknown: {state}")

    def _walk(self, state: PaymentState, event: Event) -> PaymentState:
        steps = walk(state, event, self._save, lambda: self.world.now, POLICY)
        try:
            wanted = next(steps)
            while True:
                if wanted[1] is Effect.WAIT:
                    self.line.pass_time(max(self.world.now, wanted[0].due))
                    wanted = steps.send(Command.DUE)
                else:
                    wanted = steps.send(self.line.carry_out(wanted[1], wanted[0]))
        except StopIteration as end:
            ended: PaymentState = end.value
            return ended

    def _save(self, state: PaymentState) -> None:
        self.world.act()
        self.disk.states[state.id] = to_text(state)
        self.world.act()


def play(plan: Plan) -> World:
    """One run, and what must hold at its end. Raises AssertionError with the plan."""
    world = World(plan)
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
    try:
        judge(world, line, plan)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{plan}\n{json.dumps(world.disk.states, indent=1)}") from None
    return world


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
    assert b"49291234" not in json.dumps(world.disk.states).encode()


def plans(runs: int, seed: int) -> Iterator[Plan]:
    """First each fault at each message and a kill at each step, alone; then, until there are enough, anything together."""
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
    for step in range(12 if wire == "nexo" else 50):
        for goes_on in (True, False):
            yield Plan(wire, step, kills=[step], habits=Habits(goes_on=goes_on, auto_reversal=goes_on))


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
        habits=habits,
    )


def _facts(habits: Habits) -> dict[str, object]:
    return {name: getattr(habits, name) for name in habits.__dataclass_fields__}


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
    out(f"{wanted.runs} runs in {seconds:.1f} s: {paid} paid baskets, {charges} charges that stand, {failed} runs failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
