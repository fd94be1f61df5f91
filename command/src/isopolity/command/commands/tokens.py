"""`isopolity tokens`: bearer tokens signed with the command's own key; `isopolity keys`: keys of the network."""

from datetime import timedelta
from typing import Annotated

import typer

from isopolity.client.registry import revocations
from isopolity.client.registry.models import RevocationInput, RevocationReceipt
from isopolity.command.client.credentials import sign, token_id
from isopolity.command.client.http_client import Client
from isopolity.command.console import Result, Row, columns, fields_of, listed
from isopolity.command.failure import Failure, Misuse, require_known
from isopolity.command.options import DEFAULT_DATA, Bounds, Data, Limit, Verbs, option, require_one
from isopolity.identity.actors import SCOPES
from isopolity.machine.periods import OWN_TOKEN, in_words

app, keys_app = Verbs(), Verbs()
_HOURS = f"How long it is valid; at most ISOPOLITY_TOKEN_DAYS, {in_words(OWN_TOKEN)} if not set."
Hours = Annotated[float, option(f"--hours: {_HOURS}", Bounds(0.01))]


@app.verb("create")
def create(
    scope: list[str], subject: str = "operator", member: str | None = None, hours: Hours = 12, data: Data = DEFAULT_DATA
) -> None:
    """Print a new token, and on standard error its id, by which it can be revoked.

    It is signed with the command's own key: ISOPOLITY_COMMAND_KEY, or the one in the data folder. No service hears of
    it, so the audit has no entry that it was made; what is done with it has.

    Example: isopolity tokens create --scope staff --subject anna --hours 8

    Options:
        --scope SCOPE: member, staff, operator, contacts:read, or a right such as staff:read; give it again for another.
        --subject NAME: Who uses it; stands in the logs. The id of a contact, or of a person of the office, makes it end
            with them.
        --member ID: The member that a token with the scope member speaks for.
    """
    for each in sorted(scope):
        require_known("scope", each, SCOPES)
    if "@" in subject:
        why = "give the person's id, so that it ends with them"
        raise Misuse(f"Give no address as --subject, which stands in logs: {why}.")
    if "member" in scope and member is None:
        raise Misuse("The scope member needs --member with the member's id.")
    token = sign(data, subject, scope, member=member, lifetime=timedelta(hours=hours))
    typer.echo(token)
    typer.echo(f"Its id is {token_id(token)}.", err=True)


@columns("revoked, issued until, over at", "No token is revoked.")
def _columns(each: RevocationReceipt) -> Row:
    return each.revocation_id, each.revoked_at, each.expires_at


@app.verb("list", "staff")
def list_revoked(client: Client, limit: Limit = 50) -> Result:
    """List the tokens that are revoked, until the last of them would have expired.

    Tokens in use are kept nowhere; `isopolity audit list` names those that acted. Of a subject only a digest is kept.
    """
    return listed(client.every(revocations.list, limit), _columns)


@app.verb("revoke", "staff")
def revoke(
    client: Client, identifier: str | None = None, subject: str | None = None, member: str | None = None
) -> None:
    """Revoke tokens that exist by now; every service refuses them within seconds.

    The id of a token stands in the log of each request, and in the audit.

    Example: isopolity tokens revoke --subject anna

    Options:
        --id ID: This token.
        --subject NAME: All tokens of this subject.
        --member ID: All tokens that speak for this member.
    """
    given = {"token_id": identifier, "subject": subject, "member_id": member}
    named = {name: value for name, value in given.items() if value is not None}
    require_one("Name what to revoke by one of --id, --subject and --member.", *(name in named for name in given))
    answer = client.send(revocations.create(RevocationInput.model_validate(named)))
    (whose,) = (f"{name.removesuffix('_id')} {value}" for name, value in named.items())
    until = fields_of(answer)["revoked_at"]
    typer.echo(f"Revoked: {whose}, for tokens issued until {until}.", err=True)


@keys_app.verb("make")
def make(holder: str | None = None) -> None:
    """Print fresh secrets as settings, and the public halves that belong to them; nothing is kept.

    Give each secret to its holder alone, and ISOPOLITY_PUBLIC_KEYS to all services. Keys for answer
    links that were made from ISOPOLITY_TOKEN_KEYS follow the new one, so that links in mails stay valid.

    Example: isopolity keys make notify

    Options:
        HOLDER: registry, command or notify; all of them if not given.
    """
    from isopolity.command.offline.network_keys import SETTINGS, fresh_settings

    holders = list(SETTINGS) if holder is None else [require_known("key of", holder, SETTINGS)]
    for name, value in fresh_settings(holders).items():
        typer.echo(f"{name}={value}")


@keys_app.verb("show")
def show(data: Data = DEFAULT_DATA) -> str:
    """Print the public half of each secret that is set here, or kept in the data folder, as ISOPOLITY_PUBLIC_KEYS."""
    from isopolity.command.offline.network_keys import public_halves

    halves = public_halves(data)
    if not halves:
        raise Failure("No secret is set here: set ISOPOLITY_COMMAND_KEY, or name a data folder with --data.")
    return f"ISOPOLITY_PUBLIC_KEYS={','.join(halves)}"
