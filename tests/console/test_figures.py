"""Money and counts as the shop's country writes them."""

import pytest

from edge.console.figures import Figures


@pytest.mark.parametrize(
    ("locale", "currency", "minor", "text"),
    [
        ("hr", "EUR", 1_234_567, "12.345,67\u00a0€"),
        ("en-GB", "GBP", 1_234_567, "£12,345.67"),
        ("zh-CN", "CNY", 990, "¥9.90"),
        ("fr", "EUR", 1_234_567, "12\u202f345,67\u00a0€"),
        ("ja", "JPY", 1_280, "¥1,280"),
        ("en", "CHF", -5, "−0.05\u00a0CHF"),
        ("hr", "EUR", None, "–"),
    ],
)
def test_money(locale: str, currency: str, minor: int | None, text: str) -> None:
    assert Figures(locale, currency).money(minor) == text


def test_sizes_are_short() -> None:
    assert [Figures("en", "EUR").size(size) for size in (0, 1_234, 421_000, 268_435_456)] == [
        "0.0\u00a0kB", "1.2\u00a0kB", "0.4\u00a0MB", "268.4\u00a0MB",
    ]  # fmt: skip
