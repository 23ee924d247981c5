"""Cameras that look at shelves: labels are read now and then in the worker, and only what they say comes out."""

import asyncio
from pathlib import Path

import cv2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.footfall import Footfall
from edge.readback.facts import Look, Reading
from edge.readback.service import ReadBack
from edge.store import Transaction
from edge.vision import CameraConfig, ShelfSeen
from edge.vision.wire import MAX_LINE, MOST_LABELS, GarbledError, read_line, write_line
from tests.console.floor import Floor
from tests.readback.photo import Conditions, photograph
from tests.readback.trials import DOMAIN, subject

LABELS = [subject(number, (296, 128)) for number in range(6)]
PATIENCE_S = 60


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A still shelf with six labels, as a film of two seconds."""
    picture, _ = photograph([one.shot for one in LABELS], Conditions(module_px=3.5, blur=0.3, noise=4), 2, columns=3)
    height, width = (side // 2 * 2 for side in picture.shape[:2])
    path = tmp_path_factory.mktemp("shelf") / "shelf.avi"
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (width, height))
    for _ in range(20):
        out.write(picture[:height, :width])
    out.release()
    return path


@pytest.mark.parametrize("counts", [False, True])
async def test_a_camera_reads_its_shelf_every_so_often_and_the_ledger_has_it(
    film: Path, tmp_path: Path, counts: bool
) -> None:
    floor = Floor(tmp_path, 1_793_619_600_000)
    readback = ReadBack(floor.store, floor.engine, DOMAIN, floor.clock)
    seen: list[ShelfSeen] = []

    def on_shelf(camera: str, place: str, taken: int, look: Look) -> None:
        seen.append(ShelfSeen(camera, taken, look))
        readback.seen(camera, place, taken, look)

    camera = CameraConfig.model_validate({
        "id": "aisle-2", "address": str(film), "options": {"loop": True}, "model": "background", "reads_labels": True,
        "reads_every_s": 0.5, "counts_people": counts, "place": "Dairy 1", "health_s": 0.2,
    })  # fmt: skip
    footfall = Footfall([camera], floor.store, floor.registry, DOMAIN, on_shelf)
    await footfall.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while len(seen) < 2:  # what is waited for happens in another process
                await asyncio.sleep(0.02)
    finally:
        await footfall.stop()
    found = {(one.item, one.version, one.tag) for one in seen[0].look.readings}
    assert found == {(one.item, one.version, one.tag) for one in LABELS}
    rows = await floor.store.do(lambda tx: tx.sql.execute("SELECT source, place, width FROM look").fetchall())
    assert len(rows) >= 2
    assert {row[:2] for row in rows} == {("aisle-2", "Dairy 1")}
    kinds = await floor.store.do(_kinds)
    assert kinds == {"item.read"}, "none of these items is sold here, so nothing is any label's own evidence"
    floor.close()


def _kinds(tx: Transaction) -> set[str]:
    return {kind for (kind,) in tx.sql.execute("SELECT DISTINCT kind FROM ledger WHERE kind LIKE '%.read'")}


corners = st.tuples(st.integers(-100, 10**5), st.integers(-100, 10**5))
readings = st.builds(
    Reading,
    item=st.from_regex(r"[0-9]{14}", fullmatch=True),
    version=st.integers(0, 2**53),
    tag=st.from_regex(r"([0-9A-Z]{4})?", fullmatch=True),
    corners=st.tuples(corners, corners, corners, corners),
    side=st.integers(1, 10**5),
    modules=st.integers(21, 177),
)


@given(st.lists(readings, max_size=6), st.integers(0, 2**50))
@settings(max_examples=40)
def test_what_a_worker_read_comes_over_as_it_was(found: list[Reading], at: int) -> None:
    told = ShelfSeen("cam-1", at, Look(1920, 1080, tuple(found), 3))
    assert read_line(write_line(told)) == told


def test_a_full_shelf_fits_into_a_line_and_a_picture_does_not() -> None:
    one = Reading("03850334043641", 2**53, "ZZZZ", ((99_999, 99_999),) * 4, 99_999, 177)
    full = write_line(ShelfSeen("c" * 32, 2**50, Look(99_999, 99_999, (one,) * MOST_LABELS, 999)))
    assert len(full) <= MAX_LINE
    with pytest.raises(GarbledError):
        read_line(full.replace(b'"side"', b'"pixels": "iVBORw0KGgo", "side"', 1))
