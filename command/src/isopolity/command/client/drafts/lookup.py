"""Drafts of a running instance: found, and edited."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from isopolity.command.client.http_client import Client
from isopolity.command.client.round_watch import ROUNDS
from isopolity.command.failure import Failure

DRAFTS: Final = "/matching/v1/drafts"
LATEST: Final = "latest"
_ALL_PAIRS: Final = 10**6
_OF_PUBLICATION: Final = ("publication", "today", "pairs")


def find_draft(client: Client, draft: str) -> dict[str, Any]:
    """The draft with this id, or the latest one for `latest`. Raises Failure if there is none."""
    if draft != LATEST:
        return dict(client.get(f"{DRAFTS}/{draft}"))
    found = client.get(DRAFTS, {"limit": 1})["items"]
    if not found:
        raise Failure("There is no draft: `isopolity round run` makes one, unless rounds go out automatically.")
    return dict(found[0])


def draft_path(client: Client, draft: str) -> str:
    """The address of the draft with this id, or of the latest one for `latest`. Raises Failure if there is none."""
    return f"{DRAFTS}/{find_draft(client, draft)['round_id']}"


def find_draft_before(client: Client, draft: Mapping[str, Any]) -> dict[str, Any]:
    """The draft that was made before this one. Raises Failure if there is none."""
    found = client.get(DRAFTS, {"limit": 1, "cursor": draft["round_id"]})["items"]
    if not found:
        raise Failure(f"There is no draft before {draft['round_id']}; name two.")
    return dict(found[0])


def edit_draft(client: Client, draft: str, orders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make these edits, all or none; the answer tells what each did."""
    return dict(client.post(f"{draft_path(client, draft)}/edits", {"edits": list(orders)}))


def find_report(client: Client, draft: str, number: int | None, *, as_now: bool) -> dict[str, Any]:
    """The report of a publication of a draft: by its number, by default the last publication that stands.

    With `as_now`, and where no publication stands, it is the report of the draft with the figures of now. Raises
    Failure if there is no such draft.
    """
    known = find_draft(client, draft)
    publications = f"{ROUNDS}/{known['round_id']}/publications"
    if number is None and not as_now:
        standing = (each for each in client.get(publications)["items"] if each["stands"] and each["has_report"])
        number = max((each["number"] for each in standing), default=None)
    if number is None or as_now:
        return dict(client.get(f"{DRAFTS}/{known['round_id']}/report"))
    found = client.get(f"{publications}/{number}", {"most": _ALL_PAIRS})
    return {**found["then"], **{name: found[name] for name in _OF_PUBLICATION}, "draft": known}
