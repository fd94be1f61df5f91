"""`isopolity round verify`: offline, one sentence, and an exit code that a script can trust."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from isopolity.command.main import app
from isopolity.matching.assignment.certificate_document import written
from tests.support.matching.certificates import certificate
from tests.support.matching.ruled_networks import five_regions
from tests.support.matching.sealed_rounds import sealed_round

SENTENCE = (
    "These 2 pairs respect all capacities and rules; their value 1.30 is the most that any choice among the same "
    "candidates could reach."
)


def verify(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["round", "verify", *arguments], input=stdin)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "certificate.json"
    path.write_text(written(certificate()))
    return path


def test_a_certificate_is_proved_in_a_sentence(file: Path) -> None:
    result = verify(str(file))
    assert result.exit_code == 0
    sentence, of_all, asked, made, fingerprint = result.stdout.splitlines()
    assert sentence == SENTENCE
    assert of_all == "It speaks of its candidates only."
    assert asked.startswith("The input: 5 nodes, 6 edges, sha256:")
    assert made == "Computed by by hand in quick mode, seed 7, on 2026-11-25 09:00:00+00:00."
    assert fingerprint.startswith("Fingerprint sha256:")


def test_a_certificate_comes_from_stdin_too(file: Path) -> None:
    assert verify("-", stdin=file.read_text()).stdout == verify(str(file)).stdout


def test_programs_get_a_document(file: Path) -> None:
    document = json.loads(verify(str(file), "--json").stdout)
    assert document["proved"] is True
    assert document["sentence"] == SENTENCE
    assert (document["pairs"], document["value"], document["upper_bound"], document["gap"]) == (2, 1300000, 1300000, 0)
    assert (document["seed"], document["mode"], document["solver"]) == (7, "quick", "by hand")
    assert document["versions"]["numpy"] == "2.4.6"


def test_a_certificate_that_was_changed_proves_nothing(file: Path) -> None:
    file.write_text(file.read_text().replace('"value":1300000', '"value":1400000'))
    result = verify(str(file))
    assert result.exit_code == 1
    assert result.stdout == (
        "Nothing is proved. The fingerprint is not that of the content: the document was changed after it was made.\n"
    )


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"{}", b"[[[[", b'{"format": "isopolity-certificate/1"}'])
def test_any_other_file_proves_nothing_in_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    told, document = verify(str(path)), verify(str(path), "--json")
    assert (told.exit_code, document.exit_code) == (1, 1)
    assert told.stdout.startswith("Nothing is proved. The document")
    assert len(told.stdout.splitlines()) == 1
    assert json.loads(document.stdout)["proved"] is False


def test_a_file_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    result = verify(str(tmp_path / "nothing"))
    assert result.exit_code == 1
    assert result.stderr.strip().endswith("nothing: No such file or directory.")


def test_verifying_imports_no_solver_no_service_and_no_client(file: Path) -> None:
    code = (
        "import sys; from isopolity.command.offline.certificate_check import verify_file; verify_file(sys.argv[1]);"
        "print([name for name in sys.modules if name.startswith(('numba', 'ortools', 'isopolity.matching.adapters',"
        " 'isopolity.matching.application', 'pydantic', 'sqlalchemy', 'httpx'))])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def round_with_members(tmp_path: Path) -> tuple[Path, Path]:
    found = sealed_round(five_regions(20))
    certificate, sealed = tmp_path / "round.json", tmp_path / "sealed.json"
    certificate.write_text(found.certificate)
    sealed.write_text(found.sealed)
    return certificate, sealed


def test_all_pairs_are_checked_with_the_sealed_members(round_with_members: tuple[Path, Path]) -> None:
    certificate, sealed = map(str, round_with_members)
    plain = verify(certificate).stdout.splitlines()
    assert plain[1].startswith("It says that no choice over all 310 pairs of members with room is worth more than ")
    checked = verify(certificate, "--all", sealed)
    assert checked.exit_code == 0
    assert checked.stdout.splitlines()[1].startswith("In all 26 rows of pairs, 500 pairs, no pair beyond")
    document = json.loads(verify(certificate, "--all", sealed, "--rows", "3", "--json").stdout)
    assert (document["all_pairs_proved"], document["rows"], document["of_rows"]) == (True, 3, 26)


def test_sealed_members_that_do_not_belong_to_it_prove_nothing(round_with_members: tuple[Path, Path]) -> None:
    certificate, sealed = round_with_members
    sealed.write_text(sealed.read_text().replace('"country":"FR"', '"country":"DE"'))
    refused = verify(str(certificate), "--all", str(sealed))
    assert refused.exit_code == 1
    assert "These are not the members that the certificate was sealed with." in refused.stdout
    sealed.write_text("{}")
    assert "give the file as downloaded" in verify(str(certificate), "--all", str(sealed)).stdout
