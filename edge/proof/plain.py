"""Answers as plain data, for `--json` and the API. Money is minor units, times are UTC epoch milliseconds."""

from collections.abc import Iterable
from typing import Any

from edge.proof.discount import Discounted
from edge.proof.facts import Face, Look
from edge.proof.receipt import Judgement, Line, Shown
from edge.proof.timeline import Span, Timeline


def plain_answer(line: Timeline, moment: int) -> dict[str, Any]:
    """What a device may have presented at a time, and the spans around it."""
    answer = line.at(moment)
    return {
        "device": line.device,
        "at": moment,
        "certain": answer.certain,
        "clock_set_back": answer.doubtful_clock,
        **plain_look(answer.look),
        "story": [plain_span(span) for span in line.story(moment)],
    }


def plain_look(look: Look) -> dict[str, Any]:
    """Everything that a device may present."""
    return {
        "may": [plain_face(face) for face in look.faces],
        "unknown": look.unknown,
        "away": look.away,
        "lost": look.lost,
        "item": look.bound,
        **(
            {"covered": {"by": look.covered.by, "at": look.covered.at, "row": look.covered.seq}} if look.covered else {}
        ),
    }


def plain_span(span: Span) -> dict[str, Any]:
    """A span: its rows, its times by the gateway's clock, and what may have been presented in it."""
    return {
        "first_row": span.first,
        "last_row": span.last,
        "windows": [[window.start, window.end] for window in span.windows],
        **plain_look(span.look),
    }


def plain_face(face: Face) -> dict[str, Any]:
    """A candidate with its evidence."""
    return {
        "item": face.item,
        "version": face.version,
        "minor": face.minor,
        **({} if face.member is None else {"member": face.member}),
        "pixels": face.pixels,
        "evidence": [
            {
                "proof": one.proof.value,
                "row": one.seq,
                "at": one.at,
                "hash": one.hash,
                **({"pixels": one.pixels} if one.pixels else {}),
                **({"source": one.source} if one.source else {}),
            }
            for one in face.evidence
        ],
    }


def plain_judgement(judged: Judgement) -> dict[str, Any]:
    """A judged receipt."""
    time = judged.time
    return {
        "receipt": judged.receipt,
        "till": judged.till,
        "row": judged.row.seq,
        "hash": judged.row.hash,
        "verdict": judged.verdict.value,
        "total": judged.total,
        "comes_to": judged.due,
        "coupons": [{"coupon": coupon, "minor": minor} for coupon, minor in judged.coupons],
        "grace_ms": judged.grace_ms,
        "sold": {
            "from": time.start,
            "to": time.end,
            "till_clock": time.till_at,
            "recorded": time.recorded_at,
            "till_ahead_ms": time.ahead_ms,
            "judged_by_sales": time.sales,
        },
        "lines": [_line(line) for line in judged.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "item": line.item,
        "version": line.version,
        "charged": line.charged,
        "member": line.member,
        "lowered": None if line.lowered is None else line.lowered.model_dump(),
        "discount": None if line.discount is None else _discount(line.discount),
        "quantity": line.quantity,
        "batch": line.batch,
        "total": line.total,
        "per": line.per,
        "comes_to": line.right,
        "verdict": line.verdict.value,
        "over": line.over,
        "lowest": None if line.lowest is None else line.lowest.minor,
        "labels": _shown(line.shown),
        "labels_not_on_record": list(line.blank),
        "till": None if line.till is None else plain_face(line.till),
    }


def _discount(found: Discounted) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "name": found.name,
        "permille": found.permille,
        "from_minor": found.from_minor,
        "rule_makes": found.due,
        "fit": found.fit.value,
        "row": None if found.row is None else found.row.seq,
    }


def _shown(shown: Iterable[Shown]) -> list[dict[str, Any]]:
    return [
        {"label": one.label, "surely": one.surely, "from": one.span.start, "to": one.span.end, **plain_face(one.face)}
        for one in shown
    ]
