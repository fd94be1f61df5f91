"""`isopolity feedback`: words that people wrote with their answers."""

import typer

from isopolity.command.console import print_list
from isopolity.command.options import AsJson, Client, Limit, connected

app = typer.Typer(no_args_is_help=True, help="Words that people wrote with their answers.")


@app.command("list")
@connected("staff")
def list_feedback(client: Client, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List what people wrote, the newest first; the other side never reads it."""
    from isopolity.client.notify import feedback
    from isopolity.command.console import moment

    found = list(client.every(lambda cursor, most: feedback.list(cursor=cursor, limit=most), limit))
    print_list(
        found,
        ("at", "who", "about", "answer", "words", "proposal"),
        lambda each: [
            moment(each.answered_at),
            *(side.name if side else "" for side in (each.member, each.other)),
            each.choice,
            each.reason,
            each.proposal_id,
        ],
        empty="Nobody has written anything with an answer.",
        as_json=as_json,
    )
