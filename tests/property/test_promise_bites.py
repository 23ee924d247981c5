"""Take any one rule out of the core, and a few hundred random days in the shop find the overcharge."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from edge.prices import activation
from edge.prices.activation import Role
from tests.property.test_promise import ITEMS, LABELS, TILLS, Shop

DAYS = 300
STEPS = 80


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
    assert _broken_on() is not None


def test_with_every_rule_the_same_days_keep_the_promise() -> None:
    assert _broken_on(days=60) is None


def _broken_on(days: int = DAYS) -> int | None:
    """The first random day on which the promise breaks, or None."""
    for day in range(days):
        try:
            _play(random.Random(day))
        except AssertionError:
            return day
    return None


def _play(chance: random.Random) -> None:
    """One day of the random shop, checked after every step."""
    shop = Shop()
    shop.open_shop()
    acts: list[tuple[int, Callable[[], object]]] = [
        (4, lambda: shop.push(of=chance.choice(ITEMS), minor=chance.randint(50, 60))),
        (5, lambda: shop.send(to=chance.choice(TILLS))),
        (5, lambda: shop.deliver(pick=chance.randint(0, 30), twice=chance.random() < 0.2)),
        (8, lambda: shop.show(on=chance.choice(LABELS), says_so=chance.random() < 0.7)),
        (6, lambda: shop.hear(pick=chance.randint(0, 30), twice=chance.random() < 0.2)),
        (4, lambda: shop.tills_catch_up()),
        (1, lambda: shop.bind(on=chance.choice(LABELS), of=chance.choice(ITEMS))),
        (1, lambda: shop.forget(who=chance.choice(TILLS), epoch=chance.randint(2, 9))),
    ]
    weights, deeds = zip(*acts, strict=True)
    try:
        for deed in chance.choices(deeds, weights, k=STEPS):
            deed()
            shop.no_till_charges_more_than_a_label_shows()
            shop.versions_never_go_back()
    finally:
        shop.desk.close()
