"""The `isopolity` command: the name of each subcommand, the module that it is in, and its help in one line.

Invariant: importing this module imports no service and no client, so that `--help` answers at once; the module of a
subcommand is imported when that is run or explained.
"""

from typing import Annotated, Final

import typer

from isopolity.command.group import Commands, Subcommand, loader

_HELP = """Isopolity finds partners for learning cities: twinnings, and sponsors.

Start everything on this machine with [bold]isopolity up[/bold], then open http://127.0.0.1:8000.
The other commands talk to a running instance: this one, or the one that --url names.
"""
_EXIT_CODES = (
    "Exit codes: 0 done; 1 something is wrong with the data or the state; 2 wrong usage; 3 the server or a peer "
    "cannot be reached; 4 the token is missing or does not suffice; 70 a bug; 130 interrupted."
)
SUBCOMMANDS: Final = {
    "up": ("instance:up", "Start all services in one process, with the embedded broker."),
    "status": ("instance:status", "Show the status: what works, and what is pending."),
    "demo": ("files:demo", "Load the demo network into a running instance, over HTTP."),
    "import": ("files:import_app", "Load members and what belongs to them from CSV, XLSX or JSON Lines files."),
    "export": ("files:export_app", "Write members and what belongs to them into files that import takes."),
    "members": ("members:app", "Cities and partners of the network."),
    "contacts": ("people:contacts_app", "Contacts of members."),
    "applications": ("applications:app", "Applications to join, and the decisions on them."),
    "changes": ("applications:changes_app", "Changes to members, requests and claimed twinnings to decide."),
    "proposals": ("proposals:app", "Proposals with their reasons and answers."),
    "round": ("rounds:app", "Rounds, and the proof of how good they are."),
    "rules": ("rounds:rules_app", "Files of rules for rounds."),
    "drafts": ("drafts:app", "Drafts of rounds: compared, edited, published, undone."),
    "why": ("pairs:why", "Explain why two members fit, or why one finds no partner."),
    "suggest": ("pairs:suggest", "Suggest partners for a city or a partner; nothing is proposed to anybody."),
    "portfolio": ("pairs:portfolio", "Show which cities a programme would support best with its budget."),
    "amounts": ("pairs:app", "How much requests ask for in other currencies, set by staff."),
    "affinity": ("affinity:app", "What real twinnings teach about which cities become twins."),
    "partnerships": ("proposals:partnerships_app", "Partnerships that came of proposals."),
    "mail": ("mail:app", "Mails and their states."),
    "feedback": ("proposals:feedback_app", "Comments that people wrote with their answers."),
    "events": ("events:app", "The event streams: list, show and follow what was written to the log."),
    "journey": ("events:journey", "Follow one member, proposal or mail through all services."),
    "dead-letters": ("groups:letters_app", "Events that a service could not process."),
    "offsets": ("groups:offsets_app", "Where the services' consumer groups stand on the log."),
    "audit": ("events:audit_app", "The audit: acts of staff, operators, members and holders of mailed links."),
    "republish": ("instance:republish", "Publish all state again, under the same versions."),
    "doctor": ("instance:doctor", "Check all settings, databases and servers, and say what to change."),
    "people": ("people:app", "Staff and operators, who sign in by a mailed link."),
    "tokens": ("tokens:app", "Bearer tokens for people and programs."),
    "keys": ("tokens:keys_app", "The network's keys: what signs its tokens and answer links."),
    "token": ("tokens:app", "Bearer tokens for people and programs."),
}
"""By name: module and attribute, and the first line of the help."""
_FORMER: Final = ("token",)
"""Names of earlier releases, which still work and are not listed."""


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
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the release and end.")
    ] = False,
) -> None:
    """Takes the options of the command itself; its help is that of the application."""


for _name, (_place, _line) in SUBCOMMANDS.items():
    _load = loader(f"isopolity.command.commands.{_place}", _name, _line)
    app.command(_name, cls=Subcommand, help=_line, hidden=_name in _FORMER)(_load)
