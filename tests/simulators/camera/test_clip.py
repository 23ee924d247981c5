import json
import random
from pathlib import Path

import cv2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.camera import make_clip
from simulators.camera.walks import LINE_Y, Kind, plan_walks


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_people_cross_as_often_as_their_errand_says(seed: int) -> None:
    wanted = {Kind.ENTERS: ["in"], Kind.LEAVES: ["out"], Kind.TURNS_AFTER: ["in", "out"]}
    walks = plan_walks(random.Random(seed), 60, 20)
    assert len(walks) >= 10
    for walk in walks:
        assert [way for _, way in walk.crossings()] == wanted.get(walk.kind, [])
        assert 0 <= walk.begins < walk.ends < 60
        for at, _ in walk.crossings():
            place = walk.at(at)
            assert place is not None
            assert abs(place[1] - LINE_Y) < 1e-6


def test_the_film_has_the_asked_length_size_and_truth(tmp_path: Path) -> None:
    truth = make_clip(tmp_path / "a.avi", 20, seed=3, size=(320, 240), fps=5)
    capture = cv2.VideoCapture(str(truth.path))
    frames = 0
    while capture.grab():
        frames += 1
    assert (frames, capture.get(cv2.CAP_PROP_FPS)) == (100, 5)
    assert (capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)) == (320, 240)
    capture.release()
    told = json.loads((tmp_path / "a.json").read_text())
    assert [tuple(crossing) for crossing in told["crossings"]] == truth.crossings == sorted(truth.crossings)
    assert truth.entered + truth.left == len(truth.crossings) > 0


def test_one_seed_is_one_film(tmp_path: Path) -> None:
    films = [make_clip(tmp_path / f"{i}.avi", 10, seed=seed) for i, seed in enumerate((1, 1, 2))]
    assert films[0].crossings == films[1].crossings != films[2].crossings
    assert films[0].path.read_bytes() == films[1].path.read_bytes() != films[2].path.read_bytes()


def test_a_film_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot write a film"):
        make_clip(tmp_path / "none" / "a.avi", 5, seed=1)
