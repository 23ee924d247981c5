import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from cloud_sync.contract.enrolment import fingerprint
from cloud_sync.link.side import Enrolment
from provisioning.identity import ENROLMENT_FILE, KEY_FILE, Identity, IdentityError

APPROVED = Enrolment("0204", "", {"k1": "ab" * 32})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = Identity.open(tmp_path / "data")
    assert Identity.open(tmp_path / "data").fingerprint == first.fingerprint
    assert stat.S_IMODE((tmp_path / "data" / KEY_FILE).stat().st_mode) == 0o600
    assert names(tmp_path / "data") == [KEY_FILE]
    assert Identity.open(tmp_path / "other").fingerprint != first.fingerprint


def test_two_programs_that_start_together_end_up_with_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(Identity.open, tmp_path)
        mine = Identity.open(tmp_path)
        assert other.result().fingerprint == mine.fingerprint == Identity.open(tmp_path).fingerprint


def test_a_fingerprint_is_short_enough_to_be_read_out(tmp_path: Path) -> None:
    shown = Identity.open(tmp_path).fingerprint
    assert [len(group) for group in shown.split()] == [4] * 8
    assert fingerprint("00" * 32) != fingerprint("01" * 32)


@pytest.mark.parametrize("content", [b"", b"not a key", b"\xff\x00"])
def test_a_spoilt_key_is_never_replaced_silently(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(IdentityError, match="backup"):
        Identity.open(tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    pem = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / KEY_FILE).write_bytes(pem)
    with pytest.raises(IdentityError, match="another kind"):
        Identity.open(tmp_path)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IdentityError, match="file"):
        Identity.open(tmp_path / "file" / "data")


def test_the_enrolment_survives_a_restart_and_belongs_to_one_head_office(tmp_path: Path) -> None:
    identity = Identity.open(tmp_path)
    assert identity.enrolment() == Enrolment()
    identity.keep(Enrolment("", "ABCD-1234"), "https://hq.example.com")
    assert Identity.open(tmp_path).enrolment() == Enrolment("", "ABCD-1234")
    identity.keep(APPROVED, "https://hq.example.com")
    again = Identity.open(tmp_path)
    assert again.enrolment("https://hq.example.com/") == APPROVED
    assert again.url == "https://hq.example.com"
    assert again.enrolment("https://elsewhere.example.com") == Enrolment()
    assert stat.S_IMODE((tmp_path / ENROLMENT_FILE).stat().st_mode) == 0o600
    assert names(tmp_path) == sorted([ENROLMENT_FILE, KEY_FILE])


def test_a_write_that_fails_leaves_the_old_enrolment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = Identity.open(tmp_path)
    identity.keep(APPROVED, "https://hq.example.com")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(IdentityError, match="No space left"):
        identity.keep(Enrolment(), "https://hq.example.com")
    monkeypatch.undo()
    assert identity.enrolment() == APPROVED
    assert names(tmp_path) == sorted([ENROLMENT_FILE, KEY_FILE])


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"store": "../up"}', '{"extra": 1}', json.dumps({"change_keys": {"k": "short"}})]
)
def test_a_spoilt_enrolment_is_named(tmp_path: Path, content: str) -> None:
    identity = Identity.open(tmp_path)
    (tmp_path / ENROLMENT_FILE).write_text(content)
    with pytest.raises(IdentityError, match="enrol again"):
        identity.enrolment()
