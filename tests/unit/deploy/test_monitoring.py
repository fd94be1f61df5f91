"""The profile `monitoring` of the compose file mounts what Prometheus and Grafana are told to read."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

REPOSITORY: Final = Path(__file__).parents[3]


def _read(path: str) -> Any:
    return yaml.safe_load((REPOSITORY / path).read_text("utf-8"))


SERVICES: Final = _read("docker-compose.yml")["services"]


def _here(service: str, inside: str) -> Path:
    """Where a path inside the container lies in the repository."""
    mounts: list[list[str]] = [each.split(":") for each in SERVICES[service]["volumes"] if each.startswith("./")]
    (source, target) = max((m[:2] for m in mounts if inside.startswith(m[1])), key=lambda mount: len(mount[1]))
    return REPOSITORY / str(source) / inside.removeprefix(target).lstrip("/")


def test_both_start_only_when_they_are_asked_for_and_listen_on_this_machine_only() -> None:
    for service in ("prometheus", "grafana"):
        assert SERVICES[service]["profiles"] == ["monitoring"]
        (port,) = SERVICES[service]["ports"]
        assert port.startswith("127.0.0.1:")


def test_prometheus_finds_its_rules_and_a_job_for_each_service() -> None:
    config = _here("prometheus", "/etc/prometheus/prometheus.yml")
    (rules,) = yaml.safe_load(config.read_text("utf-8"))["rule_files"]
    assert (config.parent / rules).is_file()
    for job in yaml.safe_load(config.read_text("utf-8"))["scrape_configs"]:
        (names,) = (each["names"] for each in job["dns_sd_configs"])
        assert set(names) <= SERVICES.keys()
        assert job["metrics_path"] == f"/{names[0]}/metrics"


def test_grafana_finds_prometheus_and_every_board() -> None:
    (source,) = _read("deploy/grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    host, port = source["url"].removeprefix("http://").split(":")
    assert SERVICES[host]["ports"][0].endswith(f":{port}")
    (provider,) = _read("deploy/grafana/provisioning/dashboards/isopolity.yaml")["providers"]
    boards = {path.name for path in _here("grafana", provider["options"]["path"]).glob("*.json")}
    assert len(boards) == 2
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert json.loads(_here("grafana", home).read_text("utf-8"))["uid"] == "isopolity-flow"
    assert (_here("grafana", "/etc/grafana/provisioning") / "datasources").is_dir()
