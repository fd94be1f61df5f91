"""Brokers and consumer runners under test.

- `hooked_broker`: a broker with hooks around each publish.
- `topics`: a topic of the test's own, messages for it, and all that it holds.
- `faulty_kafka`: Kafka behind a proxy that can cut and hang connections, or with long time-outs.
- `broker_contract`: the clauses that every `MessageBroker` keeps.
- `wrong_brokers`: brokers that break one clause each.
- `runner`: a consumer runner with a processor and a clock that obey the test.
"""
