"""Approval by a second person: whoever ordered a price cannot approve it, and nobody counts twice."""

from collections.abc import Collection

from cloud_sync.contract.reasons import say


def may_not_approve(by: str, author: str, given: Collection[str]) -> str:
    """Why this person's approval does not count, or "". `given`: who has approved already."""
    if same_person(by, author):
        return say("second-person", by=by, author=author)
    if any(same_person(by, other) for other in given):
        return say("second-approval", by=by)
    return ""


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: letter case and spaces tell nobody apart."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
