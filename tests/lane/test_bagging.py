"""The scale under the bags."""

from hypothesis import given
from hypothesis import strategies as st

from edge.lane.bagging import SETTLE_MS, Bag, accept, expect, heard, wrong

NOISE = 25


def test_what_was_scanned_goes_into_the_bag_in_any_rhythm() -> None:
    bag = heard(Bag(), 0, NOISE, 0)
    bag = expect(expect(bag, 1030, NOISE), None, NOISE)
    bag = heard(bag, 1025, NOISE, 1)
    assert (bag.rest, len(bag.due)) == (1025, 1)
    assert heard(bag, 1300, NOISE, 2).due == ()  # its weight is not known: it weighs something
    both = heard(expect(expect(heard(Bag(), 0, NOISE, 0), 500, NOISE), 200, NOISE), 705, NOISE, 1)
    assert both.due == ()


def test_something_else_or_something_taken_out_calls_after_a_while() -> None:
    for scanned, weight in ((500, 900), (500, 250), (None, -100)):
        bag = expect(heard(Bag(), 100, NOISE, 0), scanned, NOISE)
        bag = heard(bag, 100 + weight, NOISE, 1_000)
        assert not wrong(bag, 1_000 + SETTLE_MS - 1)
        assert wrong(bag, 1_000 + SETTLE_MS)
        mended = heard(bag, 100 + (scanned or 300), NOISE, 2_000)
        assert not wrong(mended, 99_999)
        assert not wrong(accept(bag), 99_999)


def test_a_moving_pan_says_nothing() -> None:
    bag = expect(heard(Bag(), 0, NOISE, 0), 500, NOISE)
    assert heard(bag, None, NOISE, 5) == bag


@given(st.lists(st.integers(30, 5_000), min_size=1, max_size=20), st.integers(-20, 20))
def test_honest_shoppers_are_left_alone(pieces: list[int], error: int) -> None:
    bag = heard(Bag(), 0, NOISE, 0)
    total = 0
    for now, grams in enumerate(pieces):
        total += grams
        bag = heard(expect(bag, grams, NOISE), total + error % 3, NOISE, now)
    assert not wrong(bag, 10**9)
    assert bag.due == () or bag.wrong_since is None
