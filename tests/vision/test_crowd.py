"""Who is who when tracks break and come back."""

from hypothesis import given
from hypothesis import strategies as st

from edge.vision.crowd import Crowd, follow
from edge.vision.scene import Scene
from edge.vision.tracking import Track
from edge.vision.walking import Spread

SCENE = Scene().in_pixels(480, 360)


def _track(number: int, x: float, born: float, seen: float) -> Track:
    return Track(
        id=number, x=x, y=160.0, width=30.0, height=80.0, vx=0.0, vy=0.0, spread=Spread(0.0, 0.0, 0.0), born=born,
        seen=seen, hits=5, confirmed=True, origin=(x, 200.0),
    )  # fmt: skip


def test_who_appears_where_somebody_was_lost_is_the_same_person() -> None:
    crowd = follow(Crowd(), [_track(1, 100, 0, 1)], 1, SCENE)
    crowd = follow(crowd, [_track(1, 100, 0, 1), _track(2, 110, 2, 2.4)], 2.4, SCENE)
    assert crowd.tracks == {2: 1}
    assert list(crowd.people) == [1]
    assert crowd.people[1].foot[0] == 110


def test_two_people_never_go_by_one_name() -> None:
    """One was taken for another who was lost, and that one is found again as well."""
    crowd = follow(Crowd(), [_track(1, 100, 0, 1)], 1, SCENE)
    crowd = follow(crowd, [_track(1, 100, 0, 1), _track(2, 110, 2, 2.4)], 2.4, SCENE)
    for at in (2.6, 2.8, 3.0):
        crowd = follow(crowd, [_track(1, 95, 0, at), _track(2, 140, 2, at)], at, SCENE)
        assert crowd.tracks == {1: 1, 2: 2}
        assert [crowd.people[name].foot[0] for name in (1, 2)] == [95, 140]
    assert crowd.people[2].origin[0] == 140
    assert crowd.visitors == 2


def test_who_is_found_again_is_not_taken_for_the_one_who_comes_next() -> None:
    """The first is back while the other, who went on under the first one's name, is hidden and comes back too."""
    crowd = follow(Crowd(), [_track(1, 100, 0, 1)], 1, SCENE)
    crowd = follow(crowd, [_track(1, 100, 0, 1), _track(2, 110, 2, 2.4)], 2.4, SCENE)
    crowd = follow(crowd, [_track(1, 95, 0, 3), _track(2, 110, 2, 2.4), _track(3, 112, 2.7, 3)], 3, SCENE)
    assert crowd.tracks == {1: 1, 3: 2}
    assert [crowd.people[name].foot[0] for name in (1, 2)] == [95, 112]


Looks = list[list[tuple[bool, float]]]
"""Of each look, of each track: whether it is seen, and where."""


@given(st.lists(st.lists(st.tuples(st.booleans(), st.floats(80, 180)), min_size=5, max_size=5), max_size=12))
def test_everybody_who_is_seen_has_a_name_of_their_own(looks: Looks) -> None:
    crowd, tracks, at = Crowd(), dict[int, Track](), 0.0
    for look in looks:
        at += 0.5
        for number, (here, x) in enumerate(look, start=1):
            if here:
                born = tracks[number].born if number in tracks else at - 0.4
                tracks[number] = _track(number, x, born, at)
        tracks = {number: track for number, track in tracks.items() if at - track.seen <= 4}
        crowd = follow(crowd, list(tracks.values()), at, SCENE)
        seen = [crowd.tracks[number] for number, track in tracks.items() if track.seen == at]
        assert len(set(seen)) == len(seen)
        assert all(crowd.people[name].seen == at for name in seen)
        assert set(crowd.tracks.values()) <= set(crowd.people)
