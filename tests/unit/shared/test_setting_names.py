"""Settings that nobody knows."""

import pytest

from isopolity.configuration.setting_names import unknown_settings


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ISOPOLITY_LOGLEVEL", "ISOPOLITY_LOGLEVEL is no setting; did you mean ISOPOLITY_LOG_LEVEL?"),
        ("ISOPOLITY_KAFKA_SASL_USER", "ISOPOLITY_KAFKA_SASL_USER is no setting; did you mean"
         " ISOPOLITY_KAFKA_SASL_USERNAME?"),
        ("ISOPOLITY_LOG_LEVEL_FILE", "ISOPOLITY_LOG_LEVEL_FILE is no setting; did you mean ISOPOLITY_LOG_LEVEL?"),
        ("ISOPOLITY_Q", "ISOPOLITY_Q is no setting; take it out."),
    ],
)  # fmt: skip
def test_unknown_setting_is_told_with_the_nearest_one(name: str, told: str) -> None:
    assert list(unknown_settings({name: "x"})) == [(name, told)]


@pytest.mark.parametrize(
    "name",
    ["ISOPOLITY_DATA", "isopolity_data", "ISOPOLITY_TOKEN_KEYS_FILE", "ISOPOLITY_URL", "ISOPOLITY_TEST_KAFKA", "PATH"],
)
def test_known_setting_and_what_is_none_of_ours_pass(name: str) -> None:
    assert list(unknown_settings({name: "x"})) == []
