"""Runtime: services as processes, wired to broker and database.

- `connections`: opens the broker and the database that the settings name.
- `token_verifiers`: the verifier of tokens that the settings name.
- `service`: the foundation of every bootstrap, and the service that it yields.
- `gauges`: gauges, for Prometheus.
- `upkeep`: measures, ages the audit, keeps SQLite files short.
- `sampled_streams`: topics, groups and consumers, as samples tell them.
- `sampling`: writes down what a service sees of its streams, every ten seconds.
- `scanner`: scans of topics for people, one at a time.
- `scan_process`: the process, with limits, that a scan runs in.
- `garbage_collector`: Python's collector, set for streams of events.
- `process`: `python -m isopolity.<service> serve` and `migrate`.
- `topic_jobs`: runs a job on Kafka's topics; its settings, its sentences, its exit code.
- `create_topics`: creates the topics on Kafka, as a job of a deployment.
- `raise_partitions`: makes a new generation of topics with more partitions, on Kafka.
- `republish_order`: publishes a service's state again, for `isopolity republish`.
"""
