"""Verbs about pairs that could be: why two fit, who would fit one, what a budget would support; and amounts.

The amounts are set by staff: how much a request in another currency asks of sponsors.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from rich.constrain import Constrain

from isopolity.client.matching import amounts, members, models, pairs, programmes, rounds
from isopolity.client.matching.models import AmountInput
from isopolity.command import console
from isopolity.command.client.directory import find, find_both, find_programme
from isopolity.command.client.http_client import Client
from isopolity.command.client.rounds import find_round
from isopolity.command.console import Paragraph, Result, Row, View, columns, items, listed, rendered, table, title
from isopolity.command.options import Bounds, Limit, Natural, Positive, Verbs, option, verb

app = Verbs()
_WHO = "By id or by name; a programme as PARTNER/PROGRAMME."
RequestId = Annotated[str, option("REQUEST: The id of an open request.")]
Currency = Annotated[str, option("CURRENCY: The currency of programmes, such as EUR.")]
_INDENT: Final = 6
"""The columns that a suggestion's score takes."""


@verb("staff")
def why(
    client: Client, a: Annotated[str, option(f"A: {_WHO}")], b: str | None = None, round_id: str | None = None
) -> Result:
    """Explain why two members fit, or why one finds no partner.

    Of two members: what each would get, what speaks against it, and why not the next best. Of one alone: how many
    others each rule keeps out, and the one change that would help it most. With --round: who took the place in that
    round, and by how much the score would have to rise at least.

    Example: isopolity why Curitiba Manises

    Options:
        [B]: Another one; without it: why A finds nobody.
        --round ID: Why not in this round, or in the “latest”, and who took the place.
    """
    if round_id is not None:
        member, partner = (find(client, a), None) if b is None else find_both(client, a, b)
        known = find_round(client, round_id).round_id
        other = None if partner is None else partner.reference
        return rendered(client.send(rounds.why(known, member=member.reference, other=other)), render_standing)
    if b is None:
        found = find(client, a)
        return rendered(client.send(members.why(found.member_id, programme_id=found.programme_id)), render_absence)
    one, two = find_both(client, a, b)
    programme_id = one.programme_id or two.programme_id
    call = pairs.read(one.member_id, two.member_id, programme_id=programme_id, change=True)
    return rendered(client.send(call), render_pair)


@verb("staff")
def suggest(
    client: Client,
    member: Annotated[str, option(f"X: {_WHO}")],
    region: list[str] | None = None,
    subject: list[str] | None = None,
    budget: Positive | None = None,
    number: Annotated[int, Bounds(1, 200)] = 10,
) -> Result:
    """Suggest partners for a city or a partner; nothing is proposed to anybody.

    The best come first.

    Example: isopolity suggest Curitiba --region africa --subject sdg.11 --number 5

    Options:
        --region CODE: What if only this region counted, e.g. africa; give it again for another.
        --subject CODE: What if it were about this subject only, e.g. sdg.4.
        --budget: What if a partner's programmes had this budget, in their currency.
        --number: How many at most.
    """
    found = find(client, member)
    programme_id, is_supposed = found.programme_id, bool(region or subject or budget)
    supposed = members.suggestions(
        found.member_id, programme_id=programme_id, region=region, subject=subject, budget=budget, limit=number
    )
    suggestions = client.send(supposed)

    def view() -> View:
        yield from render_suggestions(found.name, suggestions, supposed=is_supposed)
        if not suggestions and not is_supposed:
            yield from render_absence(client.send(members.why(found.member_id, programme_id=programme_id)))

    return Result(suggestions, view())


@verb("staff")
def portfolio(
    client: Client,
    programme: str,
    budget: Positive | None = None,
    least: Natural | None = None,
    most: Natural | None = None,
    cities: Natural | None = None,
) -> Result:
    """Show which cities a programme would support best with its budget.

    It counts what is left of the budget, and says what that reaches; then who comes in with more money, who goes out
    first with less, and what 10 % more or less would change. Nothing is proposed to anybody.

    Example: isopolity portfolio "Foundation Halcyon/Cities that read" --budget 300000

    Options:
        PROGRAMME: As PARTNER/PROGRAMME, by ids or names.
        --budget: What if the whole budget were this, in the programme's currency.
        --grant-min: What if no grant were less.
        --grant-max: What if no grant were more.
        --cities: What if it could take this many cities at a time.
    """
    found = find_programme(client, programme)
    supposed = programmes.portfolio(
        found.member_id, found.programme_id or "", budget=budget, grant_min=least, grant_max=most, cities=cities
    )
    return rendered(client.send(supposed), render_portfolio)


@columns("request, title, city, asks for, programmes in", "No request needs an amount.")
def _columns_of_requests(each: models.WaitingAmountView) -> Row:
    asked = f"{each.amount_min:,} to {each.amount_max:,} {each.currency}"
    programmes = ", ".join(f"{currency} ({number})" for currency, number in each.programmes.items())
    return each.request_id, each.title, f"{each.city_name} ({each.country})", asked, programmes


@app.verb("waiting", "staff")
def waiting(client: Client, limit: Limit = 50) -> Result:
    """List open requests that programmes in another currency could support, without an amount in it.

    Until you set one, no round pairs them with these programmes.
    """
    return listed(client.every(amounts.waiting, limit), _columns_of_requests)


