"""`isopolity round`: rounds, and the proof of how good they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import fields_of, print_json, print_list
from isopolity.command.options import AsJson, Client, Limit, connected

if TYPE_CHECKING:
    from isopolity.client.matching.models import PublicationRecordView, RoundView

app = typer.Typer(no_args_is_help=True, help="Rounds, and the proof of how good they are.")

RoundId = Annotated[str, typer.Argument(metavar="[ID]", help="Which round; the latest if none is named.")]


@app.command("run")
@connected("staff")
def run(
    client: Client,
    exact: Annotated[bool, typer.Option("--exact", help="Work longer to prove that nothing is better.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Decides between pairs of the same worth.")] = 0,
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Only twinning or only sponsorship; both if not given.")
    ] = None,
    must: Annotated[
        list[str] | None,
        typer.Option(metavar="A:B", help="This pair must be chosen, by ids or names; give it again for another."),
    ] = None,
    never: Annotated[list[str] | None, typer.Option(metavar="A:B", help="This pair must not be chosen.")] = None,
    rules: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Further rules, and an objective, in TOML; see `isopolity rules check`."),
    ] = None,
    objective: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="most-total-fit, serve-everybody-first, as-even-as-possible-by-region or first-ties-first.",
        ),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="End in a draft, whatever the sending policy: nothing goes out.")
    ] = False,
    keep_drafts: Annotated[bool, typer.Option("--keep-drafts", help="Keep open drafts beside the new one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a round over all members with free capacity, and tell what came of it.

    Its proposals go out; with --draft, and always under the sending policy hold, it ends in a draft: see
    `isopolity drafts`. Ctrl-C leaves the round running.

    Example: isopolity round run --exact --must Curitiba:Manises
    """
    from isopolity.client.matching.models import MustItem, NeverItem, RoundOrder
    from isopolity.command.client.directory import find_pair
    from isopolity.command.client.rounds import print_round, run_round
    from isopolity.command.console import progress
    from isopolity.command.offline.rule_file import rules_document

    fields = dict(rules_document(rules)) if rules else {}
    fields |= {"objective": _objective(objective)} if objective else {}
    fields |= {"kinds": _kinds(kind)} if kind else {}
    fields |= {"draft": True} if draft else {}
    fields |= {"keep_drafts": True} if keep_drafts else {}
    order = RoundOrder(
        seed=seed,
        mode="exact" if exact else "quick",
        must=[MustItem(root=find_pair(client, each)) for each in must or ()],
        never=[NeverItem(root=find_pair(client, each)) for each in never or ()],
    )
    with progress() as shown:
        done = run_round(client, order.model_copy(update=fields), shown)  # rules as they stand in the file
    if as_json:
        print_json(done)
    else:
        print_round(done)


@app.command("show")
@connected("staff")
def show(
    client: Client,
    round_id: RoundId = "latest",
    certificate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save what the round proves there, for `round verify`; - prints only that."),
    ] = None,
    publication: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Whose certificate: of this publication; of the last that stands if not given."
        ),
    ] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Show what came of a round: its figures, what the network gains, its pairs.

    Example: isopolity round show latest --certificate round.json
    """
    from isopolity.client.matching import proposals, publications, rounds
    from isopolity.command.atomic_file import atomic_file
    from isopolity.command.client.rounds import best_first, find_round, print_pairs, print_round

    known = find_round(client, round_id)
    of_round, proposed = known.round_id, known.proposed or 0
    if certificate is not None:
        of_one = (
            rounds.certificate(of_round) if publication is None else publications.certificate(of_round, publication)
        )
        proof = client.send(of_one)
        if certificate == Path("-"):
            typer.echo(proof, nl=False)
            return
        with atomic_file(certificate) as part:
            part.write_bytes(proof)
    found = client.every(lambda cursor, most: proposals.list(round_id=of_round, cursor=cursor, limit=most), proposed)
    pairs = best_first(found)[:limit]
    if as_json:
        print_json({**fields_of(known), "proposals": pairs})
        return
    print_round(known)
    if pairs:
        print_pairs(pairs, proposed)
    if certificate is not None:
        typer.echo(f"The certificate is in {certificate}; check it with `isopolity round verify {certificate}`.")


@app.command("publications")
@connected("staff")
def publications(client: Client, round_id: RoundId = "latest", as_json: AsJson = False) -> None:
    """List the publications of a round, undone or not; each has a certificate of its own, found by its number.

    Example: isopolity round show latest --publication 1 --certificate round.json
    """
    from isopolity.client.matching import rounds
    from isopolity.command.client.rounds import find_round
    from isopolity.command.console import moment

    found = client.send(rounds.publications(find_round(client, round_id).round_id)).items

    def cells(each: "PublicationRecordView") -> Sequence[object]:
        undone = f"{each.undone} at {moment(each.undone_at)}" if each.undone_at else None
        return [each.number, moment(each.at), each.pairs, undone, each.fingerprint]

    columns = ("number", "published at", "pairs", "undone", "fingerprint")
    print_list(found, columns, cells, empty="Nothing of this round is published.", as_json=as_json)


@app.command("list")
@connected("staff")
def list_rounds(client: Client, limit: Limit = 20, as_json: AsJson = False) -> None:
    """List rounds, the newest first."""
    from isopolity.client.matching import rounds
    from isopolity.command.console import moment, percent

    found = list(client.every(lambda cursor, most: rounds.list(cursor=cursor, limit=most), limit))

    def cells(known: "RoundView") -> Sequence[object]:
        gap = None if known.gap is None else percent(known.gap)
        figures = (known.mode, known.seed, known.proposed, gap, moment(known.ordered_at))
        return [known.round_id, known.status, *figures]

    columns = ("id", "status", "mode", "seed", "proposals", "gap", "ordered at")
    print_list(found, columns, cells, empty="No round has been run yet.", as_json=as_json)


@app.command("cancel")
@connected("staff")
def cancel(client: Client, round_id: RoundId = "latest") -> None:
    """Call off a round that waits or is computed: nothing of it goes out."""
    from isopolity.client.matching import rounds
    from isopolity.command.client.rounds import find_round

    known = client.send(rounds.cancel(find_round(client, round_id).round_id))
    typer.echo(f"Round {known.round_id} is cancelled; nothing of it went out.")


@app.command("verify")
def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The round's certificate; - reads it from stdin.")],
    as_json: AsJson = False,
) -> None:
    """Check a round's certificate, without a server and without a solver.

    It adds up again: that the chosen pairs respect capacities and rules, what they are worth, and the bound that no
    choice can exceed. The exit code is 0 when all is proved, 1 when not.

    Example: isopolity round verify certificate.json
    """
    from isopolity.command.offline.certificate_check import verify_file

    report = verify_file(file)
    if as_json:
        print_json(report.document())
    else:
        typer.echo("\n".join(report.lines()))
    if not report.verdict.is_proved:
        raise typer.Exit(1)


def _objective(name: str) -> str:
    from isopolity.command.failure import ExitCode, Failure

    known = ("most-total-fit", "serve-everybody-first", "as-even-as-possible-by-region", "first-ties-first")
    if name not in known:
        raise Failure(f"There is no objective {name}; choose from {', '.join(known)}.", ExitCode.USAGE)
    return name


def _kinds(given: Sequence[str]) -> list[str]:
    from isopolity.command.failure import ExitCode, Failure

    for kind in given:
        if kind not in ("twinning", "sponsorship"):
            raise Failure(f"There is no kind {kind}; choose from twinning, sponsorship.", ExitCode.USAGE)
    return list(dict.fromkeys(given))
