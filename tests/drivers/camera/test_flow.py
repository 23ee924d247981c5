"""A camera's pictures are decoded as fast as anybody looks; what no camera sends is a flood."""

from drivers.camera.flow import LOOKS, MOST_BYTES, MOST_PICTURES, Flow, Verdict, came


def test_pictures_are_decoded_as_fast_as_anybody_looks_and_no_faster() -> None:
    flow, verdicts = Flow(), []
    for number in range(120):
        flow, verdict = came(flow, number / 120, 20_000, pictures=1)
        verdicts.append(verdict)
    assert Verdict.FLOOD not in verdicts
    assert LOOKS - 3 <= verdicts.count(Verdict.DECODE) <= LOOKS + 1
    flow, verdicts = Flow(), []
    for number in range(60):
        flow, verdict = came(flow, number / 15, 20_000, pictures=1)
        verdicts.append(verdict)
    assert set(verdicts) == {Verdict.DECODE}


def test_too_many_pictures_or_bytes_in_a_second_are_a_flood() -> None:
    flow = Flow()
    for _ in range(MOST_PICTURES):
        flow, verdict = came(flow, 0.5, 1, pictures=1)
        assert verdict is not Verdict.FLOOD
    assert came(flow, 0.5, 1, pictures=1)[1] is Verdict.FLOOD
    assert came(flow, 1.5, 1, pictures=1)[1] is Verdict.DECODE
    assert came(Flow(), 0.5, MOST_BYTES + 1)[1] is Verdict.FLOOD
