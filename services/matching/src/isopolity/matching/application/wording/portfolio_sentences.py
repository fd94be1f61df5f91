"""Sentences about a portfolio: its money, the cities that it supports, and what would change it; and about the requests
that a programme finds: how many fit, how many cities could make one, and what would admit more.

Invariant: every sentence is made of the portfolio or of the numbers alone; those about requests name no city.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from isopolity.matching.application.candidates.absence.missing_requests import MissingRequests
from isopolity.matching.application.candidates.programme_portfolio import PlannedChange, PlannedGrant, Portfolio
from isopolity.matching.domain.member import Programme
from isopolity.wording import phrases

_NAMED: Final = 5
"""The most cities that a sentence names; it gives the number of the others."""


def portfolio_sentences(found: Portfolio) -> Sequence[str]:
    """The portfolio, the money first."""
    return [phrases.sentence(text) for text in _clauses(found)]


def change_sentence(found: Portfolio, change: PlannedChange) -> str:
    """The effect on the portfolio of another budget, or of another number of cities."""
    return phrases.sentence(f"With {_how(found, change)}, {_effect(found, change)}")


def _clauses(found: Portfolio) -> Iterator[str]:
    yield _money(found)
    yield from _chosen(found)
    if found.grants:
        yield _proof(found)
    yield from _next(found)
    less = [] if found.last_out is None else [found.last_out]
    for change in (*less, found.tenth_more, found.tenth_less):
        if found.grants or change.added:
            yield change_sentence(found, change)
    if found.waiting:
        titles = [f"“{request.title}” of {city.name} ({request.currency})" for request, city in found.waiting[:_NAMED]]
        more = len(found.waiting) - len(titles)
        rest = [f"{phrases.count(more)} more"] if more else []
        wait = "wait" if len(found.waiting) > 1 else "waits"
        yield f"{phrases.listed(titles + rest)} {wait}: staff has not set an amount in {found.programme.currency}"


def _money(found: Portfolio) -> str:
    budget = found.budget
    parts = [(budget.promised, "promised"), (budget.open, "open in proposals")]
    taken = phrases.listed([f"{_amount(found, amount)} are {how}" for amount, how in parts if amount])
    whole = f"{'Supposed: of' if found.is_supposed else 'Of'} a budget of {_amount(found, budget.whole)}"
    if not taken:
        return f"{whole}, nothing is promised or open"
    return f"{whole}, {taken}; {_amount(found, budget.left)} can be granted"


def _chosen(found: Portfolio) -> Iterator[str]:
    if not found.grants:
        yield _nobody(found)
        return
    amounts = [each.amount or 0 for each in found.grants]
    each = phrases.amounts(min(amounts), max(amounts), found.programme.currency)
    rest = found.budget.left - found.spent
    remains = f"{_amount(found, rest)} remain" if rest else "nothing remains"
    size = f"a grant of {each}" if len(amounts) == 1 else f"grants of {each}"
    yield f"It would support {_names(found.grants)} with {size}, {_amount(found, found.spent)} in all; {remains}"
    reach = found.reach
    where = phrases.listed(
        [
            f"{phrases.number(count, 'city', 'cities')} in {phrases.region(code)}"
            for code, count in reach.regions.items()
        ]
    )
    yield f"That reaches {where}, in {phrases.number(reach.countries, 'country', 'countries')}"
    if reach.inhabitants:
        unknown = f"; of {phrases.number(reach.unknown, 'city', 'cities')} the number is not known"
        yield f"{phrases.people(reach.inhabitants)} people live there{unknown if reach.unknown else ''}"
    if reach.beneficiaries:
        yield f"The requests name {phrases.count(reach.beneficiaries)} people who would benefit"
    if reach.first_ties:
        gets = "gets its first tie" if reach.first_ties == 1 else "get their first tie"
        yield f"{phrases.number(reach.first_ties, 'city', 'cities')} {gets}"


def _nobody(found: Portfolio) -> str:
    if not found.number:
        return "It would support nobody: the programme has no place for another city"
    if found.candidates:
        return "No choice was found in time"
    if found.more_money is not None:
        return f"It would support nobody: no grant that fits is within {_amount(found, found.budget.left)}"
    return "It would support nobody: no city that may be proposed at present fits"


def _proof(found: Portfolio) -> str:
    cities = phrases.number(found.number, "city", "cities")
    better = f"No other choice within this money and for at most {cities} fits better in all"
    gap = f"{100 * found.gap:.2f} %"
    if found.gap <= 0:
        return better
    return (
        f"{better}; by multipliers alone, not by more than {gap}"
        if found.is_searched
        else f"{better} by more than {gap}"
    )


def _next(found: Portfolio) -> Iterator[str]:
    if found.more_money is not None:
        yield change_sentence(found, found.more_money)
    elif found.grants:
        yield "More money alone would change nothing"
    if found.one_city_more is not None:
        yield change_sentence(found, found.one_city_more)


def _how(found: Portfolio, change: PlannedChange) -> str:
    if change.number != found.number:
        return "a place for one city more"
    difference = change.budget - found.budget.whole
    way = "more" if difference >= 0 else "less"
    return f"{_amount(found, change.budget)} in all ({_amount(found, abs(difference))} {way})"


def _effect(found: Portfolio, change: PlannedChange) -> str:
    if not change.added and not change.removed:
        return "the same cities would be supported" if found.grants else "still nobody would be supported"
    moves = [(change.added, "come", "in"), (change.removed, "go", "out")]
    return phrases.listed([f"{_names(some)} would {verb} {where}" for some, verb, where in moves if some])


def _names(grants: Sequence[PlannedGrant]) -> str:
    names = [each.city.name for each in grants[:_NAMED]]
    more = len(grants) - len(names)
    return phrases.listed([*names, f"{phrases.number(more, 'other city', 'other cities')}"] if more else names)


def _amount(found: Portfolio, amount: int) -> str:
    return f"{phrases.count(amount)} {found.programme.currency}"


_WIDER: Final[Mapping[str, str]] = {
    "region": "{requests} would fit “{programme}” if it served other regions, too",
    "country": "{requests} would fit “{programme}” if it served other countries, too",
    "population": "{requests} would fit “{programme}” if it supported cities of other sizes, too",
    "amount": "{requests} would fit “{programme}” if it granted other amounts, too",
}


def requests_sentence(found: MissingRequests, programme: Programme) -> str:
    """How many open requests fit a programme, and how many cities look for its subjects."""
    name, cities = f"“{programme.name}”", phrases.number(found.looking, "city looks", "cities look")
    if found.fitting:
        fit = phrases.number(found.fitting, "open request fits", "open requests fit")
        if not found.could_ask:
            return phrases.sentence(f"{fit} {name}")
        more = phrases.number(found.could_ask, "city looks", "cities look")
        has = "has" if found.could_ask == 1 else "have"
        return phrases.sentence(f"{fit} {name}; {more} for its subjects and {has} made none that fits")
    if not found.looking:
        return phrases.sentence(f"No open request fits {name}: no city looks for its subjects")
    return phrases.sentence(f"No open request fits {name}: {cities} for its subjects{_who_could(found)}")


def what_would_admit_more(found: MissingRequests, programme: Programme) -> Sequence[str]:
    """What the partner could widen, with the number of open requests that would fit then."""
    return [phrases.sentence(text) for text in _wider(found, programme)]


def _who_could(found: MissingRequests) -> str:
    if found.could_ask == found.looking:
        return ", and it could make a request" if found.looking == 1 else ", and all of them could make a request"
    if not found.could_ask:
        return ", but none that it serves could make a request"
    return f"; it serves {phrases.count(found.could_ask)} of them, which could make a request"


def _wider(found: MissingRequests, programme: Programme) -> Iterator[str]:
    for code, count in found.kept_out:
        requests = phrases.number(count, "open request", "open requests")
        yield _WIDER[code].format(requests=requests, programme=programme.name)
    if found.elsewhere:
        fit, verb = ("fits", "is") if found.elsewhere == 1 else ("fit", "are")
        requests = phrases.number(found.elsewhere, "open request", "open requests")
        yield f"{requests} {fit} the places, sizes and amounts of “{programme.name}”, but {verb} about other subjects"
