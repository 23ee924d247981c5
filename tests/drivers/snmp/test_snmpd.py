"""A real agent: Debian's snmpd, by v3 with SHA-256 and AES, and by v2c."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.errors import Refused
from drivers.snmp import SnmpDriver
from tests.drivers.snmp.room import Ear, until

SNMPD = shutil.which("snmpd") or next((p for p in ("/usr/sbin/snmpd", "/usr/local/sbin/snmpd") if Path(p).exists()), "")
pytestmark = pytest.mark.skipif(not SNMPD, reason="snmpd is not installed (Debian: apt-get install snmpd)")
LOGIN = {"user": "aisle", "auth_password": "an auth password", "priv_password": "a priv password"}


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """Where a real agent listens on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    (tmp_path / "snmpd.conf").write_text(
        f"agentaddress udp:127.0.0.1:{free}\n"
        f'createUser aisle SHA-256 "{LOGIN["auth_password"]}" AES "{LOGIN["priv_password"]}"\n'
        "rouser aisle priv .1.3.6.1.2.1\nrocommunity not-public 127.0.0.1 .1.3.6.1.2.1\n"
        "sysName shop-box\nsysLocation back office\n"
    )
    process = await asyncio.create_subprocess_exec(
        SNMPD, "-f", "-Lf", str(tmp_path / "log"), "-C", "-c", str(tmp_path / "snmpd.conf"), "-I", "-smux",
        "-p", str(tmp_path / "pid"), env={"SNMP_PERSISTENT_DIR": str(tmp_path / "kept"), "MIBS": ""},
    )  # fmt: skip
    try:
        await until(lambda: "NET-SNMP" in (tmp_path / "log").read_text() if (tmp_path / "log").exists() else False)
        yield free
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize("secret", [{"login": LOGIN}, {"community": "not-public"}], ids=["v3", "v2c"])
async def test_a_real_agent_is_read(port: int, secret: dict[str, object]) -> None:
    driver, ear = SnmpDriver({
        "devices": {"box": {"address": "127.0.0.1", "port": port, "cycle_ports": [1], **secret}},
        "allow_special": ["127.0.0.0/8"],
    }), Ear()  # fmt: skip
    await driver.start(ear)
    try:
        await driver.survey("box")
        assert ear.last["system.name"] == "shop-box"
        assert ear.last["system.place"] == "back office"
        assert isinstance(ear.last["system.uptime"], int)
        first = ear.surveys[-1]
        await driver.survey("box")
        assert {one.name for one in ear.surveys[-1].measures} == {one.name for one in first.measures}
        with pytest.raises(Refused):
            await driver.cycle_power("box", 1)
    finally:
        await driver.stop()
