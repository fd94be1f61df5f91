"""The compose file: who is in whose network, which secrets each container gets, and what each may use up."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from deploy.generate_secrets import HOLDERS, contents
from deploy.generation.kafka_rights import rights

REPOSITORY: Final = Path(__file__).parents[3]
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))
CONTAINERS: Final[dict[str, Any]] = COMPOSE["services"]
OURS: Final = ("registry", "matching", "notify", "portal")
PLACE: Final = "/run/secrets/"
WRITES_ITS_IMAGE: Final = {"kafka": "its own start writes the broker's settings beside the program"}
"""Containers whose file system is not for reading only, and why."""
NAMED_IN_ENV: Final = {"ISOPOLITY_TOKEN_KEYS_FILE": "token-keys", "ISOPOLITY_SMTP_PASSWORD_FILE": "smtp-password"}
"""Settings that `.env` may set, to these files: a container that reads one without its file does not start."""
BECOMES_ANOTHER: Final = {"postgres": "it starts as root, gives itself its folder, and becomes postgres"}
"""Containers that keep a capability, and why."""


def neighbours(container: str) -> set[str]:
    """The containers that share a network with this one."""
    own = set(CONTAINERS[container]["networks"])
    return {name for name, each in CONTAINERS.items() if own & set(each["networks"])} - {container}


def secrets_of(container: str) -> dict[str, str]:
    """The sources of a container's secrets, by the names of the files in it."""
    mounts: list[Any] = CONTAINERS[container].get("secrets", [])
    named = [each if isinstance(each, dict) else {"source": each} for each in mounts]
    return {str(each.get("target", each["source"])): str(each["source"]) for each in named}


def test_stores_broker_and_mail_are_reached_only_by_those_that_need_them() -> None:
    migrations = {f"migrate-{name}" for name in OURS}
    assert neighbours("postgres") == {*OURS, *migrations, "cli"}
    assert neighbours("kafka") == {*OURS, "topics", "cli"}
    assert neighbours("mailpit") == {"notify", "cli"}
    assert neighbours("grafana") == {"prometheus"}
    assert neighbours("prometheus") == {*OURS, "grafana"}
    assert neighbours("proxy") == {*OURS, "cli"}


@pytest.mark.parametrize("network", ["kafka", "database", "metrics"])
def test_inner_networks_lead_nowhere_else(network: str) -> None:
    assert COMPOSE["networks"][network]["internal"]


@pytest.mark.parametrize("container", CONTAINERS)
def test_ports_are_for_this_machine_only(container: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in CONTAINERS[container].get("ports", ()))


@pytest.mark.parametrize("container", CONTAINERS)
def test_each_container_is_bounded_and_may_do_little(container: str) -> None:
    settings = CONTAINERS[container]
    assert settings["pids_limit"] <= 512
    assert settings["mem_limit"]
    assert settings["ulimits"] == {"nofile": 16384}
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert settings["cap_drop"] == ["ALL"]
    assert ("cap_add" in settings) == (container in BECOMES_ANOTHER)
    assert settings.get("read_only", False) != (container in WRITES_ITS_IMAGE)


@pytest.mark.parametrize("container", CONTAINERS)
def test_no_secret_stands_in_an_environment(container: str) -> None:
    for name, value in CONTAINERS[container].get("environment", {}).items():
        assert not re.search(r"(PASSWORD|SECRET|KEYS?|DATABASE_URL|TOKEN|JAAS_CONFIG)$", name), name
        assert "://" not in str(value) or "@" not in str(value), name


@pytest.mark.parametrize("container", CONTAINERS)
def test_each_secret_that_is_named_is_mounted_and_made(container: str) -> None:
    environment = CONTAINERS[container].get("environment", {})
    named = {str(value).removeprefix(PLACE) for value in environment.values() if str(value).startswith(PLACE)}
    assert named <= secrets_of(container).keys()
    for variable, file in NAMED_IN_ENV.items():
        assert not environment.get(variable) or file in secrets_of(container), variable
    assert set(secrets_of(container).values()) <= COMPOSE["secrets"].keys()
    assert {name: f"./deploy/secrets/{name}" for name in ("public-keys", *dict(contents({})))} == {
        name: each["file"] for name, each in COMPOSE["secrets"].items()
    }


@pytest.mark.parametrize("service", OURS)
def test_each_service_has_its_own_secrets_and_nobody_elses(service: str) -> None:
    for container in (service, f"migrate-{service}"):
        mine = set(secrets_of(container).values())
        assert {each for each in mine if each.endswith("-database-url")} == {f"{service}-database-url"}
        assert {each for each in mine if each.startswith("kafka-")} == {f"kafka-{service}"}
        assert mine & {*HOLDERS.values()} == ({HOLDERS[service]} if service in HOLDERS else set())


def test_each_signs_in_to_kafka_as_a_user_that_has_rights() -> None:
    users = {right.user for right in rights()}
    signed_in = {
        name: each["environment"]["ISOPOLITY_KAFKA_SASL_USERNAME"]
        for name, each in CONTAINERS.items()
        if "kafka" in each["networks"] and name != "kafka"
    }
    assert signed_in == {**{name: name for name in (*OURS, "topics")}, "cli": "command"}
    assert set(signed_in.values()) == users
    assert {f"kafka-{user}" for user in users} == set(secrets_of("kafka").values())
    for name, user in signed_in.items():
        assert secrets_of(name)["kafka-password"] == f"kafka-{user}"
        assert CONTAINERS[name]["environment"]["ISOPOLITY_KAFKA_SECURITY_PROTOCOL"] == "SASL_PLAINTEXT"


def test_kafka_asks_everybody_who_comes() -> None:
    settings = CONTAINERS["kafka"]["environment"]
    listeners = dict(each.split("://") for each in settings["KAFKA_LISTENERS"].split(","))
    protocols = dict(each.split(":") for each in settings["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    assert protocols == dict.fromkeys(listeners, "SASL_PLAINTEXT")
    assert [name for name, address in listeners.items() if not address.startswith("127.0.0.1:")] == ["CLIENTS"]
    assert settings["KAFKA_LISTENER_NAME_CLIENTS_SASL_ENABLED_MECHANISMS"] == "SCRAM-SHA-512"
    assert settings["KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND"] == "false"
    assert settings["KAFKA_SUPER_USERS"] == "User:admin"


def test_the_command_is_built_with_the_others_and_runs_when_it_is_asked() -> None:
    assert "profiles" not in CONTAINERS["cli"]
    assert CONTAINERS["cli"]["scale"] == 0
