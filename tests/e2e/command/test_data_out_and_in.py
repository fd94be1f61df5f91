"""A whole network out of the command line and in again: template, lists and exports as files."""

import asyncio
import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from isopolity.machine.clock import system_clock
from isopolity.messaging.embedded.broker import EmbeddedBroker
from tests.support.hosting.running_command import isopolity
from tests.support.hosting.small_demo import write_small_demo
from tests.support.hosting.whole_network import KEY, whole_network
from tests.support.keys import environment_of

pytestmark = pytest.mark.slow
FORMS = {"cities": ("csv", "xlsx", "json"), "partners": ("json",), "requests": ("xlsx",), "twinnings": ("csv",)}
"""Each form once for the largest table, and each table once: they have one writer and one reader."""


def rows_of(file: Path) -> list[dict[str, Any]]:
    """The rows of the first sheet of a workbook, by heading."""
    heading, *rows = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


async def test_lists_and_exports_are_files_and_an_import_of_an_export_changes_nothing(tmp_path: Path) -> None:
    demo, files = tmp_path / "demo", tmp_path / "files"
    demo.mkdir()
    files.mkdir()
    write_small_demo(demo)
    async with (
        EmbeddedBroker.opened(tmp_path / "broker.db", system_clock) as broker,
        whole_network(broker, tmp_path) as url,
    ):

        async def ask(*arguments: object) -> subprocess.CompletedProcess[str]:
            return await asyncio.to_thread(
                isopolity,
                *map(str, arguments),
                ISOPOLITY_URL=url,
                **environment_of(KEY),
                ISOPOLITY_DATA=str(tmp_path),
                ISOPOLITY_TEST_DEMO=str(demo),
            )

        async def done(*arguments: object) -> str:
            answer = await ask(*arguments)
            assert answer.returncode == 0, answer.stderr
            return answer.stdout

        await done("demo")
        for kind, forms in FORMS.items():
            for form in forms:
                file = files / f"{kind}.{form}"
                assert await done("export", kind, "--output", file) == f"Written to {file}.\n"
                report = json.loads(await done("import", kind, file, "--json"))
                assert report["unchanged"] == report["rows"] > 0

        await done("members", "list", "--output", files / "members.csv")
        members = list(csv.DictReader(io.StringIO((files / "members.csv").read_text(encoding="utf-8-sig"))))
        assert len(members) == len(rows_of(files / "cities.xlsx")) > 50
        names = {member["name"] for member in members}
        await done("proposals", "list", "--output", files / "proposals.xlsx")
        proposals = rows_of(files / "proposals.xlsx")
        assert {proposal["b"] for proposal in proposals} <= names
        assert all(proposal["answer by (UTC)"] and proposal["a is told"] for proposal in proposals)
        await done("mail", "list", "--output", files / "mails.xlsx")
        mails = rows_of(files / "mails.xlsx")
        assert len(mails) == 2 * len(proposals)
        answer_by = {(mail["to"], mail["about"]): str(mail["answer by (UTC)"]) for mail in mails}
        sides = {(proposal["a"], proposal["b"]): str(proposal["answer by (UTC)"]) for proposal in proposals}
        assert answer_by.keys() == {*sides, *((b, a) for a, b in sides)}
        assert sides == {(a, b): max(answer_by[a, b], answer_by[b, a]) for a, b in sides}, (
            "it closes after the later side's day"
        )
        await done("partnerships", "list", "--output", files / "partnerships.json")
        assert json.loads((files / "partnerships.json").read_text()) == []
        refused = await ask("members", "list", "--output", files / "members.pdf")
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)

        template = files / "template.xlsx"
        assert "is ready to fill in" in await done("import", "template", "cities", "--output", template)
        workbook = openpyxl.load_workbook(template)
        sheet = workbook.worksheets[0]
        columns = {str(cell.value): place for place, cell in enumerate(sheet[1], start=1)}
        for name, value in {"kind": "city", "name": "Neustadt", "country": "Germany", "population": "84.000"}.items():
            sheet.cell(2, columns[name], value)
        workbook.save(template)
        undecided = await ask("import", "cities", template, "--dry-run")
        assert undecided.returncode == 1
        assert "can mean 84 or 84,000" in undecided.stderr
        assert "--decimal=comma" in undecided.stderr
        printed = await ask("import", "cities", template, "--dry-run", "--decimal", "comma")
        assert printed.stdout == "1 row: would be 1 created, 0 revised, 0 unchanged.\n"
        assert "Numbers are read as written like 1.234,5, as you chose." in printed.stderr
