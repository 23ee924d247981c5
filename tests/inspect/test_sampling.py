"""A draw is random, repeatable, and covers every stratum; watched labels are drawn more often."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.inspect.sampling import OTHER, Unit, allocate, collapse, draw, natural


def unit(n: int, group: str = "Dairy", *, watched: bool = False, place: str = "Dairy 1") -> Unit:
    return Unit(f"shelf-{n:03}", f"{n:014}", f"Item {n}", place, 1, 100, "EUR", group, watched)


frames = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.booleans()), min_size=1, max_size=60).map(
    lambda kinds: [unit(n, group, watched=watched) for n, (group, watched) in enumerate(kinds)]
)


@settings(max_examples=80)
@given(frames, st.integers(1, 40), st.text(max_size=5))
def test_a_draw_keeps_its_sums_and_comes_out_the_same_again(frame: list[Unit], size: int, seed: str) -> None:
    sample = draw(frame, size, seed)
    assert sample == draw(list(reversed(frame)), size, seed)
    assert len(sample.units) == min(size, len(frame))
    assert len({one.label for one in sample.units}) == len(sample.units)
    assert sum(one.labels for one in sample.strata) == len(frame)
    drawn = Counter(one.stratum for one in sample.units)
    for stratum in sample.strata:
        assert 1 <= stratum.drawn <= stratum.labels
        assert drawn[stratum.name] == stratum.drawn


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 30), min_size=1, max_size=6), st.integers(6, 90))
def test_shares_never_exceed_a_stratum_and_add_up(sizes: dict[str, int], size: int) -> None:
    shares = allocate(sizes, size)
    assert sum(shares.values()) == min(size, sum(sizes.values()))
    assert all(1 <= shares[name] <= sizes[name] for name in sizes)


def test_watched_labels_are_drawn_three_times_as_often() -> None:
    assert allocate({"A": 600, "A*": 200}, 40) == {"A": 20, "A*": 20}


def test_every_label_of_a_stratum_has_the_same_chance() -> None:
    frame = [unit(n) for n in range(6)]
    counts = Counter(one.label for seed in range(3_000) for one in draw(frame, 2, str(seed)).units)
    assert all(abs(count - 1_000) < 130 for count in counts.values())  # five standard deviations
    pairs = Counter(tuple(one.label for one in draw(frame, 2, str(seed)).units) for seed in range(3_000))
    assert len(pairs) == 15
    assert all(abs(count - 200) < 70 for count in pairs.values())


def test_small_groups_are_put_together_until_each_stratum_can_be_drawn_from() -> None:
    frame = [unit(n, f"place {n}") for n in range(8)] + [unit(100 + n, "Drinks") for n in range(30)]
    groups = {one.group for one in collapse(frame, 2)}
    assert groups == {"Drinks", OTHER}
    assert len({one.stratum for one in collapse([unit(1), unit(2, watched=True)], 1)}) == 1


def test_the_walk_goes_by_place_as_people_count() -> None:
    places = ["Aisle 10", "Aisle 2, shelf 3", "Aisle 2, shelf 1", "", "aisle 1"]
    assert sorted(places, key=natural) == ["", "aisle 1", "Aisle 2, shelf 1", "Aisle 2, shelf 3", "Aisle 10"]


@pytest.mark.parametrize(("frame", "size"), [([], 10), ([unit(1)], 0), ([unit(1)], 9_999)])
def test_what_cannot_be_drawn_is_refused(frame: list[Unit], size: int) -> None:
    with pytest.raises(ValueError, match=r"label"):
        draw(frame, size, "1")


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_two_places_can_be_ordered(one: str, other: str) -> None:
    assert (natural(one) < natural(other)) == (not natural(one) >= natural(other))
