"""Who is who when tracks break and come back."""

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
