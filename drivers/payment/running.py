"""Walking a payment through its machine, whoever carries out the effects: a terminal, or a test's virtual one."""

from collections.abc import Callable, Generator

from drivers.payment.machine import Effect, Event, PaymentState, Policy, step

Walk = Generator[tuple[PaymentState, Effect], Event, PaymentState]
"""Yields what to do, is sent what came of it, returns the state in which nothing more happens by itself."""


def walk(
    state: PaymentState, event: Event, save: Callable[[PaymentState], None], clock: Callable[[], int], policy: Policy
) -> Walk:
    """Run a payment on from `event`. Every state is saved before its effect is yielded. `clock`: milliseconds."""
    while True:
        before, (state, effect) = state, step(state, event, clock(), policy)
        if state != before:
            save(state)
        if effect is None:
            return state
        event = yield state, effect
