"""`isopolity round`: rounds, and the proof of how good they are; `isopolity rules`: files of rules."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from isopolity.client.matching import proposals, rounds
from isopolity.client.matching import publications as of_publication
from isopolity.client.matching.models import MustItem, NeverItem, PublicationRecordView, RoundOrder, RoundView
from isopolity.command.atomic_file import atomic_file
from isopolity.command.client.directory import find_pair
from isopolity.command.client.http_client import Client
from isopolity.command.client.rounds import best_first, find_round, render_pairs, render_round, run_round
from isopolity.command.console import Result, Row, columns, fields_of, listed, moment, percent, progress, rendered
from isopolity.command.failure import require_known
from isopolity.command.options import Limit, Positive, Seed, Verbs, option

app, rules_app = Verbs(), Verbs()
RoundId = Annotated[str, option("[ID]: Which round; the latest if none is named.")]
_OBJECTIVES = ("most-total-fit", "serve-everybody-first", "as-even-as-possible-by-region", "first-ties-first")


@app.verb("run", "staff")
def run(
    client: Client,
    exact: bool = False,
    seed: Seed = 0,
    kind: list[str] | None = None,
    must: list[str] | None = None,
    never: list[str] | None = None,
    rules: str | None = None,
    objective: str | None = None,
    no_floors: bool = False,
    draft: bool = False,
    keep_drafts: bool = False,
) -> Result:
    """Run a round over all members with free capacity, and tell what came of it.

    Its proposals go out; with --draft, and always under the sending policy hold, it ends in a draft: see
    `isopolity drafts`. Ctrl-C leaves the round running.

    Example: isopolity round run --exact --must Curitiba:Manises

    Options:
        --exact: Work longer to prove that nothing is better.
        --seed: Decides between pairs of the same worth.
        --kind KIND: Only twinning or only sponsorship; both if not given.
        --must A:B: This pair must be chosen, by ids or names; give it again for another.
        --never A:B: This pair must not be chosen.
        --rules FILE: Further rules, and an objective, in TOML; see `isopolity rules check`.
        --objective NAME: most-total-fit, serve-everybody-first, as-even-as-possible-by-region or first-ties-first.
        --no-floors: No floors for groups of cities; else those of the rules file, or of the network.
        --draft: End in a draft, whatever the sending policy: nothing goes out.
        --keep-drafts: Keep open drafts beside the new one.
    """
    from isopolity.command.offline.rule_file import rules_document

    fields = dict(rules_document(rules)) if rules else {}
    if objective:
        fields["objective"] = require_known("objective", objective, _OBJECTIVES)
    if kind:
        kinds = (require_known("kind", each, ("twinning", "sponsorship")) for each in kind)
        fields["kinds"] = list(dict.fromkeys(kinds))
    fields |= {name: True for name, is_set in (("draft", draft), ("keep_drafts", keep_drafts)) if is_set}
    if no_floors:
        fields["floors"] = []
    order = RoundOrder(
        seed=seed,
        mode="exact" if exact else "quick",
        must=[MustItem(root=find_pair(client, each)) for each in must or ()],
        never=[NeverItem(root=find_pair(client, each)) for each in never or ()],
    )
    with progress() as steps:
        done = run_round(client, order.model_copy(update=fields), steps)  # rules as they stand in the file
    return rendered(done, render_round)


@app.verb("show", "staff")
def show(
    client: Client,
    round_id: RoundId = "latest",
    certificate: Path | None = None,
    sealed: Path | None = None,
    publication: Positive | None = None,
    limit: Limit = 20,
) -> Result | None:
    """Show what came of a round: its figures, what the network gains, its pairs.

    Example: isopolity round show latest --certificate round.json

    Options:
        --certificate FILE: Save what the round proves there, for `round verify`; - prints only that.
        --sealed FILE: Save there the members that were sealed with it, for `round verify --all`; for auditors only.
        --publication N: Whose certificate: of this publication; of the last that stands if not given.
    """
    known = find_round(client, round_id)
    of_round, proposed = known.round_id, known.proposed or 0
    if certificate is not None:
        proof = client.send(
            rounds.certificate(of_round) if publication is None else of_publication.certificate(of_round, publication)
        )
        if certificate == Path("-"):
            typer.echo(proof, nl=False)
            return None
        with atomic_file(certificate) as part:
            part.write_bytes(proof)
    if sealed is not None:
        number = publication or _last_standing(client, of_round)
        with atomic_file(sealed) as part:
            part.write_bytes(client.send(of_publication.sealed(of_round, number)))
    pairs = best_first(client.every(partial(proposals.list, round_id=of_round), proposed))[:limit]

    view = [*render_round(known), *(render_pairs(pairs, proposed) if pairs else ())]
    if certificate is not None:
        view.append(Text(f"The certificate is in {certificate}; check it with `isopolity round verify {certificate}`."))
    return Result({**fields_of(known), "proposals": pairs}, view)


def _last_standing(client: Client, round_id: str) -> int:
    """The number of the last publication that stands; 1 if none does, whose refusal says why there is no file."""
    standing = [each.number for each in client.send(rounds.publications(round_id)).items if each.stands]
    return max(standing, default=1)


@columns("number, published at, pairs, undone, fingerprint", "Nothing of this round is published.")
def _columns_of_publications(each: PublicationRecordView) -> Row:
    undone = f"{each.undone} at {moment(each.undone_at)}" if each.undone_at else None
    return each.number, each.at, each.pairs, undone, each.fingerprint


@app.verb("publications", "staff")
def publications(client: Client, round_id: RoundId = "latest") -> Result:
    """List the publications of a round, undone or not; each has a certificate of its own, found by its number.

    Example: isopolity round show latest --publication 1 --certificate round.json
    """
    found = client.send(rounds.publications(find_round(client, round_id).round_id))
    return listed(found.items, _columns_of_publications)


@columns("id, status, mode, seed, proposals, gap, ordered at", "No round has been run yet.")
def _columns(each: RoundView) -> Row:
    gap = None if each.gap is None else percent(each.gap)
    return each.round_id, each.status, each.mode, each.seed, each.proposed, gap, each.ordered_at


@app.verb("list", "staff")
def list_rounds(client: Client, limit: Limit = 20) -> Result:
    """List rounds, the newest first."""
    return listed(client.every(rounds.list, limit), _columns)


@app.verb("cancel", "staff")
def cancel(client: Client, round_id: RoundId = "latest") -> str:
    """Call off a round that waits or is computed: nothing of it goes out."""
    known = client.send(rounds.cancel(find_round(client, round_id).round_id))
    return f"Round {known.round_id} is cancelled; nothing of it went out."


@app.verb("verify")
def verify(
    file: str,
    sealed: Path | None = None,
    rows: Positive | None = None,
) -> Result:
    """Check a round's certificate, without a server and without a solver.

    It adds up again: that the chosen pairs respect capacities and rules, what they are worth, and the bound that no
    choice can exceed. With --all it also checks what is said of all pairs: it scores them anew from the sealed members,
    up to 3,000 rows completely, beyond that 500 rows that the fingerprint draws. The exit code is 0 when all is proved,
    1 when not.

    Example: isopolity round verify certificate.json

    Options:
        FILE: The round's certificate; - reads it from stdin.
        --all SEALED: The members that were sealed with it, from `round show --sealed`.
        --rows N: How many rows of pairs --all draws.
    """
    from isopolity.command.offline.certificate_check import verify_file

    report = verify_file(file, sealed, rows)
    code = 0 if report.is_proved else 1
    return Result(report.document(), map(Text, report.lines()), code)


@rules_app.verb("check")
def check(file: str) -> Result:
    """Tell each rule of a file as a sentence, or what to change in it; without a server, and nothing is run.

    The exit code is 0 when a round could be run under these rules, 1 when not.

    Example: isopolity rules check rules.toml

    Options:
        FILE: Rules in TOML, as for a round; - reads them from stdin.
    """
    from isopolity.command.offline.rule_file import rule_sentences

    *rules, objective = rule_sentences(file)
    lines = [*(f"{number}. {rule}" for number, rule in enumerate(rules, 1)), f"Objective: {objective}"]
    return Result({"rules": rules, "objective": objective}, map(Text, lines))
