"""Mails are ready for other languages: every sentence can be extracted, and a catalogue is used once it is there."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo

from isopolity.notify.adapters import templates
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from tests.support.notify.events import contact
from tests.support.notify.letters import MakeCorrespondence

SERVICE = Path(__file__).parents[4] / "services" / "notify"


def _sentences() -> set[str]:
    with (SERVICE / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call] # babel's own gap
    found = extract_from_dir(SERVICE / "src", methods, options)
    return {message for _file, _line, message, _comments, _context in found if isinstance(message, str)}


def test_every_sentence_can_be_extracted() -> None:
    sentences = _sentences()
    assert {"Why we suggest this", "This proposal is closed", "Send the answer", "Yes, once approved"} <= sentences
    assert "Please answer by <strong>%(date)s</strong>." in sentences
    assert len(sentences) > 50


@pytest.fixture
def finnish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue of one sentence."""
    catalogue = Catalog(locale="fi")
    catalogue.add("Why we suggest this", "Miksi juuri te kaksi")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    (tmp_path / "fi" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "fi" / "LC_MESSAGES" / "messages.mo").write_bytes(compiled.getvalue())
    monkeypatch.setattr(templates, "catalogues", lambda: tmp_path)
    templates.environment.cache_clear()
    templates.languages.cache_clear()
    yield
    templates.environment.cache_clear()
    templates.languages.cache_clear()


@pytest.mark.usefixtures("finnish")
def test_a_contact_reads_their_own_language_where_there_is_a_catalogue(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    rendered = writer.render(correspondence(recipient=replace(contact("a"), language="fi-FI")))
    assert "Miksi juuri te kaksi" in rendered.text
    assert "16. joulukuuta 2026" in " ".join(rendered.text.split())
    assert '<html lang="fi"' in rendered.html
