"""The gateway's configuration, as an operator would write it."""

from pathlib import Path

from simulators.camera.clip import ClipTruth
from simulators.demo.line import Line
from simulators.demo.ports import free_port, usual_port
from simulators.demo.setting import Setting
from simulators.demo.shop import Shop

LEASE_SECONDS = 30


def write_config(folder: Path, store: str, line: Line, shop: Shop, ca_file: Path | None, setting: Setting) -> Path:
    """Write the file; `setting.more` comes last."""
    config = folder / "gateway.toml"
    trust = f'ca_file = "{ca_file}"\n' if ca_file else ""
    config.write_text(f"""
data = "gateway"

[shop]
id = "{store}"
name = "Shop {store}"
currency = "EUR"
locale = "hr"

[console]
port = {usual_port(8080, setting.usual_ports)}

[hq]
url = "https://127.0.0.1:{line.port}"
poll_seconds = 5
{trust}
[prices]
held_after_seconds = 8
grace_seconds = {setting.grace_seconds}
lease_seconds = {LEASE_SECONDS}

[labels]
at_once = 6
silent_after_seconds = 10

[drivers.mqtt]
broker = "{setting.broker}"
port = {free_port()}

[drivers.ble]
backend = "{shop.radio.backend}"
{"" if shop.film is None else _camera("door", shop.film)}
{setting.more}
""")
    return config


def _camera(name: str, film: ClipTruth) -> str:
    (x1, y1), (x2, y2) = film.line
    return f"""
[[cameras]]
id = "{name}"
address = "{film.path}"
line = [[{x1}, {y1}], [{x2}, {y2}]]
"""
