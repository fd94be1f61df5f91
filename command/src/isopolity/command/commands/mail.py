"""`isopolity mail`: the ledger of mails."""

from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from isopolity.client.notify import mail_server, mails
from isopolity.client.notify import unarrived as unarrived_mails
from isopolity.client.notify.models import MailOut, Resolution, Selection
from isopolity.command.client.documents import columns_of_mails, listed_or_saved, render_document
from isopolity.command.client.http_client import Client
from isopolity.command.console import Result, Row, View, columns, counted, listing, rendered
from isopolity.command.failure import Misuse
from isopolity.command.options import ListFile, ListLimit, Verbs, Yes, at_most, confirm, option

app = Verbs()
MailId = Annotated[str, option("ID")]
Reason = Annotated[str | None, option("--reason CODE: Those with this reason, as `mail unarrived` lists it.")]
Purpose = Annotated[str | None, option("--purpose PURPOSE: Those for this, such as introduction.")]
Since = Annotated[str | None, option("--since TIME: Those that ended then or later: 2026-12-01T09:00Z.")]
Until = Annotated[str | None, option("--until TIME: Those that ended before: 2026-12-01T10:00Z.")]


@columns("id, purpose, state, attempts, reason, proposal, side, since", "No mail fits.")
def _columns(each: MailOut) -> Row:
    about = each.reason, each.proposal_id, each.side
    return each.mail_id, each.purpose, each.state, each.attempts, *about, each.updated_at


@app.verb("list", "operator", "staff")
def list_mails(
    client: Client, state: str | None = None, limit: ListLimit = None, output: ListFile = None
) -> Result | View:
    """List mails, without addresses.

    Options:
        --state STATE: queued, sent, deferred, failed, bounced, suppressed, unknown.
    """
    found = client.every(partial(mails.list, outcome=state), at_most(limit, output))
    return listed_or_saved(found, output, _columns, columns_of_mails)


@app.verb("show", "operator", "staff")
def show(client: Client, mail_id: MailId) -> Result:
    """Show a mail's entry in the ledger."""
    return rendered(client.send(mails.read(mail_id)), render_document)


@app.verb("unarrived", "staff")
def unarrived(
    client: Client, reason: Reason = None, purpose: Purpose = None, since: Since = None, until: Until = None
) -> Result:
    """Count the mails that did not arrive, by reason and by hour; `mail again` sends them."""
    moments = {"since": _moment("--since", since), "until": _moment("--until", until)}
    found = client.send(unarrived_mails.list(reason=reason, purpose=purpose, **moments))

    reasons = ((each.reason, each.mails, "no, stale" if each.is_stale else "yes", each.why) for each in found.reasons)
    table = listing("reason, mails, goes again, why", reasons, "All mails arrived, as far as is known.")
    return Result(found, [table, listing("hour from, mails", ((each.since, each.mails) for each in found.hours))])


@app.verb("again", "staff")
def again(
    client: Client,
    mail_ids: list[str] | None = None,
    reason: Reason = None,
    purpose: Purpose = None,
    since: Since = None,
    until: Until = None,
    yes: Yes = False,
) -> None:
    """Send mails again that did not arrive: those named, or those of a reason, a purpose or a time, or all of them.

    It says first how many go and why others do not. Mails with a link that is a secret do not: their reader asks anew.

    Options:
        [ID]...
    """
    moments = {"since": _moment("--since", since), "until": _moment("--until", until)}
    filters = {"reason": reason, "purpose": purpose, **moments, "mail_ids": mail_ids or None}
    chosen = Selection().model_copy(update={name: value for name, value in filters.items() if value is not None})
    sent = 0
    while True:
        look = client.send(unarrived_mails.preview(chosen))
        for each in look.kept:
            typer.echo(f"{counted(each.mails, 'mail')} not sent: {each.why}")
        if look.goes:
            confirm(f"Send {counted(look.goes, 'mail')} again?", yes=yes)
            done = client.send(unarrived_mails.again(chosen))
            typer.echo(f"{counted(done.goes, 'mail')} sent again.")
            sent += done.goes
        if not look.next:
            break
        chosen = chosen.model_copy(update={"after": look.next})
    if not sent:
        typer.echo("Nothing is sent.")


@app.verb("try-server", "operator", "staff")
def try_server(client: Client) -> str:
    """Try the mail server at once, after it was mended."""
    client.send(mail_server.try_())
    return "The mail server is being tried. See the result with `isopolity status`."


@app.verb("void", "staff")
def void(client: Client, mail_id: MailId) -> str:
    """End the answer link in a proposal's mail, for good, if it got into the wrong hands."""
    client.send(mails.void_link(mail_id))
    return f"The answer link of mail {mail_id} has ended."


@app.verb("resolve", "operator", "staff")
def resolve(client: Client, mail_id: MailId, sent: bool | None = None, yes: Yes = False) -> str:
    """Decide about a mail of which it is unknown whether it arrived.

    Ask the recipient, or look into the mail server's log, first: --again may send it a second time.

    Options:
        --sent/--again: Record it as arrived, or send it again.
    """
    if sent is None:
        raise Misuse("Say --sent if it arrived, or --again to send it once more.")
    if not sent:
        confirm("Send 1 mail once more? Its recipient may have it already.", yes=yes)
    client.send(mails.resolve(mail_id, Resolution(as_="sent" if sent else "send-again")))
    return f"Mail {mail_id} is {'recorded as sent' if sent else 'queued again'}."


def _moment(option: str, text: str | None) -> datetime | None:
    """The moment that is written. Raises Failure for a text that is none."""
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise Misuse(f"Give {option} as a moment: 2026-12-01T09:00Z.") from None
