"""As-of questions against a simulated truth: the truth is always inside the interval, and the interval is tight."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from edge.proof.facts import Look
from edge.proof.records import read_clock, read_label, read_till
from tests.proof.truth import AWAY, ITEMS, POLL_MS, WILD, Shop, Weather

HOUR = 3_600_000
QUESTIONS = 10_000


@pytest.fixture(scope="module")
def healthy() -> Iterator[Shop]:
    shop = Shop(1, Weather()).run(2 * HOUR)
    yield shop
    shop.close()


@pytest.fixture(scope="module", params=[2, 3, 4])
def wild(request: pytest.FixtureRequest) -> Iterator[Shop]:
    shop = Shop(request.param, replace(WILD, notes_sending=request.param % 2 == 0)).run(2 * HOUR)
    yield shop
    shop.close()


def inside(look: Look, truth: object) -> bool:
    """Whether an answer allows the truth. "Something unknown" excuses only what the ledger cannot know."""
    if truth == AWAY:
        return look.away or look.unknown
    if truth is None:
        return look.unknown
    return truth in [face.key for face in look.faces]


def ask_labels(shop: Shop, questions: int, seed: int) -> tuple[int, float]:
    """Random questions; returns how many answers were uncertain, and the mean width of all answers in polls."""
    dice, clock = random.Random(seed), read_clock(shop.desk.sql)
    lines = {label: read_label(shop.desk.sql, label, clock) for label in shop.labels}
    uncertain, width = 0, 0
    for _ in range(questions):
        label, time = dice.choice(shop.labels), dice.randrange(shop.time)
        moment, truth = shop.clock(time), shop.truth[label].then(time)
        answer = lines[label].at(moment)
        assert inside(answer.look, truth), (label, time, moment, truth, answer)
        if not answer.certain:
            uncertain += 1
            first, last = answer.spans[0], answer.spans[-1]
            width += (last.end or shop.clock(shop.time)) - (first.start or shop.clock(0))
    return uncertain, width / questions / POLL_MS


def test_the_truth_is_always_inside_and_healthy_labels_are_uncertain_for_less_than_a_poll(healthy: Shop) -> None:
    uncertain, mean = ask_labels(healthy, QUESTIONS, 11)
    assert uncertain > 100  # the questions do hit changes
    assert mean <= 1
    widths = [
        (span.end - span.start) / POLL_MS
        for label in healthy.labels
        for span in read_label(healthy.desk.sql, label).spans
        if not span.look.certain and span.end is not None and span.start is not None
    ]
    assert len(widths) > 50
    assert sum(widths) / len(widths) <= 1
    each = sum(widths) / len(widths)
    print(f"{uncertain} of {QUESTIONS} uncertain, mean {mean:.3f} polls; {len(widths)} changes, mean {each:.3f} polls")


def test_the_truth_is_inside_whatever_goes_wrong(wild: Shop) -> None:
    uncertain, _ = ask_labels(wild, QUESTIONS, 12)
    assert 0 < uncertain < QUESTIONS  # neither always sure nor never
    back = [step for step in read_clock(wild.desk.sql).steps if step.before > step.after]
    assert back, "no clock was set back: the weather is too good"


def test_what_a_till_really_charged_is_always_inside(wild: Shop) -> None:
    dice, clock = random.Random(13), read_clock(wild.desk.sql)
    lines = {key: read_till(wild.desk.sql, *key, clock) for key in wild.charged}
    for _ in range(QUESTIONS):
        till, item, time = dice.choice(wild.tills), dice.choice(ITEMS), dice.randrange(wild.time)
        truth = wild.charged[till, item].then(time)
        look = lines[till, item].at(wild.clock(time)).look
        if truth is None:
            assert look.unknown or not look.faces
        else:
            assert truth in [(face.version, face.minor) for face in look.faces]


def test_prices_on_record_are_those_that_were_sent(healthy: Shop) -> None:
    known = {
        (item, version): minor
        for item, version, minor in healthy.desk.sql.execute("SELECT item, version, minor FROM price")
    }
    for label in healthy.labels:
        for span in read_label(healthy.desk.sql, label).spans:
            for face in span.look.faces:
                assert face.minor == known[face.key]
                assert all(one.pixels in ("", f"pixels-{face.item}-{face.version}") for one in face.evidence)
