"""What the codes of rounds and drafts mean, on the pages of the office."""

from typing import Final

REASONS: Final = {
    "need-met": "looks for what the other offers",
    "offer-wanted": "offers what the other looks for",
    "common-twin": "both twinned with a third city",
    "common-partner": "both work with a third partner",
    "same-creative-field": "same field of UNESCO Creative Cities",
    "common-language": "a common language",
    "no-common-language": "no common language",
    "both-learning-cities": "both UNESCO Learning Cities",
    "size": "similar size",
    "other-size": "different size",
    "distance-near": "near each other",
    "distance": "how far apart",
    "request-fits": "the programme fits a request",
    "need-fits": "the programme fits a need",
    "grant": "the size of the grant",
    "twin-of-partner": "the partner works with a twin of the city",
    "partner-of-twin": "a twin of the city works with the partner",
    "place-served": "the programme supports the place",
}
"""Reasons that a side of a pair reads, by their codes in matching."""
ROUND_STATES: Final = {
    "waiting": "waits to be computed",
    "running": "is being computed",
    "done": "done",
    "failed": "failed",
    "cancelled": "called off",
}
DRAFT_STATES: Final = {
    "open": "open",
    "published": "published",
    "superseded": "replaced by a later one",
    "discarded": "discarded",
    "expired": "too old",
}
OBJECTIVES: Final = {
    "most-total-fit": "the most fit in total",
    "serve-everybody-first": "serve as many as possible first",
    "as-even-as-possible-by-region": "serve all regions as evenly as possible",
    "first-ties-first": "first ties first",
}
KINDS: Final = {"twinning": "twinning", "sponsorship": "sponsorship"}
STANDINGS: Final = {
    "chosen": "all that are chosen",
    "waiting": "chosen, not yet published",
    "published": "published",
    "pinned": "pinned",
    "forbidden": "forbidden",
}
ORDERS: Final = {"best": "best first", "least": "least first", "name": "by name"}
STAGES: Final = {
    "held": "held for staff",
    "scheduled": "waits to go out",
    "issued": "asked, nobody has answered",
    "answered": "one side has answered",
    "agreed": "both said yes",
    "declined": "did not come about",
    "expired": "no answer in time",
    "superseded": "ended, because somebody or something has changed",
    "discarded": "discarded, nobody was told",
}
SIDE_ANSWERS: Final = {"yes": "yes", "pending": "yes, once approved", "later": "later", "no": "no"}
PAIR_ACTS: Final = {
    "leave-out": "leave out",
    "pin": "pin",
    "forbid": "forbid",
    "put-in": "put in",
    "free": "free",
}
EDITS: Final = {
    "put-in": "put in",
    "leave-out": "left out",
    "pin": "pinned",
    "forbid": "forbidden",
    "free": "freed",
    "replace": "swapped",
    "improve": "improved",
    "undo": "undone",
}
