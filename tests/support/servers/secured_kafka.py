"""A Kafka of the test's own that asks who comes (SASL/PLAIN) and refuses what is not granted (StandardAuthorizer)."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSecurity, KafkaSettings
from tests.support.servers.kafka_cluster import KafkaCluster, kafka_cluster, kafka_port
from tests.support.servers.prepared_kafka import CONTROLLER

_PASSWORD: Final = "a-password"
_MODULE: Final = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_ADMIN: Final = f'{_MODULE} username="admin" password="{_PASSWORD}"'
_EACH_CALL: Final = """
class Grant {
    public static void main(String[] arguments) throws Exception {
        for (String call : java.nio.file.Files.readAllLines(java.nio.file.Path.of(arguments[0])))
            org.apache.kafka.tools.AclCommand.main(call.split(" "));
    }
}
"""
RIGHTS: Final = Path(__file__).parents[3] / "deploy" / "kafka" / "rights.sh"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuredKafka:
    """Its users are those that it was started with; `admin` may do everything."""

    cluster: KafkaCluster

    def broker_of(self, user: str) -> KafkaBroker:
        """The broker as this user sees it."""
        security = KafkaSecurity(
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="PLAIN",
            sasl_username=user,
            sasl_password=SecretStr(_PASSWORD),
        )
        return KafkaBroker(KafkaSettings(bootstrap_servers=self.cluster.bootstrap, security=security))

    def grant_rights(self) -> None:
        """Run the generated commands with Kafka's own tool: all of them in one Java, whose start takes the longest."""
        folder = self.cluster.folder
        login, tool, calls, program = (folder / each for each in ("admin.properties", "acls", "calls", "Grant.java"))
        login.write_text(f"security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config={_ADMIN};\n")
        tool.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n')
        tool.chmod(0o755)
        program.write_text(_EACH_CALL)
        server = ["--bootstrap-server", self.cluster.bootstrap, "--command-config", str(login)]
        _run(["bash", str(RIGHTS), *server], KAFKA_ACLS=str(tool))
        jars = Path(self.cluster.control).resolve().parent / "libs"
        _run(["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", str(program), str(calls)])


def _run(command: list[str], **environment: str) -> None:
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def secured_kafka(folder: Path, users: tuple[str, ...]) -> Iterator[SecuredKafka]:
    """Start it, with its state in `folder`; skips the test without the control program."""
    port = kafka_port()
    known = " ".join(f'user_{user}="{_PASSWORD}"' for user in ("admin", *users))
    listener = "listener.name.sasl_plaintext"
    settings = [
        f"listeners=SASL_PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + CONTROLLER}",
        "listener.security.protocol.map=SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name=SASL_PLAINTEXT",
        "sasl.enabled.mechanisms=PLAIN",
        "sasl.mechanism.inter.broker.protocol=PLAIN",
        f"{listener}.plain.sasl.jaas.config={_ADMIN} {known};",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users=User:admin;User:ANONYMOUS",  # the controller's listener knows no users
    ]
    with kafka_cluster(folder, port=port, settings="\n".join(settings)) as cluster:
        yield SecuredKafka(cluster=cluster)
