"""Settings of the HTTP application: what caches may keep, and what is imported at the start."""

import subprocess
import sys

import pytest
from fastapi import Response

from isopolity.registry.entrypoints.http.routers.public import let_keep


@pytest.mark.parametrize(("counted", "told"), [(0, None), (5_000, None), (5_001, "public, max-age=60")])
def test_only_what_was_counted_from_many_may_be_kept(counted: int, told: str | None) -> None:
    response = Response()
    let_keep(response, counted)
    assert response.headers.get("cache-control") == told


def test_openpyxl_is_not_imported_before_a_workbook_is_asked_for() -> None:
    code = "import sys, isopolity.registry.__main__; print(sorted({'fastapi', 'openpyxl'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "['fastapi']\n"
