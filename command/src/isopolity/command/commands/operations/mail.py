"""`isopolity mail`: the ledger of mails."""

from typing import TYPE_CHECKING, Annotated

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, ListFile, ListLimit, Yes, at_most, connected

if TYPE_CHECKING:
    from datetime import datetime

Reason = Annotated[
    str | None, typer.Option(metavar="CODE", help="Those with this reason, as `mail unarrived` lists it.")
]
Purpose = Annotated[str | None, typer.Option(metavar="PURPOSE", help="Those for this, such as introduction.")]
Since = Annotated[str | None, typer.Option(metavar="TIME", help="Those that ended then or later: 2026-12-01T09:00Z.")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Those that ended before: 2026-12-01T10:00Z.")]

app = typer.Typer(no_args_is_help=True, help="Mails and what became of them.")


@app.command("list")
@connected("operator", "staff")
def list_mails(
    client: Client,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="queued, sent, deferred, failed, bounced, suppressed, unknown.")
    ] = None,
    limit: ListLimit = None,
    output: ListFile = None,
    as_json: AsJson = False,
) -> None:
    """List mails; addresses are not shown."""
    from isopolity.client.notify import mails

    found = list(
        client.every(lambda cursor, most: mails.list(outcome=state, cursor=cursor, limit=most), at_most(limit, output))
    )
    if output is not None:
        from isopolity.command.client.listings import MAILS, save_list

        save_list(output, found, MAILS)
        return
    from isopolity.command.console import moment

    print_list(
        found,
        ("id", "purpose", "state", "attempts", "reason", "proposal", "side", "since"),
        lambda mail: [
            *(mail.mail_id, mail.purpose, mail.state, mail.attempts, mail.reason, mail.proposal_id, mail.side),
            moment(mail.updated_at),
        ],
        empty="No mail fits.",
        as_json=as_json,
    )


@app.command("show")
@connected("operator", "staff")
def show(client: Client, mail_id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Show a mail's entry in the ledger."""
    from isopolity.client.notify import mails
    from isopolity.command.client.documents import print_document

    print_document(client.send(mails.read(mail_id)), as_json=as_json)


@app.command("unarrived")
@connected("staff")
def unarrived(
    client: Client,
    reason: Reason = None,
    purpose: Purpose = None,
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """Count the mails that did not arrive, by reason and by hour; `mail again` sends them."""
    from isopolity.client.notify import unarrived as listed
    from isopolity.command.console import moment, print_json

    chosen = listed.list(
        reason=reason, purpose=purpose, since=_moment("--since", since), until=_moment("--until", until)
    )
    found = client.send(chosen)
    if as_json:
        print_json(found)
        return
    reasons = ("reason", "mails", "goes again", "why")
    goes = {False: "yes", True: "no, stale"}
    print_list(
        found.reasons,
        reasons,
        lambda each: [each.reason, each.mails, goes[each.is_stale], each.why],
        empty="All mails arrived, as far as is known.",
        as_json=False,
    )
    if found.hours:
        hours = ("hour from", "mails")
        print_list(found.hours, hours, lambda each: [moment(each.since), each.mails], empty="", as_json=False)


@app.command("again")
@connected("staff")
def again(
    client: Client,
    mail_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", show_default=False)] = None,
    reason: Reason = None,
    purpose: Purpose = None,
    since: Since = None,
    until: Until = None,
    yes: Yes = False,
) -> None:
    """Send mails again that did not arrive: those named, or those of a reason, a purpose or a time, or all of them.

    It says first how many go and why others do not. Mails with a link that is a secret do not: their reader asks anew.
    """
    from isopolity.client.notify import unarrived as listed
    from isopolity.client.notify.models import Selection
    from isopolity.command.client.questions import confirmed
    from isopolity.command.console import counted

    moments = {"since": _moment("--since", since), "until": _moment("--until", until)}
    filters = {"reason": reason, "purpose": purpose, **moments, "mail_ids": mail_ids or None}
    chosen = Selection().model_copy(update={name: value for name, value in filters.items() if value is not None})
    sent = 0
    while True:
        look = client.send(listed.preview(chosen))
        for each in look.kept:
            typer.echo(f"{counted(each.mails, 'mail')} not sent: {each.why}")
        if look.goes:
            if not confirmed(f"Send {counted(look.goes, 'mail')} again?", yes=yes):
                raise typer.Exit(1)
            done = client.send(listed.again(chosen))
            typer.echo(f"{counted(done.goes, 'mail')} sent again.")
            sent += done.goes
        if not look.next:
            break
        chosen = chosen.model_copy(update={"after": look.next})
    if not sent:
        typer.echo("Nothing is sent.")


@app.command("try-server")
@connected("operator", "staff")
def try_server(client: Client) -> None:
    """Try the mail server at once, after it was mended."""
    from isopolity.client.notify import mail_server

    client.send(mail_server.try_())
    typer.echo("The mail server is tried now; `isopolity status` says what came of it.")


@app.command("void")
@connected("staff")
def void(client: Client, mail_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """End the answer link in a proposal's mail, for good, if it got into the wrong hands."""
    from isopolity.client.notify import mails

    client.send(mails.void_link(mail_id))
    typer.echo(f"The answer link of mail {mail_id} has ended.")


@app.command("resolve")
@connected("operator", "staff")
def resolve(
    client: Client,
    mail_id: Annotated[str, typer.Argument(metavar="ID")],
    sent: Annotated[
        bool | None,
        typer.Option("--sent/--again", help="It arrived; or it did not: send it again.", show_default=False),
    ] = None,
    yes: Yes = False,
) -> None:
    """Decide about a mail of which nobody knows whether it arrived.

    Ask the recipient, or look into the mail server's log, first: --again may send it a second time.
    """
    from isopolity.client.notify import mails
    from isopolity.client.notify.models import Resolution
    from isopolity.command.client.questions import confirmed
    from isopolity.command.failure import ExitCode, Failure

    if sent is None:
        raise Failure("Say --sent if it arrived, or --again to send it once more.", ExitCode.USAGE)
    if not sent and not confirmed("Send 1 mail once more? Its recipient may have it already.", yes=yes):
        raise typer.Exit(1)
    client.send(mails.resolve(mail_id, Resolution(as_="sent" if sent else "send-again")))
    typer.echo(f"Mail {mail_id} is {'recorded as sent' if sent else 'queued again'}.")


def _moment(option: str, text: str | None) -> "datetime | None":
    """The moment that is written. Raises Failure where it is none."""
    from datetime import datetime

    from isopolity.command.failure import ExitCode, Failure

    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"Give {option} as a moment: 2026-12-01T09:00Z.", ExitCode.USAGE) from None
