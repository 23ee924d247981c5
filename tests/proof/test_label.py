"""What a label may have shown: sets that grow until its word, or a reading, ends the doubt."""

from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.proof.facts import RESTORED, Clock, Proof, Row, Step
from edge.proof.label import label_timeline
from edge.proof.plain import plain_answer
from edge.proof.timeline import Timeline
from edge.proof.words import say_story
from tests.proof.rows import ITEM, OTHER, Book, spelled


def past(book: Book, clock: Clock | None = None) -> Timeline:
    return label_timeline("label-1", book.rows, clock)


def test_an_answer_is_an_interval_with_its_evidence() -> None:
    book = Book().bound().sent(7, 129).sending(7).shown(7).sent(8, 149).sending(8).shown(8)
    line = past(book)
    assert spelled(line) == ["?", "?", "7 or ?", "7", "7 or 8", "8"]
    answer = line.at(55_000)
    assert [(face.version, face.minor, face.pixels) for face in answer.look.faces] == [(7, 129, "p7"), (8, 149, "p8")]
    assert answer.look.faces[0].proofs == (Proof.SENT, Proof.SENDING, Proof.REPORTED)
    assert not answer.certain
    after = line.at(75_000)
    assert after.certain
    assert [(one.proof, one.seq, one.hash) for one in after.look.faces[0].evidence] == [
        (Proof.SENT, 5, f"{5:064x}"), (Proof.SENDING, 6, f"{6:064x}"), (Proof.REPORTED, 7, f"{7:064x}"),
    ]  # fmt: skip
    assert [(span.start, span.end) for span in line.story(55_000)] == [
        (40_000, 50_000),
        (50_000, 70_000),
        (70_000, None),
    ]


def test_lost_words_let_the_set_grow_until_one_is_heard() -> None:
    assert spelled(past(Book().bound().sent(1).shown(1).sent(2).sent(3).sent(4).shown(4))) == [
        "?", "?", "1 or ?", "1", "1 or 2", "1 or 2 or 3", "1 or 2 or 3 or 4", "4",
    ]  # fmt: skip


def test_a_word_about_an_older_picture_keeps_what_was_sent_after_it() -> None:
    assert spelled(past(Book().bound().sent(1).shown(1).sent(2).sent(3).shown(2)))[-1] == "2 or 3"
    assert spelled(past(Book().bound().sent(1).shown(1).sent(2).shown(2).shown(1)))[-1] == "1 or 2"


def test_a_label_bound_anew_shows_its_old_item_until_it_says_otherwise() -> None:
    book = Book().bound().sent(1).shown(1).bound(OTHER).sent(5, item=OTHER).shown(5, item=OTHER)
    assert spelled(past(book)) == ["?", "?", "1 or ?", "1", "1", "1 or 5*", "5*"]


def test_a_label_bound_back_may_be_sent_its_old_picture_again_without_a_row() -> None:
    """The engine sends it anew as it is: what was on its way for the other item does not end the doubt."""
    book = Book().bound().sent(1).shown(1).bound(OTHER).sent(5, item=OTHER).bound().shown(5, item=OTHER)
    assert spelled(past(book))[-1] == "5* or 1"


def test_a_retired_label_is_away_and_comes_back_unknown() -> None:
    book = Book().bound().sent(1).shown(1).add("device.retired", by="ana", why="broken").bound().sent(1).shown(1)
    assert spelled(past(book))[3:] == ["1", "-", "?", "1 or ?", "1"]


def test_a_reading_confirms() -> None:
    line = past(Book().bound().sent(1).shown(1).sent(2).read(2))
    assert spelled(line)[-1] == "2"
    assert line.at(10**9).look.faces[0].proofs == (Proof.SENT, Proof.READ)


def test_a_reading_that_contradicts_puts_the_labels_word_in_doubt_back_to_when_it_was_last_sure() -> None:
    line = past(Book().bound().sent(1).shown(1).sent(2).shown(2).sent(3).shown(3).read(1))
    assert spelled(line) == ["?", "?", "1 or ?", "1", "1 or 2", "1 or 2 or 3", "1 or 3"]
    assert not line.at(65_000).certain
    assert line.at(35_000).certain


def test_a_reading_of_another_item_is_doubted_back_to_the_binding() -> None:
    line = past(Book().bound().sent(1).shown(1).read(9, item=OTHER))
    assert "9*" in spelled(line)[-1]
    assert "1" in spelled(line)[-1]


def test_at_the_very_millisecond_of_a_change_both_answers_stand() -> None:
    line = past(Book().bound().sent(1).shown(1).sent(2).shown(2))
    assert {face.version for face in line.at(50_000).look.faces} == {1, 2}


