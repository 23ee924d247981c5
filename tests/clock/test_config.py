"""Hours and clock in the gateway's file: what is read, and what a mistake in it says."""

from datetime import date
from pathlib import Path

import pytest

from edge.clock.calendar import CLOSED, Stretch, hours_on, is_open
from edge.config import Config, ConfigError, read_config


def read(folder: Path, text: str) -> Config:
    """A file with these lines after the shop's id."""
    path = folder / "gateway.toml"
    path.write_text(f'[shop]\nid = "0204"\n{text}')
    return read_config(path)


def test_the_hours_of_the_file_are_the_shops_calendar(tmp_path: Path) -> None:
    config = read(tmp_path, '[hours]\nmon = "08:00-20:00"\ndays = { "2026-12-28" = "" }\n[clock]\nstale_days = 2')
    calendar = config.hours.calendar(config.shop.timezone)
    assert hours_on(calendar, date(2026, 12, 21)) == (Stretch(480, 1200),)
    assert hours_on(calendar, date(2026, 12, 28)) == hours_on(calendar, date(2026, 12, 22)) == CLOSED
    assert config.clock.rules().stale_ms == 2 * 86_400_000
    assert is_open(read(tmp_path, "").hours.calendar("UTC"), 0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('timezone = "Europe/Nowhere"', "is no time zone"),
        ('[hours]\nmon = "8 to 20"', "write 08:00-20:00"),
        ('[hours]\ndays = { "2026-12-25" = "" }', "give its hours too"),
        ('[hours]\nmon = "08:00-20:00"\ndays = { "xmas" = "" }', "is no day"),
        ("[clock]\ntolerance_seconds = 0", "clock.tolerance_seconds"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        read(tmp_path, text)
