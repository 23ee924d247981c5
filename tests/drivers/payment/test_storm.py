"""Every fault at every message, every kill at every step, and days of everything together, on a virtual clock.

AISLE_PAYMENT_RUNS says how many; `python -m tests.drivers.payment.storm --runs 10000` is the long way.
"""

import os
from dataclasses import replace

import pytest

from drivers.payment import machine
from drivers.payment.machine import Clear, Command, Effect, Lost, PaymentState, Phase, Policy, Step
from tests.drivers.payment import storm

RUNS = int(os.environ.get("AISLE_PAYMENT_RUNS", "1000"))


def test_each_paid_basket_has_one_charge_and_one_receipt() -> None:
    paid = 0
    for plan in storm.plans(RUNS, seed=1):
        paid += len(storm.play(plan).disk.receipts)
    assert paid > RUNS / 2


def test_one_seed_is_one_day() -> None:
    plans = list(storm.plans(720, seed=1))[-20:]
    assert [storm.play(plan).disk.states for plan in plans] == [storm.play(plan).disk.states for plan in plans]


def _retries(state: PaymentState, event: machine.Event, now: int, policy: Policy) -> Step:
    """Sends again what got no answer."""
    if state.phase is Phase.ASKING and isinstance(event, Lost) and state.tries < 1:
        return replace(state, tries=1), Effect.AUTHORISE
    return machine.step(state, event, now, policy)


def _gives_up(state: PaymentState, event: machine.Event, now: int, policy: Policy) -> Step:
    """Takes silence for a no."""
    if state.phase is Phase.ASKING and isinstance(event, Lost):
        return replace(state, phase=Phase.DECLINED), None
    return machine.step(state, event, now, policy)


def _forgets(state: PaymentState, event: machine.Event, now: int, policy: Policy) -> Step:
    """Takes what was under way at a restart for never sent."""
    if state.phase is Phase.ASKING and event is Command.RESTART:
        return replace(state, phase=Phase.DECLINED), None
    return machine.step(state, event, now, policy)


def _hurries(state: PaymentState, event: machine.Event, now: int, policy: Policy) -> Step:
    """Believes the first "I know nothing of it"."""
    if state.phase is Phase.UNKNOWN and isinstance(event, Clear):
        return replace(state, phase=Phase.DECLINED), None
    return machine.step(state, event, now, policy)


@pytest.mark.parametrize("broken", [_retries, _gives_up, _forgets, _hurries])
def test_each_missing_rule_is_found(broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.payment.running.step", broken)
    with pytest.raises(AssertionError):
        _play_all()


def _play_all() -> None:
    for plan in storm.plans(1_500, seed=1):
        storm.play(plan)
