"""The pure decisions: reboot or wrap, whose turn it is, what hangs where, where the power comes from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import Measure, Neighbour, Survey
from edge.network.continuity import TICKS, Continuity, judge, per_second
from edge.network.rates import reckon
from edge.network.schedule import Schedule, Verdict
from edge.network.supply import Power, Supply, read_supply, worst
from edge.network.topology import Spot, where, wire

MINUTE = 60_000


@pytest.mark.parametrize(
    ("before", "after", "elapsed", "verdict"),
    [
        (100_000, 106_000, MINUTE, Continuity.SAME),
        (100_000, 106_150, MINUTE, Continuity.SAME),  # its clock is a little fast
        (100_000, 99_990, 0, Continuity.SAME),  # asked twice at once
        (TICKS - 3_000, 3_000, MINUTE, Continuity.WRAPPED),
        (TICKS - 1, 5_999, MINUTE, Continuity.WRAPPED),
        (100_000, 500, MINUTE, Continuity.REBOOTED),
        (TICKS - 3_000, 500, 10 * MINUTE, Continuity.REBOOTED),  # the wrap would have brought it further
        (1_000, 5_000, 10 * MINUTE, Continuity.REBOOTED),  # the figure rose, and still it started anew
        (100_000_000, 2_000, 3_600_000, Continuity.REBOOTED),
        (100_000, 90_000, MINUTE, Continuity.JUMPED),  # another device at this address
        (100_000, 900_000, MINUTE, Continuity.JUMPED),
    ],
)
def test_a_reboot_is_told_from_a_wrap(before: int, after: int, elapsed: int, verdict: Continuity) -> None:
    assert judge(before, after, elapsed) is verdict


@given(st.integers(0, TICKS - 1), st.integers(0, 30 * 86_400_000), st.integers(-15, 15))
def test_time_alone_is_never_a_reboot(before: int, elapsed: int, per_mille: int) -> None:
    drifted = elapsed + elapsed * per_mille // 1000
    assert judge(before, (before + drifted // 10) % TICKS, elapsed).unbroken


@given(st.integers(20_000, TICKS - 1), st.integers(10_000, 86_400_000), st.data())
def test_a_start_within_the_wait_is_a_reboot(before: int, elapsed: int, data: st.DataObject) -> None:
    up = data.draw(st.integers(0, elapsed // 10))
    expected = (before + elapsed // 10) % TICKS
    off = (up - expected) % TICKS
    if min(off, TICKS - off) > (3_000 + elapsed * 20 // 1000) // 10:
        assert judge(before, up, elapsed) is Continuity.REBOOTED


GIGABIT = 125_000_000


@pytest.mark.parametrize(
    ("before", "after", "bits", "rate"),
    [
        (0, 60_000, 64, 1_000),
        ((1 << 64) - 30_000, 30_000, 64, 1_000),
        (10**12, 0, 64, None),  # set back: no rate rather than a wrong one
        (5, 5, 64, 0),
        (0, 60_000, 32, None),  # a gigabit port wraps 32 bits within a minute: nobody can tell
    ],
)
def test_rates(before: int, after: int, bits: int, rate: int | None) -> None:
    assert per_second(before, after, bits, MINUTE, GIGABIT) == rate


def test_a_slow_port_may_count_in_32_bits() -> None:
    assert per_second((1 << 32) - 60_000, 0, 32, MINUTE, GIGABIT // 100) == 1_000


@given(st.integers(0, 2**64 - 1), st.integers(0, GIGABIT * 60), st.sampled_from([32, 64]))
def test_a_rate_is_right_or_not_given(before: int, grown: int, bits: int) -> None:
    start = before % (1 << bits)
    found = per_second(start, (start + grown) % (1 << bits), bits, MINUTE, GIGABIT)
    assert found is None or found == grown // 60


def at(steady: int, uptime: int, octets: int) -> Survey:
    measures = (
        Measure("system.uptime", uptime, "cs", 32), Measure("port.1.speed", 1_000, "Mbit/s"),
        Measure("port.1.in", octets, "octets", 64),
    )  # fmt: skip
    return Survey("sw-1", 0, steady, measures)


def test_a_reboot_gives_no_rate() -> None:
    named = {one.name: one.value for one in reckon(at(0, 100_000, 0), at(MINUTE, 106_000, 60_000)).measures}
    assert named["port.1.in-rate"] == 8_000
    after = reckon(at(0, 100_000, 0), at(MINUTE, 1_000, 60_000))
    assert after.continuity is Continuity.REBOOTED
    assert not [one for one in after.measures if one.name.endswith("-rate")]
    assert not [one for one in reckon(None, at(0, 0, 5)).measures if one.name == "port.1.in"]


def test_down_after_two_misses_and_up_after_one_answer() -> None:
    turns = Schedule(MINUTE, 8, 5_000)
    turns.join(["a"], 0)

    def poll(answered: bool) -> Verdict:
        now = turns.turns["a"].due
        assert turns.next(now) == ["a"]
        return turns.ended("a", answered=answered)

    said = [poll(answered) for answered in (True, True, False, True, False, False, False, True)]
    up, still, missed, down = Verdict.UP, Verdict.STILL_UP, Verdict.MISSED, Verdict.DOWN
    assert said == [up, still, missed, still, missed, down, Verdict.STILL_DOWN, up]


def test_hints_are_heard_but_not_more_often_than_the_gap() -> None:
    turns = Schedule(MINUTE, 8, 5_000)
    turns.join(["a"], 0)
    assert turns.next(0) == ["a"]
    turns.ended("a", answered=True)
    for now in range(100, 1_000, 100):
        turns.hint("a", now)
        assert turns.next(now) == []
    assert turns.next(5_000) == ["a"]
    turns.hint("nobody", 5_000)


@given(
    st.integers(1, 60), st.integers(1, 10), st.sets(st.integers(0, 59), max_size=20), st.integers(0, 2**32)
)  # fmt: skip
@settings(max_examples=40)
def test_whatever_hangs_everybody_else_keeps_the_beat(count: int, at_once: int, stuck: set[int], start: int) -> None:
    """Those that hang take 8 s of a place each; the others are still asked once a minute, as long as places last."""
    turns = Schedule(MINUTE, at_once, 5_000)
    names = [f"d{n:02}" for n in range(count)]
    slow = {f"d{n:02}" for n in stuck} if len(stuck) * 8 < at_once * 45 else set()
    turns.join(names, start)
    asked: dict[str, list[int]] = {name: [] for name in names}
    ends: list[tuple[int, str]] = []
    for now in range(start, start + 5 * MINUTE, 250):
        for _, name in [one for one in ends if one[0] <= now]:
            turns.ended(name, answered=name not in slow)
        ends = [one for one in ends if one[0] > now]
        chosen = turns.next(now)
        assert sum(turn.busy for turn in turns.turns.values()) <= at_once
        for name in chosen:
            asked[name].append(now)
            ends.append((now + (8_000 if name in slow else 250), name))
    assert all(4 <= len(times) <= 6 for times in asked.values())


def test_a_camera_is_found_behind_its_port_not_behind_the_uplink() -> None:
    camera, till = "aa:00:00:00:00:01", "aa:00:00:00:00:02"
    seen = [
        ("access", Neighbour(7, mac=camera)), ("access", Neighbour(8, mac=till)),
        ("core", Neighbour(1, mac=camera)), ("core", Neighbour(1, mac=till)),
        ("core", Neighbour(1, name="ACCESS", port_there="24")), ("access", Neighbour(24, name="core", port_there="1")),
        ("access", Neighbour(24, mac="aa:00:00:00:00:99")),
    ]  # fmt: skip
    wiring = wire(seen, {"core", "access"})
    assert where(wiring, camera) == Spot("access", 7, "forwarding")
    assert where(wire(seen, set()), camera) == Spot("access", 7, "forwarding")  # fewest others, even without names
    assert where(wiring, "aa:00:00:00:00:55") is None


def test_a_device_that_introduces_itself_is_believed_and_two_claims_are_not() -> None:
    seen = [("access", Neighbour(3, mac="aa:00:00:00:00:01", name="door-camera", port_there="eth0"))]
    assert where(wire(seen, set()), "aa:00:00:00:00:01") == Spot("access", 3, "lldp")
    assert where(wire(seen, set()), "", "Door-Camera") == Spot("access", 3, "lldp")
    twice = [("a", Neighbour(1, mac="aa:00:00:00:00:02")), ("b", Neighbour(1, mac="aa:00:00:00:00:02"))]
    assert where(wire(twice, set()), "aa:00:00:00:00:02") is None


macs = st.sampled_from([f"aa:00:00:00:00:{n:02x}" for n in range(6)])
neighbours = st.builds(Neighbour, st.integers(1, 4), st.one_of(macs, st.just("")), st.sampled_from(["", "sw1", "cam"]))


@given(st.lists(st.tuples(st.sampled_from(["sw1", "sw2"]), neighbours), max_size=20), macs)
def test_a_spot_is_a_port_at_which_the_device_was_seen(seen: list[tuple[str, Neighbour]], mac: str) -> None:
    spot = where(wire(seen, {"sw1", "sw2"}), mac, "cam")
    if spot is not None:
        assert any(
            (switch, one.port) == (spot.switch, spot.port) and (one.mac == mac or one.name == "cam")
            for switch, one in seen
        )


@pytest.mark.parametrize(
    ("said", "supply"),
    [
        ({"ups.source": "mains", "ups.minutes": 2}, Supply(Power.MAINS, 2)),
        ({"ups.source": "battery", "ups.minutes": 38, "ups.charge": 96}, Supply(Power.BATTERY, 38, 96)),
        ({"ups.source": "battery", "ups.minutes": 5}, Supply(Power.LOW, 5)),
        ({"ups.source": "battery", "ups.battery": "depleted"}, Supply(Power.LOW)),
        ({"ups.source": "booster"}, Supply(Power.MAINS)),
        ({"ups.source": "unknown"}, None),
        ({"ups.charge": 3}, None),
        ({"system.name": "switch"}, None),
    ],
)
def test_where_the_power_comes_from(said: dict[str, int | str], supply: Supply | None) -> None:
    assert read_supply([Measure(name, value) for name, value in said.items()]) == supply


def test_one_supply_on_battery_is_enough() -> None:
    assert worst({}) is Power.MAINS
    assert worst({"a": Power.MAINS, "b": Power.BATTERY}) is Power.BATTERY
    assert worst({"a": Power.LOW, "b": Power.BATTERY, "c": Power.MAINS}) is Power.LOW
