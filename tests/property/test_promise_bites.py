"""Take any one rule out of the core, and the random shop must find the overcharge."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from edge.prices import activation
from edge.prices.activation import Role
from tests.property.test_promise import Shop


def _last_confirmed_only(rule: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """The classic mistake: believing the last confirmation, and forgetting what was sent since."""

    def believe(faces: list[activation.Face], *rest: Any) -> list[str]:
        certain = [
            activation.Face(face.device, face.role, face.bound, tuple(shown for shown in face.may if shown.confirmed))
            for face in faces
        ]
        return rule(certain, *rest)

    return believe


def _one_label_will_do(rule: Callable[..., list[str]]) -> Callable[..., list[str]]:
    def one_is_enough(labels: list[activation.Face], *rest: Any) -> list[str]:
        held = rule(labels, *rest)
        return held if len(held) == len(labels) else []

    return one_is_enough


def _bound_labels_only(rule: Callable[..., list[str]]) -> Callable[..., list[str]]:
    return lambda labels, *rest: rule([face for face in labels if face.bound or face.role is Role.TILL], *rest)


Rule = Callable[..., list[str]]
MUTATIONS: dict[str, tuple[str, Callable[[Rule], Rule]]] = {
    "cuts no longer wait for tills": ("_tills_above", lambda rule: lambda *_: []),
    "raises no longer wait for labels": ("_labels_below", lambda rule: lambda *_: []),
    "a raise waits for one label of several": ("_labels_below", _one_label_will_do),
    "a label bound anew no longer counts for its old item": ("_labels_below", _bound_labels_only),
    "what was sent to a till since it confirmed is forgotten": ("_tills_above", _last_confirmed_only),
    "what was sent to a label since it confirmed is forgotten": ("_labels_below", _last_confirmed_only),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_without_the_rule_the_promise_breaks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, mutate = MUTATIONS[name]
    monkeypatch.setattr(activation, function, mutate(getattr(activation, function)))
    hurried = settings(
        max_examples=600, stateful_step_count=50, deadline=None, derandomize=True, database=None, print_blob=False,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Shop, settings=hurried)
