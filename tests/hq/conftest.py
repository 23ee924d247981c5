"""One head office for the whole folder; each test has a store of its own."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloud_sync.contract.enrolment import fingerprint
from cloud_sync.hq.enrolment import NewCode, approve, new_code
from cloud_sync.hq.office import DATABASE_FILE, Office, open_office
from cloud_sync.hq.operator_api import make_operator_api
from cloud_sync.hq.store_api import make_store_api
from cloud_sync.hq.stores import add_store
from tests.hq.databases import postgresql
from tests.hq.gateway import Gateway
from tests.hq.serving import serving


@dataclass(frozen=True)
class HeadOffice:
    """A running head office: its inside, and the two addresses that others know."""

    office: Office
    stores_url: str
    console_url: str


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def new_folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Path]]:
    """Makes data folders for each kind of database: head office may not tell them apart."""
    if request.param == "sqlite":
        yield lambda: tmp_path_factory.mktemp("hq")
        return
    with postgresql() as new_database:

        def make() -> Path:
            folder = tmp_path_factory.mktemp("hq")
            (folder / DATABASE_FILE).write_text(new_database() + "\n")
            return folder

        yield make


@pytest.fixture(scope="session")
def hq_folder(new_folder: Callable[[], Path]) -> Path:
    """The data folder of the one head office."""
    return new_folder()


@pytest.fixture(scope="session")
def head_office(hq_folder: Path) -> Iterator[HeadOffice]:
    office = open_office(hq_folder)
    with serving(make_store_api(office)) as stores_url, serving(make_operator_api(office)) as console_url:
        yield HeadOffice(office, stores_url, console_url)
    office.db.close()


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def store(head_office: HeadOffice, _numbers: Iterator[int]) -> str:
    """A fresh store of its own for the test."""
    return add_store(head_office.office, f"s{next(_numbers)}", "Test store", timezone="Europe/Zagreb").id


@pytest.fixture
def code(head_office: HeadOffice, store: str) -> NewCode:
    return new_code(head_office.office, store)


@pytest.fixture
def new_gateway(head_office: HeadOffice, store: str) -> Iterator[Callable[[], Gateway]]:
    """Makes gateways that claim to be the store's."""
    made: list[Gateway] = []

    def make() -> Gateway:
        made.append(Gateway(head_office.stores_url, store))
        return made[-1]

    yield make
    for gateway in made:
        gateway.http.close()


@pytest.fixture
def gateway(head_office: HeadOffice, code: NewCode, new_gateway: Callable[[], Gateway]) -> Gateway:
    """The store's own gateway, enrolled and approved."""
    made = new_gateway()
    made.enrol(code.code)
    approve(head_office.office, made.store, fingerprint(made.public), "test")
    made.enrol(code.code)
    return made
