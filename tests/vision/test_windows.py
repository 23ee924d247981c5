"""Which parts of a picture the model is shown, whatever stirs in it."""

from hypothesis import given
from hypothesis import strategies as st

from edge.vision.sizes import Size
from edge.vision.windows import MOST, MOST_THINGS, SIDE, SMALLEST, Rect, Window, cover, whole

SIZE: Size = (384, 512)


@st.composite
def things(draw: st.DrawFn, most: int = 12) -> list[Rect]:
    """Things of every size, anywhere in the picture."""
    found: list[Rect] = []
    for _ in range(draw(st.integers(0, most))):
        left, top = draw(st.integers(0, SIZE[1] - 8)), draw(st.integers(0, SIZE[0] - 8))
        wide, tall = draw(st.integers(8, 120)), draw(st.integers(8, 200))
        found.append((left, top, min(left + wide, SIZE[1]), min(top + tall, SIZE[0])))
    return found


def _area(rect: Rect) -> int:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


def _shows(window: Window, thing: Rect) -> bool:
    view = window.view
    return view[0] <= thing[0] and view[1] <= thing[1] and view[2] >= thing[2] and view[3] >= thing[3]


@given(things())
def test_everything_that_stirs_is_shown_whole_to_whom_it_belongs(stirring: list[Rect]) -> None:
    windows = cover(stirring, SIZE)
    for thing in stirring:
        middle = (thing[0] + thing[2]) / 2, (thing[1] + thing[3]) / 2
        (owner,) = [window for window in windows if window.owns(*middle)]
        assert _shows(owner, thing)


@given(things(), st.floats(-100, 700), st.floats(-100, 500))
def test_no_place_belongs_to_two_windows(stirring: list[Rect], x: float, y: float) -> None:
    assert sum(window.owns(x, y) for window in cover(stirring, SIZE)) <= 1


@given(things())
def test_the_model_can_take_every_window_and_all_cost_no_more_than_the_picture(stirring: list[Rect]) -> None:
    windows = cover(stirring, SIZE)
    assert bool(windows) == bool(stirring)
    assert len(windows) <= MOST
    assert sum(_area(window.view) for window in windows) <= SIZE[0] * SIZE[1]
    for left, top, right, bottom in (window.view for window in windows):
        assert 0 <= left < right <= SIZE[1]
        assert 0 <= top < bottom <= SIZE[0]
        for side in (right - left, bottom - top):
            assert side % SIDE == 0
            assert side >= SMALLEST


def test_two_far_apart_cost_two_small_windows() -> None:
    windows = cover([(20, 20, 60, 110), (400, 250, 450, 370)], SIZE)
    assert sorted(_area(window.view) for window in windows) == [64 * 96, 64 * 128]


def test_two_who_cannot_be_parted_by_a_straight_cut_share_a_window() -> None:
    assert len(cover([(20, 20, 200, 110), (190, 100, 450, 370)], SIZE)) == 1


def test_somebody_who_is_half_outside_belongs_to_the_window_at_the_edge() -> None:
    (window,) = cover([(0, 100, 30, 200)], SIZE)
    assert window.owns(-15, 150)


def test_where_everything_stirs_all_of_the_picture_is_shown() -> None:
    many: list[Rect] = [(8 * number, 0, 8 * number + 4, 8) for number in range(MOST_THINGS + 1)]
    assert cover(many, SIZE) == whole(SIZE)
    assert cover([(10, 10, 500, 380)], SIZE) == whole(SIZE)