def test_a_clock_set_back_makes_one_time_have_two_answers() -> None:
    """Rows 1–3 at 10–30 s; the clock goes on to 100 s, is set back to 20 s, and version 2 comes."""
    book = Book().bound().sent(1).shown(1).sent(2, at=25_000).shown(2, at=40_000)
    line = past(book, Clock(0, (Step(4, before=100_000, after=20_000, quiet=5_000),)))
    assert [face.version for face in line.at(35_000).look.faces] == [1, 2]
    assert line.at(35_000).doubtful_clock
    assert [face.version for face in line.at(90_000).look.faces] == [1, 2]  # it showed 90 s before it was set back
    assert [face.version for face in line.at(200_000).look.faces] == [2]


def test_a_step_back_that_nobody_noted_widens_around_both_times() -> None:
    line = past(Book().bound(at=100_000).sent(1, at=200_000).shown(1, at=150_000))
    assert line.at(200_500).look.unknown
    assert line.at(149_500).look.unknown
    assert line.at(10**6).certain


def test_what_happened_after_a_backup_was_made_is_lost_with_the_disk() -> None:
    """The copy ends at 30 s; the gateway goes on from it at 90 s, and takes every device out of service."""
    book = Book().bound().sent(1).shown(1).add(RESTORED, at=30_000).add("device.retired", at=90_000, by="x", why="y")
    line = past(book)
    assert line.at(25_000).look.unknown
    assert [face.version for face in line.at(60_000).look.faces] == [1]
    assert line.at(60_000).look.unknown
    assert line.at(60_000).look.lost
    assert line.at(100_000).look.away


events = st.lists(
    st.tuples(
        st.sampled_from(["bound", "sent", "sending", "shown", "read", "retired", "noise"]),
        st.integers(1, 5),
        st.sampled_from([ITEM, OTHER]),
        st.integers(-5_000, 20_000),
    ),
    max_size=30,
)


def booked(happened: list[tuple[str, int, str, int]]) -> list[Row]:
    book, at = Book(), 100_000
    for kind, version, item, passed in happened:
        at += passed
        match kind:
            case "bound":
                book.bound(item, at=at)
            case "sent":
                book.sent(version, version * 10, item, at=at)
            case "retired":
                book.add("device.retired", at=at, by="ana", why="x")
            case "noise":
                book.add("device.state", at=at, state="lost")
            case _:
                getattr(book, kind)(version, item, at=at)
    return book.rows


@given(events)
@settings(max_examples=60, deadline=None)
def test_whatever_the_rows_say_each_follows_from_the_one_before(happened: list[tuple[str, int, str, int]]) -> None:
    rows = booked(happened)
    line = label_timeline("label-1", rows)
    assert line.spans[0].first == 0
    assert line.spans[-1].last is None
    for before, after in zip(line.spans, line.spans[1:], strict=False):
        assert before.last == after.first  # no row between two spans, none left out
        assert before.look.keys != after.look.keys or before.look.bound != after.look.bound
    for row in rows:
        answer = line.at(row.at)
        assert answer.spans, "a time at which a row was written has an answer"
        if row.kind in ("label.sent", "label.sending", "label.shown", "label.read"):
            assert (row.body["item"], row.body["version"]) in [face.key for face in answer.look.faces]
    for span in line.spans:
        assert len({face.key for face in span.look.faces}) == len(span.look.faces)
        assert all(window.start is None or window.end is None or window.start <= window.end for window in span.windows)


@given(events, st.integers(0, 400_000), st.integers(0, 50_000))
@settings(max_examples=100, deadline=None)
def test_a_longer_time_allows_whatever_each_part_of_it_does(
    happened: list[tuple[str, int, str, int]], start: int, width: int
) -> None:
    line = label_timeline("label-1", booked(happened))
    whole = {face.key for face in line.between(start, start + width).look.faces}
    for part in (start, start + width // 2, start + width):
        assert {face.key for face in line.at(part).look.faces} <= whole


def test_a_cover_is_part_of_the_answer_with_who_and_since_when() -> None:
    book = (
        Book().bound().sent(1).shown(1).add("label.covered", by="ana").sent(2).shown(2).add("label.uncovered", by="bo")
    )
    line = past(book)
    covers = [(span.look.covered.by, span.look.covered.at) if span.look.covered else None for span in line.spans]
    assert spelled(line) == ["?", "?", "1 or ?", "1", "1", "1 or 2", "2", "2"]
    assert covers == [None, None, None, None, ("ana", 40_000), ("ana", 40_000), ("ana", 40_000), None]
    words = say_story(line.story(45_000), lambda minor: str(minor), ZoneInfo("UTC"), 45_000)
    assert "covered since 00:00:40 by ana" in words
    assert plain_answer(line, 45_000)["covered"] == {"by": "ana", "at": 40_000, "row": 4}
