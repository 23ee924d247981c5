"""Parts of the slider over a day: the lanes of time, a label's picture with its evidence, and what tills charged."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

from nicegui import ui

from cloud_sync.pages.parts import status_chip, text
from cloud_sync.pages.theme import State
from edge.console.pages.asof_words import PROOFS, face_words, story_words
from edge.console.pages.shell import Visit
from edge.labels import CannotDraw
from edge.proof.facts import Face, Look, Proof
from edge.proof.moments import clock
from edge.proof.timeline import Answer, Span, Timeline

_COLOURS = ("#1a7f64", "#4a6fd0", "#9a5fb5", "#b3661a", "#2f7f93", "#7a6a1e")
"""Colours of versions, apart for the common kinds of colour blindness when neighbours; the words say the same."""
DAY_MS = 86_400_000
_UNKNOWN = "repeating-linear-gradient(135deg,#d3d8d5 0 5px,#eef0ee 5px 10px)"


@dataclass(frozen=True, slots=True)
class Lane:
    """One device's past, the name that people know it by, and whether it is a till."""

    line: Timeline
    name: str
    till: bool


@dataclass(frozen=True, slots=True)
class Teller:
    """Says and draws for one visit, on the shop's clock and in its money."""

    visit: Visit
    zone: ZoneInfo

    def story(self, spans: Sequence[Span], moment: int, *, till: bool) -> str:
        """Spans in words."""
        return story_words(spans, self.visit.t, self.visit.desk.figures.money, self.zone, moment, till=till)

    def track(self, lane: Lane, start: int, end: int, now: int) -> None:
        """A device's day: a colour per version, stripes where it is not certain, nothing while it was away."""
        last, share = min(end, now), 100 / (end - start)
        with ui.element("div").classes("asof-track"):
            for span in lane.line.during(start, last):
                if span.look.away:
                    continue
                for window in span.windows:
                    left = start if window.start is None else max(start, window.start)
                    right = last if window.end is None else min(last, window.end)
                    piece = ui.element("i")
                    piece.style(
                        f"left:{(left - start) * share:.4f}%;width:{max(0, right - left) * share:.4f}%;"
                        f"background:{_paint(span.look)}"
                    )
                    piece.props["title"] = self.story([span], start, till=lane.till)

    def label(self, lane: Lane, answer: Answer) -> None:
        """What a label may have shown, in words and as the picture or pictures, each with its evidence."""
        t = self.visit.t
        with ui.element("div").classes("aisle-row"):
            text(lane.name, "strong").classes("aisle-grow")
            known = State.RIGHT if answer.certain else State.NEEDS_YOU
            status_chip(known, t, t("asof.certain" if answer.certain else "asof.uncertain"))
        text(self.story(lane.line.story(answer.at), answer.at, till=False), "p").classes("asof-story")
        if not answer.look.faces:
            text(t("asof.away" if answer.look.away else "asof.unknown")).classes("aisle-soft")
        with ui.element("div").classes("asof-faces"):
            for place, face in enumerate(answer.look.faces):
                if place:
                    text(t("asof.or").strip()).classes("asof-or")
                self._face(lane.line.device, face, answer.at)

    def _face(self, label: str, face: Face, moment: int) -> None:
        t, money = self.visit.t, self.visit.desk.figures.money
        digest = self._digest(label, face)
        with ui.element("div").classes("asof-face"):
            with ui.element("div").classes("console-picture asof-picture"):
                if digest is None:
                    with ui.element("div").classes("console-nothing"):
                        ui.icon("image_not_supported")
                        text(t("label.undrawn"))
                else:
                    picture = ui.element("img")
                    picture.props["src"] = f"/ledger/pictures/{quote(label)}/{face.item}/{face.version}.png"
                    picture.props["alt"] = t("asof.picture", what=face_words(face, t, money))
            with ui.element("div").classes("aisle-row"):
                dot = ui.element("i").classes("console-dot")
                dot.style(f"background:{colour_of(face.version)}")
                text(money(face.minor), "strong").classes("asof-price")
                text(t("asof.number", version=face.version)).classes("aisle-soft aisle-small")
            self._evidence(face, digest, moment)

    def _evidence(self, face: Face, digest: str | None, moment: int) -> None:
        """One line for each kind of evidence, the strongest last; kinds that are missing are said to be."""
        t = self.visit.t
        with ui.element("div").classes("asof-evidence"):
            for proof in Proof:
                newest = next((one for one in reversed(face.evidence) if one.proof is proof), None)
                icon, word = PROOFS[proof]
                with ui.element("div").classes("asof-proof" if newest else "asof-proof asof-missing"):
                    ui.icon(icon).props("aria-hidden=true")
                    text(t(word)).classes("aisle-grow")
                    if newest is None:
                        text(t("asof.proof.none"))
                    else:
                        full = clock(newest.at, self.zone)
                        when = text(full.split()[0] if newest.at < moment - DAY_MS else full.split()[1])
                        when.props["title"] = " ".join(part for part in (full, newest.source, newest.hash) if part)
                        text(t("asof.row", row=newest.seq)).classes("asof-row")
            if face.pixels:
                same = digest == face.pixels
                with ui.element("div").classes("asof-proof asof-sealed" if same else "asof-proof asof-other"):
                    ui.icon("verified" if same else "help_outline").props("aria-hidden=true")
                    seal = text(t("asof.seal.same" if same else "asof.seal.other", seal=face.pixels[:8]))
                    seal.props["title"] = face.pixels

    def _digest(self, label: str, face: Face) -> str | None:
        """SHA-256 of the picture as it is drawn now; None when it cannot be."""
        try:
            image = self.visit.desk.context.picture(face.item, face.version, label)
        except CannotDraw:
            return None
        return None if image is None else image.digest

    def till(self, lane: Lane, answer: Answer) -> None:
        """What a till may have charged; in words, too, where that is not certain."""
        t, money = self.visit.t, self.visit.desk.figures.money
        with ui.element("div").classes("asof-till"):
            ui.icon("point_of_sale").props("aria-hidden=true")
            text(lane.name)
            for place, face in enumerate(answer.look.faces):
                if place:
                    text(t("asof.or").strip()).classes("aisle-soft")
                dot = ui.element("i").classes("console-dot")
                dot.style(f"background:{colour_of(face.version)}")
                newest = face.evidence[-1] if face.evidence else None
                price = text(money(face.minor), "strong").classes("asof-price")
                if newest is not None:
                    price.props["title"] = (
                        f"{t(PROOFS[newest.proof][1])}, {t('asof.row', row=newest.seq)}, {newest.hash}"
                    )
            if not answer.look.faces or answer.look.unknown:
                text(t("asof.no-price")).classes("aisle-soft")
            if not answer.certain and answer.look.faces:
                story = self.story(lane.line.story(answer.at), answer.at, till=True)
                text(story).classes("aisle-soft aisle-small")


def colour_of(version: int) -> str:
    """The colour of a version, the same on every lane."""
    return _COLOURS[version % len(_COLOURS)]


def _paint(look: Look) -> str:
    if not look.faces:
        return _UNKNOWN
    if len(look.faces) == 1:
        return colour_of(look.faces[0].version)
    stripes = [f"{colour_of(face.version)} {n * 5}px {n * 5 + 5}px" for n, face in enumerate(look.faces[:4])]
    return f"repeating-linear-gradient(135deg,{','.join(stripes)})"
