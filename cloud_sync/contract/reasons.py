"""Why a price is refused or held: stable text that a program can take apart again, so that it can be translated.

A reason is a code and its values. It is stored and told to head office as its English text, which begins with the
rule's name and a colon; `read` finds code and values again. Amounts are minor units of the store's currency.
"""

import re
from dataclasses import dataclass
from functools import cache

from cloud_sync.contract.templates import pattern_of

AMOUNTS = frozenset({"price", "member", "given", "low", "was", "old", "new", "least", "most", "due"})
"""Values that are amounts in minor units, where they are whole numbers."""

ENGLISH = {
    "currency": "currency: {given} is not this store's {own}",
    "floor-ceiling": "floor and ceiling: {price} is outside {least} to {most}",
    "promotion": "promotion: the regular price {was} is not above {price}",
    "member-price": "member price: {member} is above {price}, which everybody pays",
    "afterwards": "promotion: what the item costs afterwards cannot be used: {why}",
    "never-began": "promotion: it never began, so there is nothing to go back from",
    "batch-late": "batch: its deadline passed before it could begin",
    "batch-given-up": "batch: given up as a whole because of {item}: {why}",
    "batch-waits": "batch: nothing of it begins yet because of {item}: {why}",
    "unit-incomplete": "unit price: a unit price needs its unit, and a unit its price",
    "unit-other": "unit price: sold per {per}, so the price per {unit} says something else",
    "unit-wrong": "unit price: {given} per {unit} does not follow from {price} for {content}; {least} to {most} would",
    "name": "name: {why}",
    "sold-per": "unit: sold per {old_per} now; prices per {new_per} cannot be compared with it",
    "jump-raise": "jump limit: from {old} to {new} is a raise of more than {percent} %",
    "jump-cut": "jump limit: from {old} to {new} is a cut of more than {percent} %",
    "jump-raise-two": "jump limit: from {old} to {new} is a raise of more than {percent} %; two people have to approve",
    "jump-cut-two": "jump limit: from {old} to {new} is a cut of more than {percent} %; two people have to approve",
    "was-low": "was price: {was} is above {low}, the lowest price of the last {days} days",
    "was-deal": "was price: {was} is above {low}, the lowest price paid here in the last {days} days",
    "was-last": "was price: {was} is above {low}, the last price before the reduction",
    "was-unrecorded": "was price: {was} cannot be checked, no earlier price of this item is on record here",
    "raise-before-cut": "raise before cut: {was} came in force by a raise from {old} less than {days} days ago",
    "percentage": "percentage: {announced} % is announced, but {announced} % off {was} would be {due}, not {price}",
    "percentage-bare": "percentage: {announced} % is announced without the price that it is taken off from",
    "advertising-word": "advertising word: “{word}” may not stand on a label unless somebody answers for it by name",
    "digit-height": "digit height: the price's digits are {height} mm tall on {label}, {least_mm} mm are required",
    "approved-once": "approved by {by}; another person has to approve as well",
    "second-person": "second person: {by} cannot approve what {author} ordered; somebody else has to",
    "second-approval": "second person: {by} has approved already; somebody else has to",
    "clock-unproven": "clock: nobody has vouched for this box's time since it was switched on; raises wait, cuts go",
    "clock-stale": "clock: nobody has vouched for this box's time for days; raises wait, cuts go",
    "clock-before": "clock: this box's time lies before what is certainly past; raises wait, cuts go",
    "clock-ahead": "clock: this box's time is {span} ahead; raises wait, cuts go",
    "clock-behind": "clock: this box's time is {span} behind; raises wait, cuts go",
    "clock-jumped-ahead": "clock: this box's time has jumped {span} ahead; raises wait, cuts go",
    "clock-jumped-behind": "clock: this box's time has jumped {span} back; raises wait, cuts go",
    "shop-open": "hours: raises begin only while the shop is closed, and it never closes",
    "no-occasion": "time: this shop's hours have no {occasion} within a year",
    "no-zone": "time: this shop cannot reckon {begins}",
    "queue-long": "queue: {people} wait, the first for {seconds} s",
    "camera-moved": "camera: its picture has shifted by {percent} % since it was drawn on",
    "shop-full": "people: {people} are inside, {limit} are allowed",
    "waiting-mains": "mains: waiting until they are back; {why}",
    "waiting-more": "waiting for {devices} and {count} more",
    "waiting": "waiting for {devices}",
    "superseded": "superseded by {newer}",
    "silent": "no sign of life for {seconds} s",
    "silent-long": "no sign of life for {minutes} min",
}
"""Code → English text with its values in braces."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason taken apart. Values are as they stand in the text."""

    code: str
    values: dict[str, str]


def say(code: str, **values: object) -> str:
    """The reason's text. Raises KeyError for a code or value that does not exist."""
    return ENGLISH[code].format_map(values)


def read(text: str) -> Reason | None:
    """Code and values of a text that `say` made; None for any other text."""
    for code, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return Reason(code, found.groupdict())
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, pattern_of(template)) for code, template in ENGLISH.items())
