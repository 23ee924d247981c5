"""A reason in the reader's language, with amounts written as the shop writes them."""

from collections.abc import Callable

from cloud_sync.contract.reasons import AMOUNTS, read
from cloud_sync.pages.i18n import Words
from cloud_sync.pages.phrasebook import said_in


def in_words(why: str, t: Words, money: Callable[[int], str]) -> str:
    """A reason of `cloud_sync.contract.reasons` as a sentence of the catalogue; any other as far as it is known."""
    reason = read(why)
    if reason is None:
        return said_in(t.language, why)
    values = {
        name: money(int(value)) if name in AMOUNTS and value.isascii() and value.isdigit() else value
        for name, value in reason.values.items()
    }
    if "why" in values:  # a reason within a reason
        values["why"] = in_words(values["why"], t, money)
    return t(f"why.{reason.code}", **values)
