"""The socket that reads and writes in large pieces: the same bytes in the same order, whatever the pieces."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.mqtt.gathered import GatheredSocket


@pytest.fixture
def pair() -> Iterator[tuple[GatheredSocket, socket.socket]]:
    near, far = socket.socketpair()
    gathered = GatheredSocket(near)
    gathered.setblocking(False)
    yield gathered, far
    gathered.close()
    far.close()


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.lists(st.integers(1, 60), max_size=20))
def test_what_arrives_in_pieces_is_read_as_sent(pieces: list[bytes], asked: list[int]) -> None:
    near, far = socket.socketpair()
    near.setblocking(False)
    gathered, got = GatheredSocket(near), b""
    for piece in pieces:
        far.sendall(piece)
    for most in asked:
        try:
            part = gathered.recv(most)
        except BlockingIOError:
            break
        assert 0 < len(part) <= most
        got += part
    while gathered.unread:
        got += gathered.recv(7)
    sent = b"".join(pieces)
    assert got == sent[: len(got)]
    assert got == sent or sum(asked) < len(sent)
    gathered.close()
    far.close()


def test_nothing_leaves_before_the_flush_and_everything_after_it(pair: tuple[GatheredSocket, socket.socket]) -> None:
    gathered, far = pair
    far.setblocking(False)
    gathered.send(b"one")
    gathered.send(b"two")
    with pytest.raises(BlockingIOError):
        far.recv(10)
    gathered.flush()
    assert far.recv(10) == b"onetwo"
    assert not gathered.unsent


def test_a_peer_that_reads_slowly_gets_it_all_and_bounds_what_waits(pair: tuple[GatheredSocket, socket.socket]) -> None:
    gathered, far = pair
    block, taken, got = b"0123456789" * 10_000, 0, bytearray()
    refused = False
    for _ in range(1000):
        try:
            taken += gathered.send(block)
        except BlockingIOError:
            refused = True
            break
        gathered.flush()
    assert refused
    while len(got) < taken:
        got += far.recv(1 << 16)
        gathered.flush()
    assert bytes(got) == block * (taken // len(block))


def test_a_goodbye_still_leaves_when_the_connection_is_closed(pair: tuple[GatheredSocket, socket.socket]) -> None:
    gathered, far = pair
    gathered.send(b"bye")
    gathered.close()
    gathered.close()
    assert far.recv(10) == b"bye"
    assert far.recv(10) == b""


def test_the_end_of_a_connection_is_told_by_the_next_read(pair: tuple[GatheredSocket, socket.socket]) -> None:
    gathered, far = pair
    far.close()
    gathered.send(b"lost")
    gathered.flush()
    assert not gathered.unsent
    assert gathered.recv(1) == b""
