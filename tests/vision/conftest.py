"""Films that the tests of this folder share."""

from pathlib import Path

import pytest

from simulators.camera import ClipTruth, make_clip


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[ClipTruth]:
    """Three films of two minutes, of different people."""
    folder = tmp_path_factory.mktemp("films")
    return [make_clip(folder / f"{seed}.avi", 120, seed) for seed in (5, 6, 7)]


@pytest.fixture(scope="session")
def short_film(tmp_path_factory: pytest.TempPathFactory) -> ClipTruth:
    """Half a minute."""
    return make_clip(tmp_path_factory.mktemp("film") / "short.avi", 30, 11)


@pytest.fixture
def corrupt_model(tmp_path: Path) -> Path:
    """A file that is no model."""
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"\x08\x07\x12" + bytes(range(256)) * 20)
    return path
