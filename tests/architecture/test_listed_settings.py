"""Each service tells staff what its settings do, and nothing of its machine or its secrets."""

import json
from pathlib import Path
from typing import Any

import pytest

from isopolity.matching.entrypoints.http.settings import LISTED_SETTINGS as OF_MATCHING
from isopolity.matching.settings import MatchingSettings
from isopolity.notify.bootstrap import LISTED_SETTINGS as OF_NOTIFY
from isopolity.notify.settings import NotifySettings
from isopolity.registry.entrypoints.http.app import LISTED_SETTINGS as OF_REGISTRY
from isopolity.registry.settings import RegistrySettings
from isopolity.web.operations.settings import document_of
from tests.support.keys import keys_of

SERVICES: dict[str, tuple[Any, Any]] = {
    "registry": (RegistrySettings, OF_REGISTRY),
    "matching": (MatchingSettings, OF_MATCHING),
    "notify": (NotifySettings, OF_NOTIFY),
}
KEY = "a-key-that-only-the-tests-know-0123456789"


@pytest.mark.parametrize("service", SERVICES)
def test_a_setting_is_told_with_what_it_does_and_no_secret_is(tmp_path: Path, service: str) -> None:
    kind, listed = SERVICES[service]
    weights = tmp_path / "weights.toml"
    weights.write_text("[twinning]\nbalance = 0.8\n")
    settings = kind(data=tmp_path, **keys_of(KEY), rehearsal="somebody@network.example", weights=weights)
    documents = [document_of(settings, name, each) for name, each in listed.items()]
    assert all(each.meaning.endswith(".") for each in documents)
    text = json.dumps([each.model_dump() for each in documents])
    assert not [secret for secret in (KEY, str(tmp_path), "somebody@network.example") if secret in text]


def test_what_the_operator_said_is_told_beside_what_is_usual() -> None:
    (days, other) = [
        document_of(RegistrySettings(audit_days=400), name, OF_REGISTRY[name]) for name in ("audit_days", "claim_days")
    ]
    assert (days.value, days.default, days.said, days.variable) == (400, 1095, True, "ISOPOLITY_AUDIT_DAYS")
    assert (other.said, other.value) == (False, other.default)
