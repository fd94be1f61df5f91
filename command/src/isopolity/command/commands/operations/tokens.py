"""`isopolity tokens`: bearer tokens signed with the command's own key."""

from typing import Annotated

import typer

from isopolity.command.console import fields_of, print_list
from isopolity.command.failure import ExitCode, Failure
from isopolity.command.options import DEFAULT_DATA, AsJson, Client, Data, Limit, connected
from isopolity.machine.periods import OWN_TOKEN, in_words

app = typer.Typer(no_args_is_help=True, help="Bearer tokens for people and programs.")


@app.command("create")
def create(
    scope: Annotated[
        list[str],
        typer.Option(
            metavar="SCOPE",
            help="member, staff, operator, contacts:read, or a right such as staff:read; give it again for another.",
        ),
    ],
    subject: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Who uses it; stands in the logs. The id of a contact, or of a person of the office, makes it end with"
            " them.",
        ),
    ] = "operator",
    member: Annotated[
        str | None, typer.Option(metavar="ID", help="The member that a token with the scope member speaks for.")
    ] = None,
    hours: Annotated[
        float,
        typer.Option(
            min=0.01, help=f"How long it is valid; at most ISOPOLITY_TOKEN_DAYS, {in_words(OWN_TOKEN)} if not set."
        ),
    ] = 12,
    data: Data = DEFAULT_DATA,
) -> None:
    """Print a new token, and on standard error its id, by which it can be revoked.

    It is signed with the command's own key: ISOPOLITY_COMMAND_KEY, or the one in the data folder. No service hears of
    it, so the audit has no entry that it was made; what is done with it has.

    Example: isopolity tokens create --scope staff --subject anna --hours 8
    """
    from datetime import timedelta

    from isopolity.command.client.credentials import longest_life, sign, token_id
    from isopolity.identity.actors import SCOPES

    wrong = sorted(set(scope) - SCOPES.keys())
    if wrong:
        raise Failure(f"There is no scope {wrong[0]}; choose from {', '.join(SCOPES)}.", ExitCode.USAGE)
    if "@" in subject:
        raise Failure(
            "Give no address as --subject, which stands in logs: give the person's id, so that it ends with them.",
            ExitCode.USAGE,
        )
    if "member" in scope and member is None:
        raise Failure("The scope member needs --member with the member's id.", ExitCode.USAGE)
    lifetime, longest = timedelta(hours=hours), longest_life()
    token = sign(data, subject, scope, member=member, lifetime=lifetime, longest=longest)
    typer.echo(token)
    typer.echo(f"Its id is {token_id(token)}.", err=True)


@app.command("list")
@connected("staff")
def list_revoked(client: Client, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List the tokens that are revoked, until the last of them would have expired.

    Tokens in use are kept nowhere; `isopolity audit list` names those that acted. Of a subject only a digest is kept.
    """
    from isopolity.client.registry import revocations
    from isopolity.command.console import moment

    found = list(client.every(lambda cursor, most: revocations.list(cursor=cursor, limit=most), limit))
    print_list(
        found,
        ("revoked", "issued until", "over at"),
        lambda each: [each.revocation_id, moment(each.revoked_at), moment(each.expires_at)],
        empty="No token is revoked.",
        as_json=as_json,
    )


@app.command("revoke")
@connected("staff")
def revoke(
    client: Client,
    identifier: Annotated[str | None, typer.Option("--id", metavar="ID", help="This token.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="NAME", help="All tokens of this subject.")] = None,
    member: Annotated[str | None, typer.Option(metavar="ID", help="All tokens that speak for this member.")] = None,
) -> None:
    """Revoke tokens that exist by now; every service refuses them within seconds.

    The id of a token stands in the log of each request, and in the audit.

    Example: isopolity tokens revoke --subject anna
    """
    from isopolity.client.registry import revocations
    from isopolity.client.registry.models import RevocationInput

    given = {"token_id": identifier, "subject": subject, "member_id": member}
    named = {name: value for name, value in given.items() if value is not None}
    if len(named) != 1:
        raise Failure("Name what to revoke by one of --id, --subject and --member.", ExitCode.USAGE)
    answer = client.send(revocations.create(RevocationInput.model_validate(named)))
    (whose,) = (f"{name.removesuffix('_id')} {value}" for name, value in named.items())
    until = fields_of(answer)["revoked_at"]
    typer.echo(f"Revoked: {whose}, for tokens issued until {until}.", err=True)
