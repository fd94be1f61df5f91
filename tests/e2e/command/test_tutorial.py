"""The tutorial runs as it is written: its file is imported, its commands print what it says, its mails are answered."""

import asyncio
import email
import email.policy
import re
import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import httpx
import pytest
from httpx import codes

from tests.support.hosting.running_command import ROOT, Running, isopolity, up
from tests.support.polling import until

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
CHANGING = {"import", "run", "publish"}
"""Words of commands that change something: run once."""
LINK = re.compile(r"http://\S+/notify/answer/\S+")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Running]:
    """The empty network of the first step."""
    with up(tmp_path / "afternoon", "--no-demo", ISOPOLITY_UNDO_HOURS="0") as running:
        yield running


def transcripts(text: str) -> list[tuple[str, str]]:
    """Each command of a page with what it prints; `…` stands for anything."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [pair for block in blocks for pair in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)]


def is_as_written(printed: str, written: str) -> bool:
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in written.split("…"))
    return re.fullmatch(pattern.replace(r"\ ", " "), " ".join(printed.split())) is not None


async def run(text: str, network: Running, folder: Path) -> None:
    """Run the commands of a page; those that only look are run until they print what the page says."""
    for command, written in transcripts(text):
        arguments = [
            str(folder / word) if word.endswith((".csv", ".json")) else word for word in shlex.split(command)[1:]
        ]
        done = partial(isopolity, *arguments, ISOPOLITY_URL=network.url, ISOPOLITY_DATA=str(network.data))
        if CHANGING & set(arguments):
            result = await asyncio.to_thread(done)
            assert is_as_written(result.stdout, written), result
            continue

        results: list[CompletedProcess[str]] = []

        async def is_printed(
            look: partial[CompletedProcess[str]] = done,
            written: str = written,
            results: list[CompletedProcess[str]] = results,
        ) -> bool:
            results.append(await asyncio.to_thread(look))
            return is_as_written(results[-1].stdout, written)

        try:
            await until(is_printed)
        except TimeoutError:
            pytest.fail(f"{command} does not print {written}; at last: {results[-1]}")


def answer_link(network: Running, address: str) -> str:
    """The answer link in the mail to an address."""
    for file in (network.data / "mailbox" / "new").iterdir():
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = mail.get_body(("plain",))
        if mail["To"].addresses[0].addr_spec == address and body is not None:
            return str(LINK.findall(body.get_content())[0])
    raise AssertionError(f"no mail to {address}")


async def test_the_tutorial_runs_as_written(network: Running, tmp_path: Path) -> None:
    (cities,) = re.findall(r"^```csv\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "cities.csv").write_text(cities, encoding="utf-8")
    before, after = PAGE.split("Open it in a browser")
    await run(before, network, tmp_path)
    async with httpx.AsyncClient() as browser:
        for address in ("coordinator@espoo.example", "coordinator@cork.example"):
            answered = await browser.post(answer_link(network, address), data={"choice": "yes"})
            assert answered.status_code == codes.SEE_OTHER
    await run(after, network, tmp_path)


@pytest.mark.parametrize("printed", ["3 rows: 2 created.", "", "3 rows: 3 created. More"])
def test_another_output_is_noticed(printed: str) -> None:
    assert is_as_written("3 rows:  3 created.\n", "3 rows: … created.\n")
    assert not is_as_written(printed, "3 rows: 3 created.\n")
