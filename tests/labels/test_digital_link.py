import pytest
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.item import check_digit
from edge.labels import digital_link

items = st.text("0123456789", min_size=13, max_size=13).map(lambda body: body + check_digit(body))
parts = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?", fullmatch=True)
hosts = st.lists(parts, min_size=1, max_size=4).map(".".join)
versions = st.integers(0, digital_link.MAX_VERSION)


@given(hosts, items, versions)
def test_what_is_made_is_read_back(host: str, item: str, version: int) -> None:
    link = digital_link.make(host, item, version)
    assert digital_link.parse(link) == (item, version)
    assert digital_link.parse(link.lower()) == (item, version)


@given(hosts, items, versions, st.from_regex(r"[0-9A-Z]{4}", fullmatch=True))
def test_the_tag_of_a_label_travels_along(host: str, item: str, version: int, tag: str) -> None:
    link = digital_link.make(host, item, version, tag)
    for text in (link, link.lower()):
        assert digital_link.of_shop(text, host) == digital_link.Link(item, version, tag)
        assert digital_link.parse(text) == (item, version)
    assert digital_link.of_shop(link, host + ".elsewhere") is None
    assert [each.value for each in GS1DigitalLinkURI.parse(link).element_strings] == [item]


@given(st.text(), st.text(max_size=20))
def test_anything_else_is_no_link_of_the_shop(text: str, domain: str) -> None:
    assert digital_link.of_shop(text, domain) is None


def test_tags_follow_from_the_device_and_seldom_meet() -> None:
    tags = [digital_link.tag_of(f"ble-{number:012x}") for number in range(2_000)]
    assert digital_link.tag_of("ble-000000000000") == tags[0]
    assert all(digital_link.make("a.b", "03850334043641", 1, tag) for tag in tags[:50])
    assert len(set(tags)) >= 1_990
    with pytest.raises(ValueError, match="tag"):
        digital_link.make("a.b", "03850334043641", 1, "k3f2")


@given(items, versions)
def test_a_gs1_parser_finds_the_item(item: str, version: int) -> None:
    link = GS1DigitalLinkURI.parse(digital_link.make("id.shop.example", item, version))
    assert [(each.ai.ai, each.value) for each in link.element_strings] == [("01", item)]


@given(st.text())
def test_anything_else_is_refused_or_is_a_link(text: str) -> None:
    try:
        item, version = digital_link.parse(text)
    except ValueError:
        return
    assert digital_link.parse(digital_link.make("a.b", item, version)) == (item, version)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "HTTPS://A.B/01/03850334043642?V=1",  # check digit
        "HTTPS://A.B/01/03850334043641",
        "HTTPS://A.B/01/03850334043641?V=01",
        "HTTPS://A.B/01/03850334043641?V=9999999999999999",
        "HTTPS://A.B/01/03850334043641?V=1\n",
        "HTTPS://A.B/01/٠٣٨٥٠٣٣٤٠٤٣٦٤١?V=1",
    ],
)
def test_a_broken_link_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match=r"link|check digit|version"):
        digital_link.parse(link)


@pytest.mark.parametrize("domain", ["", "a b", "a/b", "ä.example", "-a.example", "a..b", "a?x", "x" * 101])
def test_a_domain_that_is_none_is_refused(domain: str) -> None:
    with pytest.raises(ValueError, match="host name"):
        digital_link.make(domain, "03850334043641", 1)


@pytest.mark.parametrize("version", [-1, 2**53 + 1])
def test_a_version_out_of_range_is_refused(version: int) -> None:
    with pytest.raises(ValueError, match="version"):
        digital_link.make("a.b", "03850334043641", version)


@pytest.mark.parametrize("item", ["3850334043641", "03850334043642", "0385033404364x"])
def test_an_item_that_is_no_gtin_14_is_refused(item: str) -> None:
    with pytest.raises(ValueError, match=r"GTIN-14|barcode|check digit"):
        digital_link.make("a.b", item, 1)
