"""When the radio is opened again, and what the log is told."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.ble.scanning import (
    LONGEST_REST,
    Action,
    Event,
    Failed,
    Listen,
    Lost,
    Open,
    Opened,
    Rest,
    Rested,
    Scanning,
    Silent,
    step,
)


def run(*events: Event) -> tuple[list[Action], list[str]]:
    state, actions, notes = Scanning(), [], []
    for event in events:
        state, action, note = step(state, event)
        actions.append(action)
        notes += [note] if note else []
    return actions, notes


def test_a_loss_is_told_once_and_the_recovery_once() -> None:
    actions, notes = run(Opened(), Lost("unplugged"), Rested(), Failed("gone"), Rested(), Opened(), Silent(), Opened())
    assert actions == [Listen(), Rest(0.5), Open(), Rest(1.0), Open(), Listen(), Open(), Listen()]
    assert len(notes) == 2
    assert "unplugged" in notes[0]
    assert "back" in notes[1]


def test_silence_reopens_without_a_word() -> None:
    assert run(Opened(), Silent(), Opened()) == ([Listen(), Open(), Listen()], [])


@given(st.lists(st.sampled_from((Failed("x"), Lost("x"), Rested())), max_size=100))
def test_rests_grow_but_never_beyond_the_longest(events: list[Event]) -> None:
    actions, notes = run(*events)
    rests = [action.seconds for action in actions if isinstance(action, Rest)]
    assert rests == sorted(rests)
    assert all(0 < rest <= LONGEST_REST for rest in rests)
    assert len(notes) <= 1
