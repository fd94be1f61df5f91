"""What was counted from many entries may be kept for a minute; the rest is always new."""

import pytest
from fastapi import Response

from isopolity.registry.entrypoints.http.routers.public import let_keep


@pytest.mark.parametrize(("counted", "told"), [(0, None), (5_000, None), (5_001, "public, max-age=60")])
def test_only_what_was_counted_from_many_may_be_kept(counted: int, told: str | None) -> None:
    response = Response()
    let_keep(response, counted)
    assert response.headers.get("cache-control") == told
