"""`isopolity up`: one process on one folder and one port, clean to stop."""

import json
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.hosting.running_command import AS_USERS_DO, Running, isopolity, up

pytestmark = pytest.mark.slow

API = Path(__file__).parents[3] / "docs" / "api"
Loaded = Callable[[], Path]


@pytest.fixture(scope="module")
def reading(small_run: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running instance with the demo network for tests that change nothing."""
    with up(Path(shutil.copytree(small_run[0], tmp_path_factory.mktemp("reading") / "data"))) as running:
        yield running


def test_second_process_on_the_same_data_is_refused_with_a_sentence(reading: Running) -> None:
    second = isopolity("up", "--data", str(reading.data), "--port", "1024")
    assert second.returncode == 1
    assert f"is in use by process {reading.process.pid} at {reading.url}" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_port_that_is_taken_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = isopolity("up", "--no-demo", "--data", str(tmp_path / "data"), "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.strip() == f"Port {port} is in use; stop what holds it, or choose another with --port."


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_signal_stops_it_cleanly(loaded: Loaded, number: signal.Signals) -> None:
    with up(loaded(), **AS_USERS_DO) as running:
        code, errors = running.stop(number)
    assert code == 0
    assert errors == ""


def test_pages_show_what_the_stores_hold(reading: Running) -> None:
    home, programs = (httpx.get(f"{reading.url}{path}", timeout=60).text for path in ("/", "/docs"))
    with httpx.Client(follow_redirects=True, timeout=60) as browser:
        box = browser.get(reading.mail_box()).text
        africa = browser.get(f"{reading.url}/mailbox?region=africa").text
    assert "Partners for learning cities" in home
    assert "This is a demonstration" in home
    assert all(f'href="/{name}/docs"' in programs for name in ("registry", "matching", "notify"))
    total = re.search(r"([\d,]+) mails went out", box)
    assert total is not None
    shown = re.search(r"([\d,]+) mails fit", africa)
    assert shown is not None
    assert 0 < int(shown[1].replace(",", "")) < int(total[1].replace(",", ""))


@pytest.mark.parametrize("service", ["registry", "matching", "notify"])
def test_a_running_service_gives_out_the_document_that_is_committed(reading: Running, service: str) -> None:
    given = httpx.get(f"{reading.url}/{service}/openapi.json", timeout=60).json()
    committed = json.loads((API / f"{service}.json").read_text("utf-8"))
    assert given["paths"].keys() == committed["paths"].keys()
    assert given == committed


def test_nobody_looks_around_where_the_network_is_not_the_demo(tmp_path: Path) -> None:
    with up(tmp_path / "data", "--no-demo") as running:
        assert "look-around" not in running.welcome
        key = running.link("mailbox").partition("key=")[2]
        for answer in (httpx.get, httpx.post):
            assert answer(f"{running.url}/look-around", params={"key": key}, timeout=60).status_code == 404
        assert "This is a demonstration" not in httpx.get(running.url, timeout=60).text


def test_log_in_the_data_folder_has_the_level_that_is_set(reading: Running, loaded: Loaded) -> None:
    httpx.get(f"{reading.url}/registry/v1/cities", timeout=60)
    data = loaded()
    (data / "isopolity.log").unlink()
    with up(data, ISOPOLITY_LOG_LEVEL="warning") as quiet:
        httpx.get(f"{quiet.url}/registry/v1/cities", timeout=60)
        quiet.stop()
        assert '"level": "info"' not in (quiet.data / "isopolity.log").read_text(encoding="utf-8")
    assert '"route": "/registry/v1/cities"' in (reading.data / "isopolity.log").read_text(encoding="utf-8")


def test_command_talks_to_the_running_instance(reading: Running) -> None:
    data = str(reading.data)

    def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
        return isopolity(*arguments, "--url", reading.url, "--data", data)

    end = time.monotonic() + 60
    while (status := ask("status")).returncode and time.monotonic() < end:
        pass  # it has only just begun
    members = ask("members", "list", "--text", "helsinki", "--json")
    proposals = ask("proposals", "list", "--limit", "3")
    mails = ask("mail", "list", "--state", "sent", "--limit", "2", "--json")
    letters = ask("dead-letters", "list")
    doctor = isopolity("doctor", "--data", data)
    of_proposals = ("events", "tail", "--topic", "matching.proposal", "--no-follow", "--json")
    events = isopolity(*of_proposals, "--direct", "--data", data)
    masked = ask(*of_proposals)
    nobody = isopolity("members", "list", "--url", reading.url, "--data", f"{data}/none", "--status", "any")
    assert status.returncode == 0, status.stderr + status.stdout
    assert "Everything works." in status.stdout
    assert '"Helsinki"' in members.stdout
    assert proposals.returncode == mails.returncode == letters.returncode == 0
    assert doctor.returncode == 0, doctor.stdout
    assert len(events.stdout.splitlines()) == len(masked.stdout.splitlines()) == 10
    assert "…masked…" in masked.stdout, masked.stderr
    assert nobody.returncode == 4
    assert len(nobody.stderr.splitlines()) == 1


def test_command_says_when_nobody_answers(tmp_path: Path) -> None:
    done = isopolity("status", "--url", "http://127.0.0.1:9", "--data", str(tmp_path), **AS_USERS_DO)
    assert done.returncode == 3
    assert "Nothing answers at http://127.0.0.1:9" in done.stderr


def test_demo_network_can_be_loaded_over_http_into_a_network_that_holds_proposals(
    small_demo: dict[str, Any], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with up(data, "--no-demo", ISOPOLITY_UNDO_HOURS="0") as running:
        done = isopolity("demo", "--url", running.url, "--data", str(data), **small_demo)
        again = isopolity("demo", "--url", running.url, "--data", str(data), **small_demo)
        held = isopolity("proposals", "list", "--stage", "held", "--json", "--url", running.url, "--data", str(data))
        sent = len(list((data / "mailbox" / "new").iterdir()))
    assert done.returncode == 0, done.stderr
    told, proved = done.stdout.splitlines()
    assert told == f"The demo network is loaded. Its round made {sent // 2} proposals."
    assert "respect all capacities and rules; their value" in proved
    assert again.stdout == done.stdout
    assert json.loads(held.stdout) == []


def test_bad_rows_of_an_import_are_told_by_line_and_column_and_nothing_is_kept(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "cities.csv"
    file.write_text("kind,name,country,capacity\ncity,Fez,MA,2\ncity,Espoo,Atlantis,2\nplanet,Cork,IE,2\n")
    with up(data, "--no-demo") as running:

        def load(*options: str) -> subprocess.CompletedProcess[str]:
            return isopolity("import", "cities", str(file), *options, "--url", running.url, "--data", str(data))

        refused, skipping, again = load(), load("--skip-invalid"), load("--skip-invalid", "--json")
        missing = isopolity("import", "cities", str(tmp_path / "none.csv"), "--url", running.url, "--data", str(data))
    assert refused.returncode == 1
    assert [line.split()[:2] for line in refused.stdout.splitlines()[3:5]] == [["3", "country"], ["4", "kind"]]
    assert "Nothing was imported. Rows to correct: 2 of 3." in refused.stderr
    assert "3 rows: 1 created, 0 revised, 0 unchanged." in skipping.stdout
    assert json.loads(again.stdout)["unchanged"] == 1
    assert missing.returncode == 1
    assert "No such file" in missing.stderr
