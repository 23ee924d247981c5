"""The parts that every console shares: words, amounts, colours, and the guard against other sites."""

import re
from pathlib import Path

import pytest
from starlette.requests import Request

from cloud_sync.hq.pages import catalogue
from cloud_sync.pages.format import ago, money
from cloud_sync.pages.i18n import COOKIE, Catalogue
from cloud_sync.pages.theme import BRAND, LOOKS, State, contrast

PACKAGES = Path(__file__).parents[2] / "cloud_sync"
KEY = re.compile(r"""\bt\(\s*f?["']([a-z0-9.{}_-]+)["']""")


def test_every_language_has_every_message_with_the_same_holes() -> None:
    words = catalogue()
    assert set(words.languages) >= {"en", "zh"}
    assert words.missing() == []


def test_every_key_that_a_page_asks_for_is_in_the_catalogue() -> None:
    messages = catalogue().languages["en"]
    files = [*(PACKAGES / "pages").glob("*.py"), *(PACKAGES / "hq" / "pages").glob("*.py")]
    asked = {key for file in files for key in KEY.findall(file.read_text(encoding="utf-8"))}
    assert len(asked) > 30
    for key in asked:
        pattern = re.compile(re.sub(r"\\{.*?\\}", r"[a-z-]+", re.escape(key)))
        assert any(pattern.fullmatch(known) for known in messages), key
    assert all(look.word in messages for look in LOOKS.values())


def test_a_missing_or_differing_message_is_found() -> None:
    broken = Catalogue({"en": {"a": "{n} x", "b": "y"}, "zh": {"a": "x"}})
    assert broken.missing() == ["zh: a", "zh: b"]
    assert broken.words("zh")("b") == "y"


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [("zh", "en", "zh"), ("", "zh-CN,en;q=0.5", "zh"), ("xx", "de, fr", "en"), ("", "", "en"), ("../etc", "*", "en")],
)
def test_the_language_of_a_browser(cookie: str, accept: str, language: str) -> None:
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode()), (b"accept-language", accept.encode())]
    request = Request({"type": "http", "headers": headers})
    assert catalogue().of_request(request).language == language


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1234567, "EUR", "€12,345.67"), (5, "EUR", "€0.05"), (-150, "USD", "−$1.50"), (1200, "JPY", "¥1,200"),
     (1234, "KWD", "1.234 KWD"), (0, "HUF", "0.00 HUF")],
)  # fmt: skip
def test_money(minor: int, currency: str, text: str) -> None:
    assert money(minor, currency) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [(0, "just now"), (-5000, "just now"), (7_000, "7 s ago"), (180_000, "3 min ago"), (7_200_000, "2 h ago"),
     (3 * 86_400_000, "3 d ago")],
)  # fmt: skip
def test_how_long_ago(passed: int, text: str) -> None:
    t = catalogue().words("en")
    assert ago(10**12 - passed, 10**12, t) == text
    assert ago(None, 10**12, t) == "never"


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_read(state: State) -> None:
    look = LOOKS[state]
    assert contrast(look.ink, look.paper) >= 4.5
    assert contrast(look.ink, "#ffffff") >= 4.5
    assert contrast(BRAND, "#ffffff") >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
