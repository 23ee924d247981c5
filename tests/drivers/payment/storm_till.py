"""The caller: sells baskets, and after a kill picks up what its disk tells."""

from drivers.base import PaymentOutcome
from drivers.payment.machine import Command, Effect, Event, PaymentState, Phase, Policy
from drivers.payment.running import walk
from drivers.payment.storage import from_text, to_text
from tests.drivers.payment.storm_lines import Line
from tests.drivers.payment.storm_world import World

POLICY = Policy()


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
                gives_back = state.phase is Phase.REVERSING
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
