"""The runbook names every setting and every metric, and no setting that does not exist."""

import re
from pathlib import Path

from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.kafka.settings import KafkaSecurity
from isopolity.notify.settings import NotifySettings
from isopolity.observability.catalogue import METRICS
from isopolity.registry.settings import RegistrySettings

RUNBOOK = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text(encoding="utf-8")
OF_THE_COMMAND = {"ISOPOLITY_URL", "ISOPOLITY_TOKEN"}


def settings() -> set[str]:
    kinds = (RegistrySettings, MatchingSettings, NotifySettings, KafkaSecurity)
    return {f"{kind.model_config['env_prefix']}{name.upper()}" for kind in kinds for name in kind.model_fields}


def test_every_setting_is_explained_and_none_is_made_up() -> None:
    assert set(re.findall(r"ISOPOLITY_[A-Z_]+[A-Z]", RUNBOOK)) - OF_THE_COMMAND == settings()


def test_every_metric_is_explained() -> None:
    assert {metric.name for metric in METRICS} == set(
        re.findall(r"`(isopolity_\w+)` ?[|,]", RUNBOOK.split("| metric")[1])
    )
