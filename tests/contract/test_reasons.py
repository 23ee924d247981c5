"""A reason can be taken apart again, and is the same sentence in the catalogue of every page."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_sync.contract.reasons import AMOUNTS, ENGLISH, read, say
from cloud_sync.pages.i18n import Catalogue
from cloud_sync.pages.reasons import in_words

CATALOGUE = Catalogue.load("cloud_sync.pages")
HOLES = {code: sorted(set(re.findall(r"{(\w+)}", template))) for code, template in ENGLISH.items()}


def money(minor: int) -> str:
    return f"<{minor}>"


@given(st.sampled_from(sorted(ENGLISH)), st.integers(0, 10**12))
@settings(max_examples=150)
def test_a_reason_is_read_as_it_was_said(code: str, number: int) -> None:
    values = {name: str(number + place) for place, name in enumerate(HOLES[code])}
    found = read(say(code, **values))
    assert found is not None
    assert (found.code, found.values) == (code, values)


@given(st.text(max_size=40))
@settings(max_examples=100)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    if read(text) is None:
        assert in_words(text, CATALOGUE.words("en"), money) == text


def test_the_text_begins_with_the_rule() -> None:
    for code in ENGLISH.keys() - {"approved-once", "waiting", "waiting-more", "superseded", "silent", "silent-long"}:
        assert re.match(r"[a-z][a-z -]+: ", ENGLISH[code]), code


@pytest.mark.parametrize("code", ENGLISH)
def test_pages_say_the_same_in_english(code: str) -> None:
    assert CATALOGUE.languages["en"][f"why.{code}"] == ENGLISH[code]


def test_chinese_words_and_amounts_of_the_shop() -> None:
    why = say("was-low", was=1290, low=990, days=30)
    assert in_words(why, CATALOGUE.words("zh"), money) == "原价：<1290> 高于最近 30 天的最低价 <990>"
    assert in_words(why, CATALOGUE.words("en"), money).startswith("was price: <1290> is above <990>")
    assert in_words("waiting for label-2 and 3 more", CATALOGUE.words("zh"), money) == "等待 label-2 和另外 3 台设备"
    assert in_words("the till says so", CATALOGUE.words("zh"), money) == "the till says so"
    assert {"was", "low"} <= AMOUNTS
