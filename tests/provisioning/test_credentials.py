import shutil
import stat
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.credentials import CredentialError, Credentials, password_line, password_matches


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    return Credentials(tmp_path / "passwords")


def test_a_new_device_gets_a_password_that_only_fits_it(credentials: Credentials) -> None:
    first, second = credentials.create("till-1"), credentials.create("till-2")
    assert credentials.verify("till-1", first)
    assert not credentials.verify("till-1", second)
    assert not credentials.verify("till-3", first)
    assert len(first) >= 32
    assert credentials.users() == ("till-1", "till-2")


def test_rotation_kills_the_old_password_and_revocation_kills_the_device(credentials: Credentials) -> None:
    old = credentials.create("till-1")
    new = credentials.rotate("till-1")
    assert (credentials.verify("till-1", old), credentials.verify("till-1", new)) == (False, True)
    credentials.revoke("till-1")
    assert not credentials.verify("till-1", new)


def test_refusals_say_what_to_do(credentials: Credentials) -> None:
    credentials.create("till-1")
    with pytest.raises(CredentialError, match="rotate it"):
        credentials.create("till-1")
    with pytest.raises(CredentialError, match="create one"):
        credentials.rotate("till-2")
    with pytest.raises(CredentialError, match="nothing to revoke"):
        credentials.revoke("till-2")


@pytest.mark.parametrize("user", ["", "Till", "a:b", "a\nb", "a/b", "x" * 33, "+", "-a", "ü"])
def test_a_user_that_is_no_id_is_refused_and_the_file_is_untouched(credentials: Credentials, user: str) -> None:
    credentials.create("till-1")
    before = credentials.path.read_bytes()
    with pytest.raises(CredentialError):
        credentials.create(user)
    assert credentials.path.read_bytes() == before


def test_only_the_owner_may_read_and_no_password_stands_in_it(credentials: Credentials) -> None:
    password = credentials.renew("gateway")
    assert stat.S_IMODE(credentials.path.stat().st_mode) == 0o600
    assert password not in credentials.path.read_text()


def test_two_writers_at_once_lose_nobody(credentials: Credentials) -> None:
    def many(prefix: str) -> None:
        for number in range(10):
            Credentials(credentials.path).create(f"{prefix}{number}")

    threads = [threading.Thread(target=many, args=(prefix,)) for prefix in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(credentials.users()) == 20


def test_a_file_of_other_bytes_is_a_clear_error(credentials: Credentials) -> None:
    credentials.path.write_bytes(b"\xff\xfe")
    with pytest.raises(CredentialError, match="not a password file"):
        credentials.verify("till-1", "x")


@pytest.mark.skipif(shutil.which("mosquitto_passwd") is None, reason="mosquitto_passwd is not installed")
def test_reads_what_mosquitto_writes(credentials: Credentials) -> None:
    credentials.path.touch()
    subprocess.run(["mosquitto_passwd", "-b", str(credentials.path), "till-1", "s3cret"], check=True)
    assert credentials.verify("till-1", "s3cret")
    assert not credentials.verify("till-1", "s3cre")


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.binary(min_size=12, max_size=12),
    st.text(max_size=30),
)
def test_a_line_matches_its_password_and_no_other(password: str, salt: bytes, other: str) -> None:
    line = password_line(password, salt, 3)
    assert password_matches(line, password)
    assert other == password or not password_matches(line, other.encode("utf-8", "replace").decode())


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.text(max_size=60), st.from_regex(r"\$7\$[0-9]{1,3}\$[A-Za-z0-9+/=]{0,16}\$.{0,10}")))
def test_a_broken_line_matches_nothing(line: str) -> None:
    assert not password_matches(line, "anything")
