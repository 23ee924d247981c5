"""The newest picture between two processes."""

import fcntl
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from edge.vision.slot import Slot, SlotReader, SlotWriter

WRITER = """
    import sys
    import numpy as np
    from edge.vision.slot import SlotWriter

    slot, number = SlotWriter(int(sys.argv[1])), 0
    pixels = np.empty((480, 640, 3), np.uint8)
    print("ready", flush=True)
    while True:
        number += 1
        pixels.fill(number % 256)
        slot.write(pixels, number, float(number), moved=number % 10 == 0)
"""


@contextmanager
def _being_written() -> Iterator[tuple[SlotReader, "subprocess.Popen[str]"]]:
    """A slot whose writer is another process, as fast as it can."""
    with Slot() as slot:
        command = [sys.executable, "-c", textwrap.dedent(WRITER), str(slot.fd)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pass_fds=(slot.fd,)) as writer:
            reader = SlotReader(os.dup(slot.fd))
            try:
                assert writer.stdout
                assert writer.stdout.readline() == "ready\n"
                yield reader, writer
            finally:
                writer.kill()
                reader.close()


def test_a_picture_is_whole_and_stays_so_while_it_is_looked_at() -> None:
    seen: list[int] = []
    with _being_written() as (reader, _):
        while len(set(seen)) < 60:
            with reader.newest() as picture:
                if picture is None:
                    continue
                before = int(picture.pixels[0, 0, 0])
                assert picture.number % 256 == before
                assert (picture.pixels == before).all()
                assert (picture.number, picture.taken) == (picture.at, float(picture.number))
                seen.append(picture.number)
    assert seen == sorted(seen)


def test_a_reader_whom_the_writer_overtakes_takes_no_picture_of_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer is at one fresh place and then at the other just when the reader wants them; the third is old."""
    really, busy = fcntl.lockf, [1]

    def lockf(fd: int, how: int, length: int, place: int) -> None:
        if how & fcntl.LOCK_NB and place in busy:
            busy.remove(place)
            raise BlockingIOError
        really(fd, how, length, place)

    monkeypatch.setattr(fcntl, "lockf", lockf)
    with Slot() as slot:
        writer, reader = SlotWriter(slot.fd), SlotReader(os.dup(slot.fd))
        for number in (1, 2, 3, 4):  # the second has to take the third place
            writer.write(np.zeros((2, 3, 3), np.uint8), number, float(number), moved=False)
        busy += [0, 1]
        with reader.newest() as picture:
            assert picture is not None
            assert picture.number == 4
        reader.close()


def test_a_writer_that_is_killed_leaves_a_whole_picture() -> None:
    for _ in range(2):
        with _being_written() as (reader, writer):
            while reader.glance().number < 50:
                pass
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
            with reader.newest() as picture:
                assert picture is not None
                assert (picture.pixels == picture.number % 256).all()
                assert picture.number >= 50


def test_what_can_be_told_without_looking() -> None:
    with Slot() as slot:
        writer, reader = SlotWriter(slot.fd), SlotReader(os.dup(slot.fd))
        assert (reader.glance().number, writer.written) == (0, 0)
        with reader.newest() as picture:
            assert picture is None
        for number, moved in enumerate([False, True, False], 1):
            assert writer.write(np.zeros((2, 3, 3), np.uint8), 40 * number, 0.5, moved) == number
        glance = reader.glance()
        assert (glance.number, glance.moved) == (3, 2)
        with reader.newest() as picture:
            assert picture is not None
            assert (picture.at, picture.taken, picture.pixels.shape) == (120, 0.5, (2, 3, 3))
            with pytest.raises(ValueError, match="read-only"):
                picture.pixels[0] = 1
        assert writer.looked_at == 0
        reader.looked(3)
        assert writer.looked_at == 3
        reader.close()


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (0, 4, 3), (6000, 6000, 3)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    with Slot() as slot, pytest.raises(ValueError, match="no picture"):
        SlotWriter(slot.fd).write(np.broadcast_to(np.uint8(0), shape), 0, 0.0, moved=False)


def test_the_memory_has_no_name_and_goes_with_its_owner() -> None:
    before = set(os.listdir("/dev/shm"))  # noqa: PTH208
    with Slot() as slot:
        SlotWriter(slot.fd).write(np.full((4, 4, 3), 9, np.uint8), 0, 0.0, moved=False)
        assert set(os.listdir("/dev/shm")) == before  # noqa: PTH208
        assert "deleted" in os.readlink(f"/proc/self/fd/{slot.fd}")  # noqa: PTH115
        number = slot.fd
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)
