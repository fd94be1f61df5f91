"""The broker on Apache Kafka, through aiokafka.

- `settings`: addresses, TLS, SASL, time-outs.
- `broker`: `KafkaBroker`: the port, made of the modules below.
- `names`: what topics and partitions are called there, generation by generation.
- `producer`: publishes whole lists, in transactions where asked.
- `consumer`: group consumers that commit by hand, and readers without a group.
- `admin`: topics as the catalogue says, lag of a group, sign of life.
- `looks`: bounds of topics, offsets and members of groups.
- `moves`: moves a group that has no members.
- `errors`: aiokafka's errors as ours; every wait has a bound.
- `teardown`: ends aiokafka's clients in bounded time.
"""
