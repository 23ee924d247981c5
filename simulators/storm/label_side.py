"""The gateway's end of the air to labels: what the dispatcher does, without its tasks and radio."""

from collections.abc import Mapping

from edge.devices.pacing import Pacing
from edge.dispatch import wanted
from edge.dispatch.wanted import Job
from edge.store import StoreError
from simulators.storm.box import Box
from simulators.storm.labels import Ended, Label, Picture
from simulators.storm.world import Violation

AT_ONCE = 8


class LabelSide:
    """Lives as long as one life of the gateway."""

    def __init__(self, box: Box, labels: Mapping[str, Label]) -> None:
        self._box, self._labels = box, labels
        self._pacing = Pacing(AT_ONCE)

    def look(self) -> None:
        """Begin what may begin now."""
        jobs = wanted.label_jobs(self._box.sql)
        for label in self._pacing.next(jobs, self._box.clock(), wanted.first_of(jobs)):
            self._bring(jobs[label])

    def _bring(self, job: Job) -> None:
        """Draw, write it down, send; `_brought` writes down that the label has it."""
        row = self._box.sql.execute(
            "SELECT minor, member_minor FROM price WHERE item = ? AND version = ?", (job.item, job.version)
        ).fetchone()
        digest = f"{job.item}-{job.version}-{row[0]}-{row[1]}"
        try:
            unchanged = self._box.do(lambda tx: wanted.note_sending(tx, job, digest))
        except StoreError:
            self._failed(job)
            return
        if unchanged:
            self._labels[job.label].right_already()
            self._box.later(1, self._brought, job, digest, Ended.DONE)
            return
        device = (job.label, job.item, job.version)
        if device not in self._box.books.may_show or device not in self._box.books.may_go:
            raise Violation("I4", f"version {job.version} of {job.item} goes to {job.label} before the ledger")
        self._box.disk.reached("before a sending")
        box, life = self._box, self._box.life
        picture = Picture(*self._box.parts.read_code(job.item, job.version), *row)
        self._labels[job.label].upload(
            picture, lambda: box.up and box.life == life, box.hearing(self._brought, job, digest)
        )

    def _brought(self, job: Job, digest: str, ended: Ended) -> None:
        if ended is not Ended.DONE:
            self._failed(job)
            if ended is Ended.UNREACHABLE:
                self._box.note_state(job.label, "lost")
            return
        self._box.note_state(job.label, "ready")
        try:
            self._box.do(lambda tx: self._box.parts.engine.label_shown(tx, job.label, job.item, job.version, digest))
        except StoreError:
            self._failed(job)
            return
        self._pacing.worked(job.label)
        self._box.ring({"labels"})

    def woke(self, label: str) -> None:
        """A label gives a sign of life after it was away."""
        self._pacing.hurry(label)
        self.look()

    def _failed(self, job: Job) -> None:
        self._box.world.reach("label failed")
        self._pacing.failed(job.label, self._box.clock())
        turn = self._pacing.turns[job.label]
        self._box.later(max(0, turn.not_before - self._box.clock()) + 10, self.look)
