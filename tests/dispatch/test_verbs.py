"""What a person may do to the shop, and what is refused with a reason."""

import pytest

from drivers.base import Sighting
from edge.verbs import ShopVerbs
from tests.dispatch.floor import A, B, Floor


class Passwords:
    """Who may sign in."""

    def __init__(self) -> None:
        self.revoked: list[str] = []

    def new(self, till: str) -> str:
        """A password."""
        return f"secret of {till}"

    def revoke(self, till: str) -> None:
        """Shut a till out."""
        self.revoked.append(till)


@pytest.fixture
def passwords() -> Passwords:
    return Passwords()


@pytest.fixture
def verbs(floor: Floor, passwords: Passwords) -> ShopVerbs:
    return ShopVerbs(floor.store, floor.engine, floor.registry, passwords.new, passwords.revoke)


def audit(floor: Floor) -> list[tuple[str, str]]:
    with floor.store.reading() as db:
        return list(db.conn.execute("SELECT who, did FROM audit ORDER BY n"))


def waiting(floor: Floor, device: str) -> list[tuple[str, int]]:
    """What the device was sent and has not confirmed."""
    with floor.store.reading() as db:
        return list(
            db.conn.execute(
                "SELECT item, version FROM showing WHERE device = ? AND confirmed = 0 ORDER BY n", (device,)
            )
        )


async def test_a_label_that_was_only_seen_is_ours_once_it_is_bound(floor: Floor, verbs: ShopVerbs) -> None:
    floor.registry.sighted(Sighting("label-1", "AA:BB"), "label", "ble")
    floor.price(100, 1)
    await verbs.bind("label-1", A[1:], "Aisle 3, shelf 2", "ana")  # scanned as a GTIN-13
    known = floor.registry.get("label-1")
    assert known
    assert known.enrolled
    assert waiting(floor, "label-1") == [(A, 1)]
    with floor.store.reading() as db:
        assert db.conn.execute("SELECT place FROM device").fetchone() == ("Aisle 3, shelf 2",)
    assert audit(floor) == [("ana", "bind")]


@pytest.mark.parametrize(
    ("label", "item", "place", "why"),
    [
        ("Label 1", A, "", "not a device id"),
        ("../etc", A, "", "not a device id"),
        ("label-1", "03850334043642", "", "check digit"),
        ("label-1", "", "", "only digits"),
        ("label-1", A, "x" * 61, "60 characters"),
        ("label-1", A, "a\nb", "control"),
        ("till-1", A, "", "till-1 is a till, not a label"),
    ],
)
async def test_a_binding_that_makes_no_sense_is_refused(
    floor: Floor, verbs: ShopVerbs, label: str, item: str, place: str, why: str
) -> None:
    floor.till("till-1")
    with pytest.raises(ValueError, match=why):
        await verbs.bind(label, item, place, "ana")
    assert audit(floor) == []


async def test_retiring_a_dead_label_lets_the_raise_go_on(floor: Floor, verbs: ShopVerbs) -> None:
    floor.till("till-1")
    floor.label("label-1")
    floor.price(100, 1)
    floor.applied("till-1", (A, 1))
    floor.price(120, 2)
    assert waiting(floor, "till-1") == []
    await verbs.retire("label-1", "fell off the shelf", "ana")
    assert waiting(floor, "till-1") == [(A, 2)]
    known = floor.registry.get("label-1")
    assert known
    assert not known.enrolled
    assert floor.ledger("device.retired") == [("device.retired", "label-1", {"by": "ana", "why": "fell off the shelf"})]
    with pytest.raises(ValueError, match="not in service"):
        await verbs.retire("label-1", "again", "ana")


async def test_a_till_that_is_retired_is_shut_out_first(floor: Floor, verbs: ShopVerbs, passwords: Passwords) -> None:
    floor.till("till-1")
    with pytest.raises(ValueError, match="say why"):
        await verbs.retire("till-1", "  ", "ana")
    assert passwords.revoked == []
    await verbs.retire("till-1", "replaced", "ana")
    assert passwords.revoked == ["till-1"]


async def test_a_held_price_goes_on_or_ends_as_a_person_says(floor: Floor, verbs: ShopVerbs) -> None:
    floor.till("till-1")
    floor.price(900, 1, phase="held")
    floor.price(900, 2, (B,), phase="held")
    with pytest.raises(ValueError, match="second person: Ana cannot approve what ana ordered"):
        await verbs.approve(A, 1, "Ana")
    await verbs.approve(A, 1, "bea")
    assert waiting(floor, "till-1") == [(A, 1)]
    await verbs.reject(B, 2, "ana")
    assert floor.phase(2, B) == "refused"
    for item, version in ((A, 1), (B, 2)):
        with pytest.raises(ValueError, match="does not wait for a decision"):
            await verbs.approve(item, version, "ana")


async def test_a_till_is_enrolled_once_and_owed_the_price_book(floor: Floor, verbs: ShopVerbs) -> None:
    floor.price(100, 1, (A, B))
    assert await verbs.enrol_till("till-1", "Self-checkout 1", "ana") == "secret of till-1"
    assert sorted(waiting(floor, "till-1")) == sorted([(A, 1), (B, 1)])
    with pytest.raises(ValueError, match="in service already"):
        await verbs.enrol_till("till-1", "", "ana")
    with pytest.raises(ValueError, match="not a device id"):
        await verbs.enrol_till("Till 1", "", "ana")
    floor.label("label-1")
    with pytest.raises(ValueError, match="in service already"):
        await verbs.enrol_till("label-1", "", "ana")


async def test_retry_is_for_devices_that_are_known(floor: Floor, verbs: ShopVerbs) -> None:
    with pytest.raises(ValueError, match="not known"):
        await verbs.retry("label-1", "ana")
    floor.label("label-1")
    await verbs.retry("label-1", "ana")
    assert audit(floor) == [("ana", "retry")]
