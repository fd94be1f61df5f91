"""The `isopolity` command: the name of each subcommand and its function.

Invariant: importing this module imports no service and no client, so that `--help` answers at once.
"""

from typing import Annotated

import typer

from isopolity.command.commands.matching import (
    affinity,
    amounts,
    draft_edits,
    feedback,
    pairs,
    partnerships,
    portfolios,
    proposals,
    rounds,
    rules,
)
from isopolity.command.commands.members import applications, changes, contacts, exports, imports, members
from isopolity.command.commands.operations import (
    audit,
    dead_letters,
    doctor,
    events,
    journey,
    keys,
    mail,
    offsets,
    people,
    republish,
    status,
    tokens,
    up,
)
from isopolity.command.group import Commands

_HELP = """Isopolity finds partners for learning cities: twinnings, and sponsors.

Start everything on this machine with [bold]isopolity up[/bold], then open http://127.0.0.1:8000.
The other commands talk to a running instance: this one, or the one that --url names.
"""
_EXIT_CODES = (
    "Exit codes: 0 done; 1 something is wrong with the data or the state; 2 wrong usage; 3 the server or a peer "
    "cannot be reached; 4 the token is missing or does not suffice; 70 a bug; 130 interrupted."
)


def _print_version(is_wanted: bool) -> None:
    """Print the release and end, where that is wanted."""
    if is_wanted:
        from isopolity.configuration.setting_names import release_line

        typer.echo(release_line("isopolity"))
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    help=_HELP,
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def isopolity(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the release, and end.")
    ] = False,
) -> None:
    """Takes the options of the command itself; its help is that of the application."""


app.command("up", epilog=up.EPILOG)(up.up)
app.command("status")(status.status)
app.command("demo")(imports.demo)
app.add_typer(imports.app, name="import")
app.add_typer(exports.app, name="export")
app.add_typer(members.app, name="members")
app.add_typer(contacts.app, name="contacts")
app.add_typer(applications.app, name="applications")
app.add_typer(changes.app, name="changes")
app.add_typer(proposals.app, name="proposals")
app.add_typer(rounds.app, name="round")
app.add_typer(rules.app, name="rules")
app.add_typer(draft_edits.app, name="drafts")
app.command("why")(pairs.why)
app.command("suggest")(pairs.suggest)
app.command("portfolio")(portfolios.portfolio)
app.add_typer(amounts.app, name="amounts")
app.add_typer(affinity.app, name="affinity")
app.add_typer(partnerships.app, name="partnerships")
app.add_typer(mail.app, name="mail")
app.add_typer(feedback.app, name="feedback")
app.add_typer(events.app, name="events")
app.command("journey")(journey.journey)
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(offsets.app, name="offsets")
app.add_typer(audit.app, name="audit")
app.command("republish")(republish.republish)
app.command("doctor")(doctor.doctor)
app.add_typer(people.app, name="people")
app.add_typer(tokens.app, name="tokens")
app.add_typer(keys.app, name="keys")
app.add_typer(tokens.app, name="token", hidden=True)  # its name before
