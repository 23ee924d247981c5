"""The result of an audit in words."""

from fractions import Fraction

from edge.console.pages.shell import Visit
from edge.views.audits import AuditRow


def accuracy_words(visit: Visit, row: AuditRow) -> str:
    """How exact a camera was found to count, with the interval and when."""
    t, figures = visit.t, visit.desk.figures
    if row.accuracy is None:
        return t("audit.nobody", when=visit.ago(row.at))
    low, high = (figures.percent(Fraction(share).limit_denominator(10_000)) for share in row.interval)
    return t("audit.accuracy-words", share=figures.percent(row.accuracy), low=low, high=high, when=visit.ago(row.at))
