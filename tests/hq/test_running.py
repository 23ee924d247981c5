"""Head office as it is really started: two listeners, real ports, a clean end, and the two command lines."""

import json
import os
import signal
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from cloud_sync.hq.commands import hq, prices
from tests.hq.gateway import Gateway

PASSWORD = "correct horse battery"
RUN = "from cloud_sync.hq.commands import hq; hq()"
ROOT = Path(__file__).parents[2]


def cli(app: Any, *args: str, **rest: Any) -> Result:
    return CliRunner().invoke(app, list(args), **rest)


@contextmanager
def running(data: Path, *more: str) -> Iterator[dict[str, Any]]:
    """`hq run` in a process of its own; gives what ports.json says. Ends it with SIGTERM and looks how it went."""
    command = [
        sys.executable,
        "-c",
        RUN,
        "run",
        "--data",
        str(data),
        "--listen",
        "127.0.0.1:0",
        "--console",
        "127.0.0.1:0",
    ]
    # Without pytest's own mark NiceGUI behaves as in a shop.
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    with subprocess.Popen(
        [*command, *more], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            deadline = time.monotonic() + 60
            while not (data / "ports.json").exists() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            assert process.poll() is None, process.communicate()[0].decode()
            yield json.loads((data / "ports.json").read_text())
        finally:
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert not (data / "ports.json").exists()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "hq"
    made = cli(hq, "operator", "add", "anna", "--password-stdin", "--data", str(folder), input=f"{PASSWORD}\n")
    assert made.exit_code == 0, made.output
    return folder


def test_from_an_empty_folder_to_a_pushed_price(data: Path, tmp_path: Path) -> None:
    added = cli(hq, "store", "add", "0204", "--name", "Zagreb", "--timezone", "Europe/Zagreb", "--data", str(data))
    code = added.output.strip()
    list_file = tmp_path / "prices.csv"
    list_file.write_text("Naziv;Šifra;Cijena\nKruh;7;1,29\nMlijeko;8;x\n", encoding="windows-1250")
    with running(data) as ports:
        gateway = Gateway(ports["listen_url"], "0204")
        assert gateway.enrol(code).json()["status"] == "pending"
        approved = cli(hq, "approve", "0204", "--yes", "--data", str(data))
        assert approved.exit_code == 0, approved.output
        gateway.enrol(code)
        token = cli(hq, "operator", "token", "anna", "--data", str(data)).output.strip()
        env = {"AISLE_HQ_URL": ports["console_url"], "AISLE_HQ_TOKEN": token}
        rejects = tmp_path / "rejects.csv"
        where = ("--store", "0204", "--rejects", str(rejects))
        dry = cli(prices, "push", str(list_file), *where, "--dry-run", env=env)
        assert dry.exit_code == 0, dry.output
        assert gateway.page().head == 0
        pushed = cli(prices, "push", str(list_file), *where, "--at", "2027-06-01T06:00", env=env)
        assert pushed.exit_code == 0, pushed.output
        assert "line 3" in pushed.output
        assert "'x' is not a number" in rejects.read_text(encoding="utf-8")
        (change,) = gateway.changes()
        assert (change.rows[0].name, change.rows[0].minor, change.author) == ("Kruh", 129, "anna")
        assert change.effective_at == 1_811_822_400_000  # 04:00 UTC: summer time in Zagreb
        gateway.committed([gateway.outcome(1, [(change.rows[0].item, "held", "label-7 is asleep")])])
        status = cli(prices, "status", "--store", "0204", env=env)
        assert "held 1" in status.output
        assert "label-7 is asleep" in status.output
        gateway.http.close()


def test_the_pages_ask_for_an_account_and_show_the_stores(data: Path) -> None:
    cli(hq, "store", "add", "0204", "--name", "<b>Zagreb</b>", "--data", str(data))
    with running(data) as ports, httpx.Client(base_url=ports["console_url"], follow_redirects=True) as browser:
        first = browser.get("/", headers={"accept-language": "zh-CN,zh;q=0.9"})
        assert first.url.path == "/sign-in"
        assert "登录" in first.text
        home = browser.post("/sign-in", data={"name": "anna", "password": PASSWORD})
        assert home.url.path == "/"
        assert "<b>Zagreb" not in home.text
        for page in ("/store/0204", "/tickets", "/clocks"):
            assert browser.get(page).status_code == 200
        assert browser.get("/store/nowhere").url.path == "/"
        for path in (
            "/language/zh?to=https://evil.example",
            "/language/zh?to=//evil.example",
            "/language/zh?to=/\\evil",
        ):
            assert browser.get(path, follow_redirects=False).headers["location"] == "/"
        assert "http://" not in home.text.replace("http://www.w3.org", "")
        assert "https://" not in home.text


def test_https_with_an_own_authority_that_stays(data: Path) -> None:
    authorities = set()
    for _ in range(2):
        with running(data, "--tls", "auto", "--host-name", "hq.example") as ports:
            authorities.add(Path(ports["ca"]).read_bytes())
            trust = ssl.create_default_context(cafile=ports["ca"])
            assert httpx.get(f"{ports['listen_url']}/health", verify=trust).text == "ok\n"
            with pytest.raises(httpx.ConnectError, match="certificate"):
                httpx.get(f"{ports['listen_url']}/health")
    assert len(authorities) == 1
    for secret in ("change-key.pem", "cookie-secret", "tls/ca.key", "tls/server.key"):
        assert stat.S_IMODE((data / secret).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--listen", "0.0.0.0:0", "--console", "127.0.0.1:0", "--tls", "off"], "plain HTTP"),
        (["--listen", "127.0.0.1:0", "--console", "0.0.0.0:0", "--tls", "auto"], "operator add"),
        (["--listen", "here"], "HOST:PORT"),
        (["--listen", "127.0.0.1:0", "--console", "127.0.0.1:0", "--cert", "/nowhere.pem"], "belong together"),
    ],
)
def test_what_is_not_safe_or_not_possible_does_not_start(tmp_path: Path, options: list[str], why: str) -> None:
    done = cli(hq, "run", "--data", str(tmp_path / "hq"), *options)
    assert done.exit_code == 1
    assert why in done.output


@pytest.mark.parametrize(
    ("app", "args", "why"),
    [
        (hq, ("store", "add", "UP", "--name", "x"), "store id"),
        (hq, ("store", "code", "nowhere"), "no store"),
        (hq, ("approve", "nowhere"), "0 keys ask"),
        (hq, ("operator", "token", "eve"), "no operator"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(data: Path, app: Any, args: tuple[str, ...], why: str) -> None:
    done = cli(app, *args, "--data", str(data))
    assert done.exit_code == 1
    assert why in done.output


def test_prices_without_head_office_or_account_says_why(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("x")
    nobody = cli(prices, "push", str(file), "--store", "0204", "--hq", "http://127.0.0.1:9", env={"AISLE_HQ_TOKEN": ""})
    assert (nobody.exit_code, "who you are" in nobody.output) == (1, True)
    alone = cli(prices, "push", str(file), "--store", "0204", "--hq", "http://127.0.0.1:9", "--token", "x")
    assert (alone.exit_code, "does not answer" in alone.output) == (1, True)
