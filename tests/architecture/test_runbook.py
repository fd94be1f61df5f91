"""The runbook and the list of known settings name every setting, and none that does not exist; so for metrics."""

import re
from pathlib import Path

from isopolity.configuration.secret_files import SettingsWithSecrets, may_stand_in_a_file
from isopolity.configuration.setting_names import IN_FILES, OF_SERVICES, OF_THE_COMMAND, PREFIX
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.kafka.settings import KafkaSecurity
from isopolity.notify.settings import NotifySettings
from isopolity.observability.catalogue import METRICS
from isopolity.portal.settings import PortalSettings
from isopolity.registry.settings import RegistrySettings

RUNBOOK = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text(encoding="utf-8")


KINDS = (RegistrySettings, MatchingSettings, NotifySettings, PortalSettings, KafkaSecurity)


def settings() -> set[str]:
    return {f"{kind.model_config['env_prefix']}{name.upper()}" for kind in KINDS for name in kind.model_fields}


def test_every_setting_is_explained_and_none_is_made_up() -> None:
    of_the_command = {PREFIX + name for name in (*OF_THE_COMMAND, *(f"{name}_FILE" for name in IN_FILES))}
    assert set(re.findall(r"ISOPOLITY_[A-Z_]+[A-Z]", RUNBOOK)) - of_the_command == settings()


def test_every_setting_is_known_by_its_name() -> None:
    """A new one is added to `isopolity/configuration/setting_names.py`, in the order of the alphabet."""
    assert {PREFIX + name for name in OF_SERVICES} == settings()


def test_every_secret_may_stand_in_a_file_whose_setting_is_known() -> None:
    secret = {
        f"{kind.model_config['env_prefix']}{name.upper()}"
        for kind in KINDS
        for name, field in kind.model_fields.items()
        if may_stand_in_a_file(name, field)
    }
    assert {PREFIX + name for name in IN_FILES} == secret
    assert all(issubclass(kind, SettingsWithSecrets) for kind in KINDS)


def test_every_metric_is_explained() -> None:
    assert {metric.name for metric in METRICS} == set(
        re.findall(r"`(isopolity_\w+)` ?[|,]", RUNBOOK.split("| metric")[1])
    )
