"""A shop floor for the goods entrance."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.floor import Floor


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """A store of record on disk, Monday noon (2026-11-02)."""
    made = Floor(tmp_path, 1_793_619_600_000)
    yield made
    made.close()
