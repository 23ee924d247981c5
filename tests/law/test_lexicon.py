"""Advertising words: whole words in Latin, phrases in Chinese, and hardly a real name is hit."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.hq.price_csv import read_prices
from edge.law.config import LawConfig
from edge.law.lexicon import Lexicon, read_words

LISTS = Path(__file__).parents[3] / "shared" / "data" / "pricelists"
ALL = read_words(("zh", "hr", "en"))


@pytest.mark.parametrize(
    ("name", "hit"),
    [
        ("国家级 有机大米 5kg", "国家级"),
        ("行内第一品牌酱油", "第一品牌"),
        ("最 佳 风味 绿茶", "最佳"),
        ("顶级龙井 100g", "顶级"),
        ("特级初榨橄榄油 750ml", ""),  # a grade that the standard knows
        ("一级大豆油", ""),
        ("最后的鲜花", ""),
        ("最 爱 面包", ""),
        ("NAJBOLJI SIR 500 g", "NAJBOLJI"),
        ("Najbolje od mora", "Najbolje"),
        ("SALAMICA PIL NAJPOSEB KIDS 350g", ""),
        ("Sok br. 1 u regiji", "br. 1"),
        ("Sok br. 12", ""),
        ("World’s best coffee", "World’s best"),
        ("LIZALICA CHUPA CHUPS THE BEST OF 12G", ""),
        ("RIŽA ZP BEST BUY 800g", ""),
        ("OM ORNEL NO. 1 1.6 L", ""),
        ("Ｎａｊｂｏｌｊｉ kruh", "Najbolji"),
    ],
)
def test_words(name: str, hit: str) -> None:
    assert ALL.hit(name) == hit


def test_no_list_hits_nothing_and_an_unknown_list_is_an_error() -> None:
    assert Lexicon().hit("国家级 najbolji") == ""
    for language in ("fr", "../zh", ""):
        with pytest.raises(ValueError, match="no word list"):
            read_words((language,))


@given(st.text(max_size=30))
def test_a_phrase_is_found_wherever_it_stands(text: str) -> None:
    assert ALL.hit(f"{text} 国家级 {text}")
    assert ALL.hit(f"{text} najbolji {text}")


def test_a_shop_chooses_its_lists() -> None:
    assert LawConfig().rules("zh-CN").words.hit("国家级")
    assert not LawConfig().rules("zh-CN").words.hit("najbolji")
    assert LawConfig().rules("de").words.phrases == ()
    own = LawConfig(words=(), further_words=("wunder*",), allowed_words=()).rules("de").words
    assert own.hit("Wunderbar") == "Wunderbar"
    assert not LawConfig(allowed_words=("国家级",)).rules("zh").words.hit("国家级")


@pytest.mark.parametrize("name", ["0204.csv", "0530.csv", "1601.csv"])
def test_no_real_name_is_hit(name: str) -> None:
    if not LISTS.is_dir():
        pytest.skip("the real price lists are not here")
    names = {landing.row.name for landing in read_prices((LISTS / name).read_bytes()).rows}
    assert [one for one in names if ALL.hit(one)] == []
