"""Support of tests: helpers, fakes and servers. Tests import of `tests` only this package.

- `examples`: how many examples a property is tried on.
- `polling`: waits for a condition, with a deadline in place of a sleep.
- `servers/`: real Kafka, PostgreSQL, Mailpit and proxies, and the ports that they listen on.
- `events/`: golden examples of every event, and events drawn at random.
- `messaging/`: the contract of a broker, brokers that break it, and a consumer runner under test.
- `shared/`: storage, relays and the small service with which the shared code is tested.
- `registry/`, `matching/`, `notify/`: each service under test, with its fakes.
- `portal`: the portal before services that answer as a test says.
- `portal_office`: what these services tell staff of.
- `portal_rounds`: what these services say of a round, its draft and a pair.
- `hosting/`: all services together: the command as a child process, and a network to lose and restore.
- `faults/`: services that are killed, outages, and the sums that must come out all the same.
- `fuzzing`: requests made from a service's OpenAPI document.
- `mutants/`: mutants of the services, and which tests notice them (`python -m tests.mutants`).
- `demo_files`: the committed demo network.
"""
