"""The link against head office itself, on real sockets: what one side means, the other understands."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cloud_sync.contract.change import ChangeRow, open_change, public_key
from cloud_sync.contract.enrolment import fingerprint
from cloud_sync.contract.item import internal_item
from cloud_sync.hq.enrolment import approve, keys_of, new_code
from cloud_sync.hq.office import Office, open_office
from cloud_sync.hq.push import push
from cloud_sync.hq.schema import misfits, sales
from cloud_sync.hq.store_api import make_store_api
from cloud_sync.hq.stores import add_store
from cloud_sync.link.side import Enrolment
from cloud_sync.link.state import LinkPhase
from tests.hq.serving import serving
from tests.link.conftest import MakeLink
from tests.link.store_side import Shop, until


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = open_office(tmp_path / "hq")
    add_store(made, "0204", "Test store")
    yield made
    made.db.close()


def arrived(office: Office) -> tuple[int, int]:
    """Sales and misfits at head office."""
    with office.db.read() as sql:
        return (
            sql.execute(select(func.count()).select_from(sales)).scalar_one(),
            sql.execute(select(func.count()).select_from(misfits)).scalar_one(),
        )


async def test_a_store_is_enrolled_sells_and_gets_its_prices(office: Office, shop: Shop, make_link: MakeLink) -> None:
    row = ChangeRow(item=internal_item("1"), name="Milk", minor=330, currency="EUR")
    with ExitStack() as running:
        url = running.enter_context(serving(make_store_api(office)))
        link = await make_link(url, enrolment=Enrolment())
        with pytest.raises(ValueError, match="not known, used up or too old"):
            await link.enrol("WRONG-CODE")
        shop.sell(2_500)
        assert "approves" in await link.enrol(new_code(office, "0204").code)
        (asking,) = keys_of(office)
        assert asking.fingerprint == fingerprint(asking.public_key)
        approve(office, "0204", asking.fingerprint, "anna")
        await until(lambda: shop.waiting == 0 and link.view().phase is LinkPhase.ONLINE)
        assert arrived(office) == (2_500, 0)

        push(office, "0204", [row], "anna")  # and wakes the store
        await until(lambda: shop.taken == [1])
        keys = [public_key(name, key) for name, key in shop.kept[-1].change_keys.items()]
        assert open_change(shop.envelopes[0].encode(), keys).rows == (row,)
        await link.stop()


async def test_a_store_that_is_taken_out_of_service_is_told(office: Office, shop: Shop, make_link: MakeLink) -> None:
    with ExitStack() as running:
        url = running.enter_context(serving(make_store_api(office)))
        link = await make_link(url, enrolment=Enrolment("0204"))
        await until(lambda: link.view().phase is LinkPhase.UNENROLLED)
        assert "does not accept this store's key (401" in link.view().why
        await link.stop()
