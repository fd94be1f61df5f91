"""A Kafka of the test's own with the broker's settings of the compose file: it asks who comes, and refuses what is not
granted.

Users sign in with SCRAM, as there; `admin` with the password that `deploy/kafka/start.sh` would make.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import SecretStr

from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSecurity, KafkaSettings
from tests.support.servers.kafka_cluster import KafkaCluster, kafka_cluster, kafka_port
from tests.support.servers.ports import free_port
from tests.support.servers.prepared_kafka import CONTROLLER

_REPOSITORY: Final = Path(__file__).parents[3]
_PASSWORD: Final = "a-password"
_MODULE: Final = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_ADMIN: Final = f'{_MODULE} username="admin" password="{_PASSWORD}"'
_EACH_CALL: Final = """
class Grant {
    public static void main(String[] arguments) throws Exception {
        for (String call : java.nio.file.Files.readAllLines(java.nio.file.Path.of(arguments[0]))) {
            String[] words = call.split(" ");
            if (call.contains("--add-config")) kafka.admin.ConfigCommand.main(words);
            else org.apache.kafka.tools.AclCommand.main(words);
        }
    }
}
"""
RIGHTS: Final = _REPOSITORY / "deploy" / "kafka" / "rights.sh"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredKafka:
    """The cluster, with the users that it was started with; `admin` may do everything, from inside."""

    cluster: KafkaCluster
    users: tuple[str, ...]
    inside: int
    """The port where `admin` signs in."""

    def broker_of(
        self, user: str, *, mechanism: Literal["PLAIN", "SCRAM-SHA-512"] = "SCRAM-SHA-512", generation: int = 1
    ) -> KafkaBroker:
        """The broker as this user sees it, in a generation of topics."""
        security = KafkaSecurity(
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism=mechanism,
            sasl_username=user,
            sasl_password=SecretStr(_PASSWORD),
        )
        settings = KafkaSettings(bootstrap_servers=self.cluster.bootstrap, security=security, generation=generation)
        return KafkaBroker(settings)

    def anonymous(self) -> KafkaBroker:
        """The broker for a client without credentials."""
        return KafkaBroker(KafkaSettings(bootstrap_servers=self.cluster.bootstrap))

    def grant_rights(self) -> None:
        """Make the users and run the generated commands with Kafka's own tools: in one Java, which starts slowly."""
        folder = self.cluster.folder
        login, tool, calls, program = (folder / each for each in ("admin.properties", "acls", "calls", "Grant.java"))
        login.write_text(f"security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config={_ADMIN};\n")
        tool.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
        tool.chmod(0o755)
        program.write_text(_EACH_CALL)
        server = ["--bootstrap-server", f"127.0.0.1:{self.inside}", "--command-config", str(login)]
        for user in self.users:
            whose = ["--alter", "--entity-type", "users", "--entity-name", user]
            run([str(tool), *server, *whose, "--add-config", f"SCRAM-SHA-512=[password={_PASSWORD}]"])
        run(["bash", str(RIGHTS), *server], KAFKA_ACLS=str(tool))
        jars = Path(self.cluster.control).resolve().parent / "libs"
        run(["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", str(program), str(calls)])


def run(command: list[str], **environment: str) -> None:
    """Run a command that has to succeed, with these variables besides."""
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _settings_of_the_compose_file(port: int, inside: int) -> dict[str, str]:
    """The broker's settings there, by the names of Kafka's properties, at ports of this machine's own."""
    compose = yaml.safe_load((_REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
    moved = {":9092": f":{port}", ":9093": f":{port + CONTROLLER}", ":9094": f":{inside}", "//kafka": "//127.0.0.1"}
    settings: dict[str, str] = {}
    for variable, value in compose["services"]["kafka"]["environment"].items():
        if not variable.startswith("KAFKA_"):
            continue
        name = variable.removeprefix("KAFKA_").lower().replace("___", "-").replace("_", ".")
        settings[name] = re.sub("|".join(moved), lambda found: moved[found[0]], value)
    del settings["log.dirs"]
    return settings


@contextmanager
def secured_kafka(folder: Path, users: tuple[str, ...]) -> Iterator[SecuredKafka]:
    """Start it, with its state in `folder`; skips the test without the control program."""
    port, inside = kafka_port(), free_port()
    settings = _settings_of_the_compose_file(port, inside)
    for listener in ("controller", "inside"):
        settings[f"listener.name.{listener}.plain.sasl.jaas.config"] = f'{_ADMIN} user_admin="{_PASSWORD}";'
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    settings["listener.name.clients.scram-sha-512.sasl.jaas.config"] = scram
    lines = "\n".join(f"{name}={value}" for name, value in settings.items())
    with kafka_cluster(folder, port=port, settings=lines) as cluster:
        yield SecuredKafka(cluster=cluster, users=users, inside=inside)
