"""`isopolity why` and `isopolity suggest`: why two members fit, why one finds nobody, and who would fit it."""

from typing import Annotated

import typer

from isopolity.command.console import print_json
from isopolity.command.options import AsJson, Client, connected

_WHO = "By id or by name; a programme as PARTNER/PROGRAMME."


@connected("staff")
def why(
    client: Client,
    a: Annotated[str, typer.Argument(metavar="A", help=_WHO)],
    b: Annotated[str | None, typer.Argument(metavar="[B]", help="Another one; without it: why A finds nobody.")] = None,
    round_id: Annotated[
        str | None,
        typer.Option(
            "--round", metavar="ID", help="Why not in this round, or in the “latest”, and who took the place."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell why two members fit, or do not: what each would get, what speaks against it, and why not the next best.

    Of one member alone: how many others each rule keeps out, and the one change that would help it most. With --round:
    who took the place in that round, and by how much the score would have to rise at least.

    Example: isopolity why Curitiba Manises
    """
    from isopolity.client.matching import members, pairs, rounds
    from isopolity.command.client.directory import find, find_both
    from isopolity.command.client.pair_rendering import print_absence, print_pair, print_standing
    from isopolity.command.client.rounds import find_round

    if round_id is not None:
        member, partner = (find(client, a), None) if b is None else find_both(client, a, b)
        known = find_round(client, round_id).round_id
        standing = client.send(
            rounds.why(known, member=member.reference, other=None if partner is None else partner.reference)
        )
        print_json(standing) if as_json else print_standing(standing)
        return
    if b is None:
        found = find(client, a)
        absence = client.send(members.why(found.member_id, programme_id=found.programme_id))
        print_json(absence) if as_json else print_absence(absence)
        return
    one, other = find_both(client, a, b)
    programme_id = one.programme_id or other.programme_id
    pair = client.send(pairs.read(one.member_id, other.member_id, programme_id=programme_id, change=True))
    if as_json:
        print_json(pair)
    else:
        print_pair(pair)


@connected("staff")
def suggest(
    client: Client,
    member: Annotated[str, typer.Argument(metavar="X", help=_WHO)],
    region: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="What if only this region counted, e.g. africa; give it again for another."),
    ] = None,
    subject: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="What if it were about this subject only, e.g. sdg.4.")
    ] = None,
    budget: Annotated[
        int | None, typer.Option(min=1, help="What if a partner's programmes had this budget, in their currency.")
    ] = None,
    number: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Suggest partners for a city or a partner, the best first; nothing is proposed to anybody.

    Example: isopolity suggest Curitiba --region africa --subject sdg.11 --number 5
    """
    from isopolity.client.matching import members
    from isopolity.command.client.directory import find
    from isopolity.command.client.pair_rendering import print_absence, print_suggestions

    found = find(client, member)
    programme_id = found.programme_id
    supposed = members.suggestions(
        found.member_id, programme_id=programme_id, region=region, subject=subject, budget=budget, limit=number
    )
    suggestions = client.send(supposed)
    if as_json:
        print_json(suggestions)
    else:
        is_supposed = bool(region or subject or budget)
        print_suggestions(found.name, suggestions, supposed=is_supposed)
        if not suggestions and not is_supposed:
            print_absence(client.send(members.why(found.member_id, programme_id=programme_id)))
