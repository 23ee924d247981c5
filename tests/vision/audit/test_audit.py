"""An audit from the clip to the result: a real process counts, and nothing of the clip is left anywhere."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.store import Store
from edge.views.audits import list_audits
from edge.vision.audit.desk import Audit, AuditDesk, Busy, Phase
from edge.vision.audit.score import Passing
from edge.vision.config import CameraConfig
from edge.vision.line import Direction, Side
from edge.vision.scene import Line, Scene
from simulators.camera import ClipTruth

NOW = 1_793_619_600_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "store.db", lambda: NOW, epoch=1)
    yield made
    made.close()


@pytest.fixture
async def desk(store: Store, short_film: ClipTruth) -> AsyncIterator[AuditDesk]:
    """Audits of a camera that sees the film of half a minute, live."""
    scene = Scene(lines=(Line(name="door", start=short_film.line[0], end=short_film.line[1], inside=Side.RIGHT),))
    camera = CameraConfig(id="door", address=str(short_film.path), model=Path("background"), scene=scene)
    made = AuditDesk({"door": camera}.__getitem__, store)
    yield made
    await made.stop()


def poured(data: bytes) -> Callable[[int], object]:
    async def fill(clip: int) -> None:
        os.write(clip, data)

    return fill


async def ready(audit: Audit) -> Audit:
    while audit.phase is Phase.TAKING:
        await asyncio.sleep(0.05)
    return audit


async def test_a_clip_is_counted_marked_and_forgotten(
    desk: AuditDesk, store: Store, short_film: ClipTruth, tmp_path: Path
) -> None:
    before = set(Path("/proc/self/fd").iterdir())
    audit = await desk.begin_file("door", "door", poured(short_film.path.read_bytes()), "mara")  # type: ignore[arg-type]
    assert (await ready(audit)).why == ""
    assert audit.phase is Phase.READY
    picture = audit.pictures[len(audit.pictures) // 2].jpeg
    assert np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)).shape[2] == 3
    assert len(audit.pictures) > 100, "five pictures a second of half a minute"
    marks = [Passing(at, Direction(direction)) for at, direction in short_film.crossings]
    number, score = await desk.finish(audit.id, marks, "mara")
    assert score.marked == len(short_film.crossings)
    assert score.accuracy is not None
    assert score.accuracy > 0.7
    with store.reading() as db:
        (row,) = list_audits(db, "door")
        assert db.conn.execute("SELECT who, did FROM audit").fetchall() == [("mara", "audit-camera")]
    assert (row.n, row.by, row.source, row.passings) == (number, "mara", "file", len(score.passings))
    # Nothing is left: no picture in memory, no open file, no byte of a picture on the disk or in the database.
    assert desk.current() is None
    assert audit.pictures == []
    with pytest.raises(KeyError):
        desk.get(audit.id, "mara")
    left = [file for file in Path("/proc/self/fd").iterdir() if file not in before and file.exists()]
    assert not [file for file in left if "memfd" in str(file.readlink())]
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert picture[100:160] not in file.read_bytes()
            assert b"\xff\xd8\xff" not in file.read_bytes()
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, bytes) and one == picture and one is not picture]


async def test_the_camera_itself_gives_a_clip_as_long_as_asked(desk: AuditDesk) -> None:
    audit = await desk.begin_live("door", "door", 5, "mara")
    with pytest.raises(Busy, match="mara"):
        await desk.begin_live("door", "door", 10, "ivo")
    with pytest.raises(ValueError, match="not ready"):
        await desk.finish(audit.id, [], "mara")
    assert (await ready(audit)).why == ""
    assert 4_000 <= audit.length_ms <= 5_000
    with pytest.raises(KeyError):
        await desk.drop(audit.id, "ivo")
    await desk.drop(audit.id, "mara")
    assert (desk.current(), audit.pictures) == (None, [])


async def test_a_clip_is_looked_at_as_closely_as_a_busy_core_looks_and_that_is_kept(
    store: Store, short_film: ClipTruth
) -> None:
    scene = Scene(lines=(Line(name="door", start=short_film.line[0], end=short_film.line[1], inside=Side.RIGHT),))
    camera = CameraConfig(id="door", address=str(short_film.path), scene=scene)
    desk = AuditDesk({"door": camera}.__getitem__, store, core_looks=1e6)
    try:
        live = await desk.begin_live("door", "door", 60, "mara")
        while not live.pictures and live.phase is Phase.TAKING:
            await asyncio.sleep(0.05)
        assert live.model == "own, 320×224"
        await desk.drop(live.id, "mara")
        audit = await desk.begin_file("door", "door", poured(short_film.path.read_bytes()), "mara")  # type: ignore[arg-type]
        assert (await ready(audit)).why == ""
        await desk.finish(audit.id, [], "mara")
    finally:
        await desk.stop()
    with store.reading() as db:
        assert [row.model for row in list_audits(db, "door")] == ["own, 320×224"]


async def test_a_clip_that_is_left_while_it_is_taken_ends_its_process(desk: AuditDesk) -> None:
    audit = await desk.begin_live("door", "door", 60, "mara")
    while not audit.pictures:
        await asyncio.sleep(0.05)
    await desk.drop(audit.id, "mara")
    assert audit.pictures == []
    again = await desk.begin_live("door", "door", 60, "ivo")
    assert again.id != audit.id


@pytest.mark.parametrize(
    "data",
    [
        b"RIFF" + b"\0" * 400,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\n",
    ],
)
async def test_a_hostile_file_costs_nothing_but_a_reason(desk: AuditDesk, data: bytes) -> None:
    audit = await desk.begin_file("door", "door", poured(data), "mara")  # type: ignore[arg-type]
    assert (await ready(audit)).phase is Phase.FAILED
    assert audit.why
    assert "passwd" not in audit.why
    assert audit.pictures == []


async def test_only_a_line_that_is_drawn_is_audited(desk: AuditDesk) -> None:
    with pytest.raises(ValueError, match="no line"):
        await desk.begin_live("door", "roof", 10, "mara")
    with pytest.raises(KeyError):
        await desk.begin_live("yard", "door", 10, "mara")
    with pytest.raises(ValueError, match="no clip"):
        await desk.begin_file("door", "door", poured(b""), "mara")  # type: ignore[arg-type]
    assert desk.current() is None
