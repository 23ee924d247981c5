import asyncio
import sqlite3

import pytest

from cloud_sync.contract.feed import FeedEntry, FeedPage
from cloud_sync.link.calls import CallFailed
from cloud_sync.link.facts import Rules
from cloud_sync.link.shell import new_entries
from cloud_sync.link.state import LinkPhase
from tests.link.conftest import MakeLink, now
from tests.link.head_office import HeadOfficeStandIn, serving
from tests.link.store_side import EPOCH, Shop, until


def arrived(count: int) -> list[tuple[int, int]]:
    return [(EPOCH, seq) for seq in range(1, count + 1)]


async def test_a_queued_event_is_sent_when_nudged_and_leaves_the_queue(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    async with serving(office, port):
        link = await make_link()
        await until(lambda: link.view().phase is LinkPhase.ONLINE)
        shop.sell(3)
        link.nudge()
        await until(lambda: shop.waiting == 0)
        assert office.events == arrived(3)
        await link.stop()


FAULTS = ["drop after", "500", "half", "drop before", "wrong epoch", "too little", "nonsense", "slow", "drop after"]


async def test_every_event_arrives_once_and_in_order_whatever_happens_to_the_answers(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    shop.sell(900)
    office.faults.extend(FAULTS)
    async with serving(office, port):
        link = await make_link(rules=Rules(10, 80, 60_000, 20, patience=300, batch=200))
        await until(lambda: shop.waiting == 0)
        assert office.events == arrived(900)
        assert not office.faults
        assert sum(office.batches) > 900  # answers were lost, so something was sent again
        assert office.overlapping == 1
        await until(lambda: link.view().phase is LinkPhase.ONLINE)
        await link.stop()


async def test_nothing_leaves_the_queue_while_head_office_commits_nothing(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    shop.sell(10)
    office.faults.extend(["wrong epoch", "too little", "drop before", "500", "nonsense"] * 2)
    async with serving(office, port):
        link = await make_link()
        await until(lambda: len(office.faults) <= 2)
        assert shop.waiting == 10
        assert link.view().phase is LinkPhase.OFFLINE
        await link.stop()


async def test_the_backlog_drains_once_the_line_is_back_and_changes_come_down(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    shop.sell(100)
    link = await make_link()
    await until(lambda: link.view().phase is LinkPhase.OFFLINE and "cannot be reached" in link.view().why)
    await until(lambda: link.view().next_try is not None)  # None while it tries
    shop.sell(3_000)
    link.nudge()
    office.publish(7)
    async with serving(office, port):
        await until(lambda: shop.waiting == 0 and len(shop.taken) == 7)
        assert office.events == arrived(3_100)
        await until(lambda: link.view().phase is LinkPhase.ONLINE)
        assert link.view().why == ""
    shop.sell(5)
    link.nudge()
    await until(lambda: link.view().phase is LinkPhase.OFFLINE)
    assert shop.waiting == 5
    async with serving(office, port):
        await until(lambda: shop.waiting == 0)
        assert office.events == arrived(3_105)
        await link.stop()


async def test_an_old_backlog_is_told_apart_from_being_online(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    shop.at = now() - 3_600_000
    shop.sell(5_000)
    seen = set()
    async with serving(office, port):
        link = await make_link(rules=Rules(10, 80, 60_000, 20, 2_000, batch=100))

        def drained() -> bool:
            view = link.view()
            seen.add(view.phase)
            if view.phase is LinkPhase.CATCHING_UP and view.events_per_second:
                seen.add(LinkPhase.ALONE)  # stands for: a rate was shown
            return shop.waiting == 0 and view.phase is LinkPhase.ONLINE

        await until(drained)
        await link.stop()
    assert {LinkPhase.CATCHING_UP, LinkPhase.ALONE} <= seen


async def test_changes_are_pulled_once_each_page_by_page_on_a_wake_up(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    async with serving(office, port):
        link = await make_link()
        await until(lambda: office.wakes and link.view().phase is LinkPhase.ONLINE)
        office.publish(8)
        await office.wake()
        await until(lambda: len(shop.taken) == 8)
        office.publish(1)
        await office.wake()
        await until(lambda: len(shop.taken) == 9)
        assert shop.taken == list(range(1, 10))
        await link.stop()


async def test_changes_come_by_polling_where_the_wake_up_channel_does_not_pass(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    office.publish(1)
    async with serving(office, port):
        link = await make_link(rules=Rules(10, 80, poll=30, patience=2_000))
        await until(lambda: shop.taken == [1] and office.wakes)
        for channel in list(office.wakes):
            await channel.close()
        office.publish(1)
        await until(lambda: shop.taken == [1, 2])
        await until(lambda: office.wake_visits > 1)  # and the channel is opened again
        await link.stop()


async def test_a_page_that_cannot_be_committed_is_pulled_again(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    office.publish(4)
    shop.broken = sqlite3.OperationalError("database or disk is full")
    async with serving(office, port):
        link = await make_link()
        await until(lambda: shop.taken == [1, 2, 3, 4])
        await until(lambda: link.view().phase is LinkPhase.ONLINE)
        await link.stop()


async def test_a_queue_that_cannot_be_shortened_is_said_so_and_sends_again(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    async with serving(office, port):
        link = await make_link()
        await until(lambda: office.wakes and link.view().phase is LinkPhase.ONLINE)
        shop.sell(2)
        shop.broken = sqlite3.OperationalError("database or disk is full")
        link.nudge()
        await until(lambda: link.view().phase is LinkPhase.OFFLINE)
        assert "disk is full" in link.view().why
        await until(lambda: shop.waiting == 0)
        assert office.events == arrived(2)
        await link.stop()


async def test_one_event_that_head_office_cannot_take_holds_back_nothing_before_it(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    shop.sell(40)
    office.poison.add(30)
    async with serving(office, port):
        link = await make_link()
        await until(lambda: office.committed.get(EPOCH) == 29 and "will not take" in link.view().why)
        await until(lambda: shop.waiting == 11)
        office.poison.clear()
        await until(lambda: shop.waiting == 0)
        assert office.events == arrived(40)
        await link.stop()


async def test_a_gateway_restored_from_a_copy_is_noticed_and_deletes_nothing(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    shop.sell(3)
    office.faults.extend(["too much"] * 50)
    async with serving(office, port):
        link = await make_link()
        await until(lambda: "restored from a copy" in link.view().why)
        assert shop.waiting == 3
        await link.stop()


async def test_a_change_log_that_went_back_is_said_so(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    shop.taken = [9]
    office.publish(5)
    async with serving(office, port):
        link = await make_link()
        await until(lambda: "ends at 5, but this store already has 9" in link.view().why)
        assert shop.taken == [9]
        await link.stop()


async def test_a_head_office_that_asks_for_time_gets_it(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    office.status, office.headers = 503, {"Retry-After": "30"}
    async with serving(office, port):
        link = await make_link(rules=Rules(10, 60_000, 60_000))
        await until(lambda: "cannot answer now (503: on purpose" in link.view().why)
        view = link.view()
        assert view.next_try is not None
        assert 20_000 < view.next_try - now() <= 30_000
        assert view.why.isprintable()
        await link.stop()


async def test_stopping_in_the_middle_of_an_exchange_loses_nothing(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    shop.sell(5)
    office.faults.append("slow")
    async with serving(office, port):
        link = await make_link()
        await until(lambda: office.committed)
        await link.stop()
        await link.stop()
        assert shop.waiting == 5
        link.nudge()
        again = await make_link()
        await until(lambda: shop.waiting == 0)
        assert office.events == arrived(5)
        await again.stop()


async def test_a_nudge_may_come_from_any_thread(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    async with serving(office, port):
        link = await make_link()
        await until(lambda: link.view().phase is LinkPhase.ONLINE)
        shop.sell(1)
        await asyncio.gather(*(asyncio.to_thread(link.nudge) for _ in range(20)))
        await until(lambda: shop.waiting == 0)
        await link.stop()


async def test_without_a_head_office_the_shop_runs_alone(make_link: MakeLink) -> None:
    link = await make_link(url=" ")
    link.nudge()
    assert link.view().phase is LinkPhase.ALONE
    with pytest.raises(ValueError, match="No head office is configured"):
        await link.enrol("ABCD-1234")


def page(*sequences: int, head: int) -> FeedPage:
    return FeedPage(entries=tuple(FeedEntry(sequence=sequence, envelope="{}") for sequence in sequences), head=head)


def test_what_a_store_has_already_is_passed_over() -> None:
    assert [entry.sequence for entry in new_entries(page(3, 4, 5, 6, head=9), cursor=4)] == [5, 6]
    assert new_entries(page(head=4), cursor=4) == ()


@pytest.mark.parametrize(
    ("shown", "words"),
    [(page(6, 5, head=6), "out of order"), (page(5, 5, head=6), "out of order"), (page(head=9), "hands out none"),
     (page(4, head=9), "hands out none"), (page(head=2), "restored")],
)  # fmt: skip
def test_a_page_that_makes_no_sense_is_refused_in_words(shown: FeedPage, words: str) -> None:
    with pytest.raises(CallFailed, match=words):
        new_entries(shown, cursor=4)
