"""The shop floor that the tests of this folder work on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge.dispatch import labels, tills
from tests.dispatch.floor import Floor, floor_in


@pytest.fixture
async def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Floor]:
    monkeypatch.setattr(labels, "LOOK_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(tills, "LOOK_EVERY_SECONDS", 0.01)
    async with floor_in(tmp_path) as floor:
        yield floor
