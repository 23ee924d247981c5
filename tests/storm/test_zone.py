"""The zone of the storm's shop: what the judge says of its wall times, and what the store reckons, agree."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from edge.clock.calendar import instants
from simulators.storm.schedule import DAY, MINUTE
from simulators.storm.world import OPENING
from simulators.storm.zone import BACK, FORWARD, ShopZone, not_before, wall_text


@given(st.integers(-120 * MINUTE // 1000, (DAY + 120 * MINUTE) // 1000))
def test_a_wall_time_that_is_shown_is_read_as_the_moments_that_show_it(seconds: int) -> None:
    at = OPENING + seconds * 1000
    wall = wall_text(at)
    found = instants(datetime.fromisoformat(wall), ShopZone())
    assert at in (found.earlier, found.later)
    assert not_before(wall) == found.later
    assert datetime.fromtimestamp(at // 1000, UTC).astimezone(ShopZone()).timestamp() * 1000 == at


def test_the_clocks_go_forward_and_back() -> None:
    assert wall_text(FORWARD)[11:13] != wall_text(FORWARD - 1000)[11:13]
    missing = wall_text(FORWARD - 1000)[:11] + f"{int(wall_text(FORWARD - 1000)[11:13]) + 1:02}:30:00"
    assert not_before(missing) <= instants(datetime.fromisoformat(missing), ShopZone()).later
    assert wall_text(BACK - 1000) == wall_text(BACK + 60 * MINUTE - 1000)
