"""Brokers and consumer runners under test.

- `hooked_broker`: a broker with hooks around each publish.
- `broker_contract`: the clauses that every `MessageBroker` keeps.
- `wrong_brokers`: brokers that break one clause each.
- `runner`: a consumer runner with a processor and a clock that obey the test.
"""
