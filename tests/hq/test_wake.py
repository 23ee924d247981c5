"""The wake-up line: a word when there is news, nothing to anybody else, ended when the key is."""

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from cloud_sync.contract.enrolment import fingerprint
from cloud_sync.contract.feed import WAKE
from cloud_sync.hq.enrolment import approve, new_code
from cloud_sync.hq.push import push
from cloud_sync.hq.wake import MAX_LISTENERS
from tests.hq.conftest import HeadOffice
from tests.hq.gateway import Gateway
from tests.hq.test_prices import row


def listen(head_office: HeadOffice, gateway: Gateway, store: str = "") -> ClientConnection:
    url = head_office.stores_url.replace("http", "ws", 1) + WAKE.format(store=store or gateway.store)
    return connect(url, additional_headers=gateway.headers())


def test_news_wake_the_store_that_has_them(head_office: HeadOffice, gateway: Gateway) -> None:
    with listen(head_office, gateway) as line:
        assert line.recv(5) == "change"  # what came before the line was open
        push(head_office.office, gateway.store, [row(1)], "anna")
        assert line.recv(5) == "change"
        push(head_office.office, gateway.store, [row(1)], "anna")  # nothing new: nobody is woken
        with pytest.raises(TimeoutError):
            line.recv(0.3)


def test_what_the_store_says_is_not_listened_to(head_office: HeadOffice, gateway: Gateway) -> None:
    with listen(head_office, gateway) as line:
        line.recv(5)
        line.send("x" * 1000)
        push(head_office.office, gateway.store, [row(2)], "anna")
        assert line.recv(5) == "change"


def test_strangers_are_turned_away(head_office: HeadOffice, gateway: Gateway, store: str) -> None:
    forger = Gateway(head_office.stores_url, store)
    for who, where in ((forger, store), (gateway, "nowhere")):
        with pytest.raises((InvalidStatus, ConnectionClosed)), listen(head_office, who, where) as line:
            line.recv(5)
    forger.http.close()


def test_a_new_gateway_ends_the_old_ones_line(head_office: HeadOffice, gateway: Gateway) -> None:
    second = Gateway(head_office.stores_url, gateway.store)
    second.enrol(new_code(head_office.office, gateway.store).code)
    with listen(head_office, gateway) as line:
        line.recv(5)
        approve(head_office.office, gateway.store, fingerprint(second.public), "anna")
        with pytest.raises(ConnectionClosed):
            line.recv(5)
    second.http.close()


def test_lines_per_store_are_bounded(head_office: HeadOffice, gateway: Gateway) -> None:
    lines = [listen(head_office, gateway) for _ in range(MAX_LISTENERS)]
    with pytest.raises((InvalidStatus, ConnectionClosed)), listen(head_office, gateway) as one_more:
        one_more.recv(5)
    for line in lines:
        line.close()
