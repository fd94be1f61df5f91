"""`isopolity up` on a log that does not fit the settings: a sentence and no trace."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from isopolity.command.failure import Failure
from isopolity.command.hosting import up
from isopolity.messaging.errors import TopicMismatch


@pytest.fixture
def same_mask() -> Iterator[None]:
    """The command sets the mask of its process for files."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("same_mask")
def test_a_log_of_another_generation_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "the log holds topics of generation 1, and 2 is set: set ISOPOLITY_TOPIC_GENERATION as it was"

    def refused(*_: object, **__: object) -> None:
        raise TopicMismatch(sentence)

    monkeypatch.setattr(up, "open_network", refused)
    monkeypatch.setattr(up, "LogFile", lambda _path: None)  # nobody closes it before the process ends
    monkeypatch.setattr(up, "configure_logging", lambda *_, **__: None)
    plan = up.Plan(data=tmp_path, port=0, demo=False, once=True, deadline=1, as_json=False)
    with pytest.raises(Failure) as caught:
        up.run(plan)
    assert sentence in str(caught.value)
