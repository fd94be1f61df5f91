"""Runtime: services as processes, wired to broker and database.

- `connections`: opens the broker and the database that the settings name, and the verifier of tokens.
- `service`: the foundation of every bootstrap, and the service that it yields.
- `upkeep`: sets gauges for Prometheus, deletes old rows of audit and journal, keeps SQLite files short.
- `sampled_streams`: reads the topics, groups and consumers for a sample.
- `sampling`: writes samples of a service's streams to its database, every ten seconds.
- `scanner`: scans of topics for people, one at a time.
- `scan_process`: the process, with limits, that a scan runs in.
- `process`: `python -m isopolity.<service> serve` and `migrate`; Python's garbage collector, set for streams of events.
- `create_topics`: creates the topics on Kafka, as a job of a deployment; runs such jobs.
- `raise_partitions`: makes a new generation of topics with more partitions, on Kafka.
- `republish_order`: publishes a service's state again, for `isopolity republish`.
"""
