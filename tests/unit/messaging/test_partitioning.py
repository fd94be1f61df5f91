"""Keys go where Kafka's own clients put them."""

from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from isopolity.messaging.generations import murmur2, partition_of


@given(st.binary(max_size=100))
def test_hash_is_that_of_kafkas_clients(key: bytes) -> None:
    assert murmur2(key) == reference(key) & 0xFFFFFFFF


@given(st.binary(max_size=40), st.integers(1, 50))
def test_partition_exists(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == (reference(key) & 0x7FFFFFFF) % partitions
