"""Files of `deploy/` that are made from code, and the check that they are current.

- `alerts`: when Prometheus rings, how soon, and which step of the runbook follows.
- `dashboards`: dashboards of Grafana, panel by panel.
- `grafana`: a dashboard as Grafana imports it.
- `kafka_rights`: which user may do what on Kafka, from the catalogue.
- `files`: all generated files with their content.

`python -m deploy.generation [--check]`, from the repository's root, writes the files, or says which are stale.
"""
