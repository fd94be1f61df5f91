"""Replies: the state of an entry as JSON, its version as ETag."""

from fastapi import Response
from pydantic import BaseModel

from isopolity.registry.entrypoints.http.merge_patch import etag


def entry_reply(state: BaseModel, version: int, *, status: int = 200, location: str | None = None) -> Response:
    """The entry; `location` is where it lies, for a new one. `bulk` tells of events, not of entries."""
    headers = {"ETag": etag(version)}
    if location is not None:
        headers["Location"] = location
    return Response(state.model_dump_json(exclude={"bulk"}), status, headers=headers, media_type="application/json")
