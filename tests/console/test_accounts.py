"""First run, sign-in, and how long a guesser waits."""

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.console.accounts import SESSION_MS, Accounts, Denied, Role
from edge.console.patience import LONGEST_MS, MAX_KNOWN, Patience
from edge.views.journal import list_deeds
from tests.console.floor import Floor

QUICK = PasswordHasher(time_cost=1, memory_cost=64)
SECRET, WORD = "a secret of the gateway", "correct horse 42"


def accounts_of(floor: Floor, code: str = "") -> Accounts:
    return Accounts(floor.store, floor.clock, SECRET, code, QUICK)


async def new(floor: Floor, code: str = "") -> Accounts:
    accounts = accounts_of(floor, code)
    await accounts.set_up("mara", WORD, "en", code=code, at_the_box=True, source="127.0.0.1")
    return accounts


async def test_the_first_account_is_a_managers_and_there_is_only_one_first(floor: Floor) -> None:
    accounts = accounts_of(floor)
    assert accounts.is_new()
    token = await accounts.set_up("mara", WORD, "zh", code="", at_the_box=True, source="127.0.0.1")
    account = accounts.whose(token)
    assert account is not None
    assert (account.name, account.role, account.language) == ("mara", Role.MANAGER, "zh")
    with pytest.raises(Denied, match=r"first\.done"):
        await accounts.set_up("eve", WORD, "en", code="", at_the_box=True, source="127.0.0.1")
    with floor.store.reading() as db:
        assert [(deed.who, deed.did) for deed in list_deeds(db)] == [("mara", "account.made")]


@pytest.mark.parametrize("code", ["", "wrong"])
async def test_from_another_machine_only_the_printed_code_opens_first_run(floor: Floor, code: str) -> None:
    accounts = accounts_of(floor, "4711-0815")
    with pytest.raises(Denied, match=r"first\.code\.wrong"):
        await accounts.set_up("eve", WORD, "en", code=code, at_the_box=False, source="10.0.0.66")
    assert accounts.is_new()
    assert await accounts.set_up("mara", WORD, "en", code="4711-0815", at_the_box=False, source="10.0.0.5")


async def test_without_a_printed_code_an_empty_code_opens_nothing(floor: Floor) -> None:
    accounts = accounts_of(floor)
    with pytest.raises(Denied):
        await accounts.set_up("eve", WORD, "en", code="", at_the_box=False, source="10.0.0.66")


@pytest.mark.parametrize(("name", "password"), [("mara", "123456789"), ("m a", WORD), ("", WORD), ("mara", "x" * 201)])
async def test_short_passwords_and_odd_names_are_refused(floor: Floor, name: str, password: str) -> None:
    accounts = accounts_of(floor)
    with pytest.raises(Denied, match=r"first\.short"):
        await accounts.set_up(name, password, "en", code="", at_the_box=True, source="127.0.0.1")


async def test_a_token_survives_a_restart_and_ends_after_twelve_hours(floor: Floor) -> None:
    token = await (await new(floor)).sign_in("mara", WORD, "10.0.0.5")
    again = accounts_of(floor)
    assert again.whose(token)
    assert Accounts(floor.store, floor.clock, "another secret").whose(token) is None
    floor.now += SESSION_MS
    assert again.whose(token) is None


async def test_a_new_password_and_signing_out_end_sessions(floor: Floor) -> None:
    accounts = await new(floor)
    first, second = [await accounts.sign_in("mara", WORD, "10.0.0.5") for _ in range(2)]
    accounts.sign_out(first)
    assert accounts.whose(first) is None
    assert accounts.whose(second)
    third = await accounts.change_password("mara", WORD, "battery staple 7", "10.0.0.5")
    assert accounts.whose(second) is None
    assert accounts.whose(third)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYXJhIn0."])
async def test_made_up_tokens_are_nobody(floor: Floor, token: str) -> None:
    assert (await new(floor)).whose(token) is None


async def test_guessing_is_slowed_down_and_a_lock_out_ends_by_itself(floor: Floor) -> None:
    accounts = await new(floor)
    for _ in range(5):
        with pytest.raises(Denied, match=r"sign\.wrong"):
            await accounts.sign_in("mara", "wrong password", "10.0.0.66")
    with pytest.raises(Denied, match=r"sign\.wait") as held:
        await accounts.sign_in("mara", WORD, "10.0.0.66")
    floor.now += held.value.wait_s * 1000
    assert await accounts.sign_in("mara", WORD, "10.0.0.66")


async def test_an_unknown_name_is_refused_in_the_same_words(floor: Floor) -> None:
    with pytest.raises(Denied, match=r"sign\.wrong"):
        await (await new(floor)).sign_in("nobody", WORD, "10.0.0.66")


@settings(max_examples=40)
@given(st.lists(st.integers(0, 5_000), max_size=40))
def test_nobody_waits_longer_than_a_minute(pauses: list[int]) -> None:
    patience, now = Patience(), 1_000_000_000
    for pause in pauses:
        now += pause
        patience.failed(("name mara", "from 10.0.0.66"), now)
        assert 0 <= patience.wait_ms(("name mara",), now) <= LONGEST_MS
    assert patience.wait_ms(("name mara",), now + LONGEST_MS) == 0
    patience.worked(("name mara",))
    assert patience.wait_ms(("name mara",), now) == 0


def test_what_is_remembered_of_guessers_is_bounded() -> None:
    patience = Patience()
    for number in range(MAX_KNOWN * 2):
        patience.failed((f"from {number}",), number)
    assert len(patience._known) == MAX_KNOWN
