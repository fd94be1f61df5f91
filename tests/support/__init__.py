"""Support of tests: helpers, fakes and servers. It is the only package of `tests` that tests import.

- `examples`: the number of examples for a property.
- `polling`: waits for a condition, with a deadline in place of a sleep.
- `servers/`: real Kafka, PostgreSQL, Mailpit and proxies, and the ports that they listen on.
- `events/`: golden examples of every event, and events drawn at random.
- `messaging/`: the contract of a broker, brokers that break it, and a consumer runner under test.
- `shared/`: storage, relays and the small service with which the shared code is tested.
- `registry/`, `matching/`, `notify/`: each service under test, with its fakes.
- `portal/`: the portal with fake services, whose answers a test sets.
- `hosting/`: all services together: the command as a child process, and a network for drills of losses and restores.
- `faults/`: services that are killed, outages, and the sums that must hold nevertheless.
- `fuzzing`: requests made from a service's OpenAPI document.
- `mutants/`: mutants of the services, and which tests notice them (`python -m tests.mutants`).
- `demo_files`: the committed demo network.
"""
