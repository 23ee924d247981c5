"""Section [law]: what the documentation shows can be set, and what it means."""

import re
import tomllib
from pathlib import Path

import pytest

from edge.config import Config, ConfigError, read_config
from edge.law.config import LawConfig
from edge.law.settings import Action, Basis, Law, chinese, european

GUIDE = Path(__file__).parents[2] / "docs" / "law.md"
SHOP = '[shop]\nid = "0204"\n'


def test_the_settings_in_the_guide_are_settings() -> None:
    found = re.search(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    law = Config.model_validate({"shop": {"id": "0204"}} | tomllib.loads(found[1])).law
    assert law.digit_rule() is not None
    assert law.rules("hr").words.hit("Wunderbar")


def test_the_jurisdictions() -> None:
    assert LawConfig().rules("de") == Law(european())
    assert LawConfig(jurisdiction="cn").rules("de") == Law(chinese())
    for nowhere in ("us", "none"):
        assert LawConfig.model_validate({"jurisdiction": nowhere}).rules("de").reductions is None
    assert LawConfig().digit_rule() is None


def test_what_is_set_replaces_the_jurisdictions_own() -> None:
    rule = LawConfig(jurisdiction="cn", days=14, basis=Basis.OFFERED, raise_before_cut_days=0).rules("de").reductions
    assert rule is not None
    assert (rule.days, rule.basis, rule.raise_days) == (14, Basis.OFFERED, 0)
    assert LawConfig.model_validate({"unit_price": "hold"}).rules("de").unit_price is Action.HOLD


@pytest.mark.parametrize(
    "line", ['jurisdiction = "mars"', "day = 7", 'perishables = ["x"]', 'words = ["fr"]', "days = 0"]
)
def test_a_wrong_setting_names_its_key(tmp_path: Path, line: str) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(f"{SHOP}[law]\n{line}\n")
    with pytest.raises(ConfigError, match=rf"gateway\.toml: law\.{line.split(' ')[0]}"):
        read_config(file)
