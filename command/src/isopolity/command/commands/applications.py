"""`isopolity applications`: who wants to join; `isopolity changes`: new identities and claimed twinnings.

Staff decides about all of them.
"""

from functools import partial
from typing import Annotated

from isopolity.client.registry import applications, changes, cities, twinnings
from isopolity.client.registry.models import ApplicationSummary, ChangeDocument, ChangeRefusal, Question, Refusal
from isopolity.command.client.documents import render_document
from isopolity.command.client.http_client import Client
from isopolity.command.console import Result, Row, View, columns, listed, listing, rendered
from isopolity.command.failure import Misuse
from isopolity.command.options import Country, Limit, Refused, Text, Verbs, option

app, changes_app = Verbs(), Verbs()
ApplicationId = Annotated[str, option("ID")]
ChangeId = Annotated[str, option("ID: As `isopolity changes list` shows it.")]
Version = Annotated[int | None, option("--version NUMBER: The version that you read; needed for a change to a member.")]


@columns("id, name, kind, country, status, look at", "No application fits.")
def _columns(each: ApplicationSummary) -> Row:
    warnings = "\n".join(each.warnings)
    return each.application_id, each.name, each.member_kind, each.country, each.status, warnings


@app.verb("list", "staff")
def list_applications(
    client: Client,
    status: str = "waiting",
    partners: bool | None = None,
    country: Country = None,
    text: Text = None,
    limit: Limit = 50,
) -> Result:
    """List applications, with what to look at before endorsing.

    Options:
        --status STATUS: waiting (for you), unconfirmed (its address), confirmed, asked (the applicant), endorsed,
            refused, withdrawn or any.
        --partners/--cities: Of partners, or of cities.
    """
    kind = None if partners is None else "partner" if partners else "city"
    pages = partial(applications.list, status=status, member_kind=kind, country=country, text=text)
    return listed(client.every(pages, limit), _columns)


@app.verb("show", "staff")
def show(client: Client, application_id: ApplicationId) -> Result:
    """Show an application whole, with the person who applied."""
    return rendered(client.send(applications.read(application_id)), render_document)


@app.verb("endorse", "staff")
def endorse(client: Client, application_id: ApplicationId, reinstate: bool = False) -> str:
    """Make a member of an application: visible and matched at once.

    A member that withdrew comes back only with --reinstate; its former contacts stay as they were.

    Options:
        --reinstate: Reinstate the member that withdrew with this identity.
    """
    done = client.send(applications.endorse(application_id, reinstate=reinstate))
    return f"{done.detail} Its id is {done.member_id}."


@app.verb("ask", "staff")
def ask(client: Client, application_id: ApplicationId, question: str) -> str:
    """Send the applicant a question by mail.

    The applicant answers by the link in it, and may correct the application; it waits for you again with the answer, or
    after 30 days. You may decide all the same.

    Options:
        QUESTION: What the mail asks, in your words.
    """
    client.send(applications.ask(application_id, Question(question=question)))
    return f"A mail asks the applicant of {application_id}. The application is now pending with the applicant."


@app.verb("consult", "staff")
def consult(client: Client, application_id: ApplicationId) -> str:
    """Ask the National Commission of the city's country by mail whether it endorses the city; you decide."""
    asked = client.send(applications.consult(application_id)).commission
    who = "its National Commission" if asked is None else asked.commission_name
    return f"A mail asks {who} about application {application_id}."


@app.verb("refuse", "staff")
def refuse(
    client: Client, application_id: ApplicationId, reason: Refused, words: str | None = None, mail: bool | None = None
) -> str:
    """Refuse an application: the person who applied gets a mail with the reason, and is deleted.

    No mail is sent with --no-mail, or where the address is not confirmed.

    Options:
        --words TEXT: Words to add to the mail.
        --mail/--no-mail: Write to the applicant; the default, except for not-authentic.
    """
    given = {name: value for name, value in (("words", words), ("mail", mail)) if value is not None}
    done = client.send(applications.refuse(application_id, Refusal(reason=reason).model_copy(update=given)))
    outcome = "the applicant's data is deleted, and no mail is sent."
    if done.is_mailed:
        outcome = "a mail tells the applicant the reason; then the applicant's data is deleted."
    return f"Application {application_id} is declined: {outcome}"


@changes_app.verb("list", "staff")
def list_changes(client: Client, limit: Limit = 50) -> Result:
    """List the changes and claims that wait for staff."""
    waiting = list(client.every(changes.list, limit))
    claims = list(client.every(partial(twinnings.list, status="claimed"), limit))

    def view() -> View:
        rows = [(each.member_id, each.version, _differences(each), _asked_by(client, each)) for each in waiting]
        for claim in claims:
            a, b = _name_of(client, claim.city_a), _name_of(client, claim.city_b)
            asker = a if claim.claimed_by == claim.city_a else b
            rows.append((claim.twinning_id, claim.version, f"twinned: {a}, {b}", asker))
        yield listing("id, version, what, asked by", rows, "There is nothing to decide.")

    return Result({"changes": waiting, "twinnings": claims}, view())


@changes_app.verb("approve", "staff")
def approve_change(client: Client, change_id: ChangeId, version: Version = None) -> str:
    """Let a change of identity, or a claimed twinning, take effect.

    Example: isopolity changes approve 019ab7c4-0001-7007-801f-5f3c9d2e0001 --version 1
    """
    if _is_twinning(change_id):
        client.send(twinnings.confirm(change_id))
    else:
        client.send(changes.approve(change_id, version=_read_version(version)))
    return f"{change_id} has taken effect."


@changes_app.verb("refuse", "staff")
def refuse_change(client: Client, change_id: ChangeId, version: Version = None, reason: str | None = None) -> str:
    """Refuse a change of identity, or a claimed twinning.

    Options:
        --reason WORDS: Why a change to a member is declined; the member sees it.
    """
    if _is_twinning(change_id):
        client.send(twinnings.refuse(change_id))
    else:
        words = ChangeRefusal(reason=reason) if reason else None
        client.send(changes.refuse(change_id, words, version=_read_version(version)))
    return f"{change_id} is declined."


def _is_twinning(change_id: str) -> bool:
    """Whether the id names the two cities of a twinning."""
    return ":" in change_id


def _read_version(version: int | None) -> int:
    """The version that the caller read. Raises Failure without one."""
    if version is None:
        raise Misuse("Give with --version the version that you read, so that nothing newer is decided.")
    return version


def _asked_by(client: Client, change: ChangeDocument) -> object:
    before = change.before
    return _name_of(client, before["city_id"]) if change.member_kind == "request" else before["name"]


def _name_of(client: Client, city_id: str) -> str:
    return client.send(cities.read(city_id)).name


def _differences(change: ChangeDocument) -> str:
    before, wanted = change.before, change.wanted
    return "\n".join(f"{name.replace('_', ' ')}: {before.get(name, '')} → {value}" for name, value in wanted.items())
