import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud_sync.link.facts import Rules
from cloud_sync.link.shell import Link
from cloud_sync.link.side import Enrolment
from tests.link.head_office import HeadOfficeStandIn, free_port
from tests.link.store_side import Shop

QUICK = Rules(first_wait=10, longest_wait=80, poll=60_000, enrol_poll=20, patience=2_000)
"""Waits short enough for tests; polling so rare that nothing arrives by it alone."""

MakeLink = Callable[..., Awaitable[Link]]


def now() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def office(key: Ed25519PrivateKey) -> HeadOfficeStandIn:
    """A head office that knows the store's key."""
    stand_in = HeadOfficeStandIn()
    stand_in.keys.add(key.public_key().public_bytes_raw().hex())
    return stand_in


@pytest.fixture
def shop() -> Shop:
    return Shop(now())


@pytest.fixture
async def make_link(shop: Shop, key: Ed25519PrivateKey, port: int) -> AsyncIterator[MakeLink]:
    made: list[Link] = []

    async def make(
        url: str = "",
        *,
        rules: Rules = QUICK,
        enrolment: Enrolment | None = None,
        ca_file: Path | None = None,
        clock: Callable[[], int] = now,
    ) -> Link:
        enrolment = enrolment or Enrolment("0204", "", {"k1": "ab" * 32})
        link = Link(url or f"http://127.0.0.1:{port}", shop, key, enrolment, clock=clock, rules=rules, ca_file=ca_file)
        made.append(link)
        await link.start()
        return link

    yield make
    for link in made:
        await link.stop()
    shop.sql.close()
