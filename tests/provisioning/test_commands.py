import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cloud_sync.link.side import Enrolment
from provisioning.commands import PASSWORDS_FILE, enrol
from provisioning.credentials import Credentials
from provisioning.identity import Identity
from tests.link.head_office import HeadOfficeStandIn, free_port, serving

runner = CliRunner()


@pytest.fixture
def office() -> HeadOfficeStandIn:
    return HeadOfficeStandIn()


@pytest.fixture
def address(office: HeadOfficeStandIn) -> Iterator[str]:
    """A head office on another thread, since the command runs an event loop of its own."""
    port, up, down = free_port(), threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(office, port):
            up.set()
            await asyncio.to_thread(down.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    up.wait(20)
    yield f"http://127.0.0.1:{port}"
    down.set()
    thread.join()


def store(address: str, data: Path, code: str = "abcd-1234", wait: str = "20") -> tuple[int, str]:
    result = runner.invoke(
        enrol, ["store", "--code", code, "--hq", address, "--data", str(data), "--wait", wait, "--pause", "0.05"]
    )
    return result.exit_code, result.output


def test_a_store_is_enrolled_and_the_second_time_there_is_nothing_to_do(address: str, tmp_path: Path) -> None:
    code, said = store(address, tmp_path)
    assert (code, "Enrolled as 0204" in said) == (0, True)
    assert Identity.open(tmp_path).enrolment(address) == Enrolment("0204", "", {"k1": "ab" * 32})
    code, said = store(address, tmp_path)
    assert (code, "already, as 0204" in said) == (0, True)


def test_it_waits_for_approval_and_shows_the_fingerprint_to_compare(
    address: str, office: HeadOfficeStandIn, tmp_path: Path
) -> None:
    office.undecided = 3
    code, said = store(address, tmp_path)
    assert (code, "Enrolled as 0204" in said) == (0, True)
    assert Identity.open(tmp_path).fingerprint in " ".join(said.split())


def test_a_store_that_nobody_approves_in_time_is_left_for_the_gateway_to_finish(
    address: str, office: HeadOfficeStandIn, tmp_path: Path
) -> None:
    office.approve_at_once = False
    code, said = store(address, tmp_path, wait="0.1")
    assert (code, "Start the gateway: it goes on asking" in said) == (1, True)
    assert Identity.open(tmp_path).enrolment(address) == Enrolment("", "ABCD-1234")


def test_a_used_code_is_refused_in_words(address: str, tmp_path: Path) -> None:
    code, said = store(address, tmp_path, code="USED-9999")
    assert (code, "this code was used before" in " ".join(said.split())) == (1, True)


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [("http://hq.example.com", "ABCD-1234", "unprotected"), ("http://127.0.0.1:9", "ABCD-1234", "cannot be reached"),
     ("http://127.0.0.1:9", "short", "not a one-time code")],
)  # fmt: skip
def test_what_cannot_work_is_said(url: str, code: str, words: str, tmp_path: Path) -> None:
    status, said = store(url, tmp_path, code=code, wait="0")
    assert (status, words in " ".join(said.split())) == (1, True)


def test_a_till_gets_a_password_once_and_a_new_one_on_demand(tmp_path: Path) -> None:
    first = runner.invoke(enrol, ["till", "till-1", "--data", str(tmp_path)])
    assert first.exit_code == 0
    credentials = Credentials(tmp_path / PASSWORDS_FILE)
    assert credentials.verify("till-1", first.output.strip())
    again = runner.invoke(enrol, ["till", "till-1", "--data", str(tmp_path)])
    assert (again.exit_code, "already" in again.output) == (1, True)
    renewed = runner.invoke(enrol, ["till", "till-1", "--data", str(tmp_path), "--renew"])
    assert credentials.verify("till-1", renewed.output.strip())
    assert not credentials.verify("till-1", first.output.strip())


@pytest.mark.parametrize("arguments", [["Till 1"], ["../x"], ["till-1", "--renew"]])
def test_a_till_that_cannot_be_is_refused(arguments: list[str], tmp_path: Path) -> None:
    result = runner.invoke(enrol, ["till", *arguments, "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_folder_that_is_no_gateways_is_refused(tmp_path: Path) -> None:
    result = runner.invoke(enrol, ["till", "till-1", "--data", str(tmp_path / "nowhere")])
    assert (result.exit_code, "data folder" in result.output) == (1, True)
