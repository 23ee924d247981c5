"""The pure half: whatever rows a device sends, nothing raises, and nothing is made up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.snmp import gear, hanging, interfaces
from drivers.snmp.options import SnmpOptions
from drivers.snmp.rows import Oid, Rows, Value
from drivers.snmp.survey import TABLES, read

COLUMNS = [column for columns in TABLES.values() for column in columns] + list(gear.UPS_SINGLE)
index = st.lists(st.integers(0, 2**32 - 1), max_size=8).map(tuple)
value = st.one_of(st.integers(-(2**63), 2**64), st.binary(max_size=40), index)
rows = st.dictionaries(
    st.tuples(st.sampled_from(COLUMNS), index).map(lambda pair: pair[0] + pair[1]), value, max_size=40
)


@given(rows)
@settings(max_examples=150)
def test_any_rows_are_read(found: dict[Oid, Value]) -> None:
    tables = {name: Rows(dict(found)) for name in TABLES}
    for one in read(Rows(dict(found)), tables):
        assert isinstance(one.value, int) or len(one.value) <= 200
        assert str(one.value).isprintable()
    for neighbour in hanging.read_neighbours(Rows(dict(found)), Rows(dict(found)), Rows(dict(found))):
        assert neighbour.mac or neighbour.name


@pytest.mark.parametrize(
    ("octets", "faults"),
    [(b"", ()), (b"\x00", ()), (b"\x40", ("no paper",)), (b"\x04", ("jammed",)), (b"\x08", ("door open",)),
     (b"\x80\x00", ("low paper",)), (b"\x00\x04", ("input tray empty",)), (b"\xff\xff\xff", gear.FAULTS)],
)  # fmt: skip
def test_the_first_bit_is_the_most_significant(octets: bytes, faults: tuple[str, ...]) -> None:
    assert gear.printer_faults(octets) == faults


@pytest.mark.parametrize(
    ("figure", "scale", "digits", "milli"),
    [(31, 9, 1, 3_100), (-183, 9, 1, -18_300), (4, 9, 0, 4_000), (4_250, 8, 0, 4_250), (21, 9, -1, 21_000),
     (1, 10, 0, 1_000_000), (12_345, 8, 1, 1_234)],
)  # fmt: skip
def test_sensor_scale_and_precision(figure: int, scale: int, digits: int, milli: int) -> None:
    assert gear.thousandths(figure, scale, digits) == milli


@given(st.integers(-(2**31), 2**31 - 1), st.integers(-5, 40), st.integers(-8, 9))
def test_no_sensor_figure_is_out_of_bounds(figure: int, scale: int, digits: int) -> None:
    assert abs(gear.thousandths(figure, scale, digits)) <= gear.FAR


def test_lldp_names_the_interface_where_its_own_number_does_not() -> None:
    """Port 7 of LLDP is interface 10107, by its name."""
    names = Rows({(*interfaces.NAME, 10_107): b"Gi1/0/7"})
    lldp = Rows({
        (*hanging.LOCAL_KIND, 7): 5, (*hanging.LOCAL_ID, 7): b"Gi1/0/7",
        (*hanging.CHASSIS_KIND, 0, 7, 1): 4, (*hanging.CHASSIS, 0, 7, 1): bytes.fromhex("aabbcc000001"),
        (*hanging.THEIR_NAME, 0, 7, 1): b"door-camera",
    })  # fmt: skip
    (found,) = hanging.read_neighbours(Rows(), lldp, names)
    assert (found.port, found.mac, found.name) == (10_107, "aa:bb:cc:00:00:01", "door-camera")


def test_the_bridge_counts_ports_in_its_own_way() -> None:
    bridge = Rows({
        (*interfaces.BASE_PORT, 7): 10_107,
        (*hanging.VLAN_FDB, 20, 0xAA, 0xBB, 0xCC, 0, 0, 1): 7,
        (*hanging.VLAN_FDB, 20, 0xAA, 0xBB, 0xCC, 0, 0, 2): 0,
    })  # fmt: skip
    (found,) = hanging.read_neighbours(bridge, Rows(), Rows())
    assert (found.port, found.mac) == (10_107, "aa:bb:cc:00:00:01")


DEVICE = {"address": "10.0.0.2", "community": "secret-word"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"devices": {"sw-1": {"address": "10.0.0.2"}}}, "either a login"),
        ({"devices": {"sw-1": DEVICE | {"address": "8.8.8.8"}}}, "outside the networks"),
        ({"devices": {"sw-1": DEVICE | {"address": "127.0.0.1"}}}, "machine itself"),
        ({"devices": {"sw-1": DEVICE | {"address": "169.254.169.254"}}}, "machine itself"),
        ({"devices": {"SW 1": DEVICE}}, "match"),
        ({"devices": {"sw-1": DEVICE | {"comunity": "x"}}}, "not permitted"),
    ],
)
def test_bad_options_are_refused_without_a_secret_in_the_words(given: dict[str, object], why: str) -> None:
    from drivers.snmp import SnmpDriver

    with pytest.raises(ValueError, match=why) as error:
        SnmpDriver(given)
    assert "secret-word" not in str(error.value)


def test_secrets_are_not_in_what_is_printed() -> None:
    read = SnmpOptions.model_validate({"devices": {"sw-1": DEVICE}})
    assert "secret-word" not in repr(read)