@columns("request, currency, least, most, co-funding, asked for", "No amount is set.")
def _columns_of_amounts(each: models.SetAmountView) -> Row:
    asked = f"{each.asked_min:,} to {each.asked_max:,} {each.asked_currency}"
    return each.request_id, each.currency, f"{each.least:,}", f"{each.most:,}", f"{each.co_funding:,}", asked


@app.verb("list", "staff")
def list_amounts(client: Client) -> Result:
    """List the amounts that are set, and what each request asked for then; they end when it asks for something else."""
    return listed(client.send(amounts.list()), _columns_of_amounts)


@app.verb("set", "staff")
def set_amount(
    client: Client, request_id: RequestId, currency: Currency, least: Natural, most: Positive, co_funding: Natural = 0
) -> str:
    """Set how much a request asks for in a currency; it holds while the request asks for the same.

    Enter as co-funding only what sponsors may know.

    Example: isopolity amounts set 01a2120d-ea14-7d55-8c22-3f8b7d6e5004 EUR 20000 35000 --co-funding 5000

    Options:
        LEAST: Least that would help.
        MOST: Most that is asked for.
        --co-funding: What of it the city or others pay.
    """
    body = AmountInput(least=least, most=most, co_funding=co_funding)
    client.send(amounts.change(request_id, currency, body))
    return f"The request comes to {max(least - co_funding, 0):,} to {most - co_funding:,} {currency} for sponsors."


@app.verb("clear", "staff")
def clear_amount(client: Client, request_id: RequestId, currency: Currency) -> str:
    """Forget what is set for a request in a currency."""
    client.send(amounts.delete(request_id, currency))
    return f"No amount in {currency} is set for the request any more."


def render_pair(pair: models.PairView) -> View:
    """Why two members fit or do not: the paragraph first, then the facts and the parts of the score."""
    a, b = pair.a, pair.b
    yield title(f"{_name(a)} and {_name(b)}")
    yield f"{pair.kind}, score {pair.score:.2f}, confidence {pair.confidence:.2f}, {pair.status}"
    yield ""
    yield pair.paragraph
    for side in (a, b):
        yield from _part(f"What {side.programme_name or side.name} would get", side.gets)
    yield from _part("How they are connected", [pair.connection])
    yield from _part(f"What is not known (confidence {pair.confidence:.2f} of 1)", pair.gaps)
    yield from _part("What would help", [pair.change_text])
    yield from _part("Why not the next best", [*(each.text for each in pair.next_best), pair.note])
    yield ""
    rows = [
        # one digit more than the score, so that the sum can be checked
        (part.name, f"{part.value:.2f}", f"{part.weight:.2f}", f"{part.contribution:.3f}", part.text)
        for part in sorted(pair.parts, key=lambda each: -each.contribution)
    ]
    yield Constrain(table("part of the score, value, weight, adds, what it says", rows), console.LINE + 30)


def render_suggestions(name: str, found: Sequence[models.SuggestionView], *, supposed: bool) -> View:
    """The suggestions for a member, each with its first reason; `supposed` says that there were what-ifs."""
    if not found:
        yield f"No member would fit {name} {'under these what-ifs; leave one out' if supposed else 'as things stand'}."
        return
    yield title(f"Who would fit {name}")
    programmes = {each.own.programme_name for each in found} - {None}
    for each in found:
        which = f"“{each.own.programme_name}” for " if len(programmes) > 1 else ""
        heading = f"{each.score:.2f}  {which}{_name(each.other)}, {each.kind}, {each.status}"
        yield ""
        yield Paragraph(heading, hanging=_INDENT)
        if each.reasons:
            yield Paragraph(each.reasons[0].text, _INDENT)


def _name(side: models.MemberView | models.PairSide) -> str:
    programme = f"“{side.programme_name}” of " if side.programme_name else ""
    request = f", for “{side.request_title}”" if side.request_title else ""
    return f"{programme}{side.name} ({side.country}){request}"


def _part(heading: str, texts: Sequence[str | None]) -> View:
    return console.section(title(heading), (Paragraph(text, indent=2) for text in texts if text))


def render_absence(found: models.AbsenceView) -> View:
    """Why a member finds no partner: how many each rule keeps out, and the one change that would help most."""
    yield title(f"Why {found.name} finds nobody, or few")
    yield from found.own
    for owner in found.owners:
        for partners in owner.partners:
            yield from ("", partners.text)
            yield from items((each.text for each in partners.ruled_out), indent=2)
        if owner.change_text:
            yield from ("", owner.change_text)


def render_standing(found: models.StandingView) -> View:
    """Why a member, or a pair, is not in a round."""
    yield from items(found.told or ["All candidates that it had are forbidden in this round."])


def render_portfolio(known: models.PortfolioView) -> View:
    """Its sentences, then the grants, the best first."""
    yield title(f"“{known.programme_name}”")
    yield from items(known.told)
    if known.grants:
        yield table(f"city, for, score, first tie, least, most, amount ({known.currency})", map(_cells, known.grants))


def _cells(grant: models.GrantView) -> Sequence[object]:
    amounts = [f"{amount:,}" for amount in (grant.least, grant.most, grant.amount or 0)]
    who = f"{grant.city_name} ({grant.country})"
    return [who, grant.request_title or "its needs", f"{grant.score:.2f}", grant.first_tie, *amounts]
