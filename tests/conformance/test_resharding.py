"""Scaling a stream: what becomes of its shards, and of the records in them."""

import threading

import pytest

from clients import client
from streams import (HASH_KEYS, create_stream, hash_range, is_open, list_shards, parents, put_all, read_shard,
                     read_stream, update_shard_count)

KEYS = [f"user-{number}" for number in range(40)]


def assert_uniform(shards, count):
    """The ranges are of one size, but for the remainder of the division, and cover the hash keys exactly."""
    ranges = sorted(hash_range(shard) for shard in shards)
    assert len(ranges) == count
    assert ranges[0][0] == 0 and ranges[-1][1] == HASH_KEYS - 1
    assert all(before[1] + 1 == after[0] for before, after in zip(ranges, ranges[1:]))
    assert all(abs(last - first + 1 - HASH_KEYS // count) <= count for first, last in ranges)


def assert_lineage(shards):
    """Each child lies within its parents, each closed parent is covered by its children and has an end before them."""
    by_id = {shard["ShardId"]: shard for shard in shards}
    for shard in shards:
        first, last = hash_range(shard)
        above = sorted(hash_range(by_id[parent]) for parent in parents(shard))
        if above:
            assert above[0][0] <= first and last <= above[-1][1], shard
            assert all(before[1] + 1 == after[0] for before, after in zip(above, above[1:])), shard
        for parent in parents(shard):
            numbers = by_id[parent]["SequenceNumberRange"]
            assert int(numbers["EndingSequenceNumber"]) < int(shard["SequenceNumberRange"]["StartingSequenceNumber"])
    for shard in shards:
        if is_open(shard):
            continue
        children = sorted(hash_range(child) for child in shards if shard["ShardId"] in parents(child))
        covered = hash_range(shard)[0]
        for first, last in children:
            assert first <= covered, f"{shard['ShardId']} is not covered by its children"
            covered = max(covered, last + 1)
        assert covered > hash_range(shard)[1], f"{shard['ShardId']} is not covered by its children"


def rounds(numbers):
    return [(key, f"{key} {number}".encode()) for number in numbers for key in KEYS]


def by_key(records):
    found = {}
    for record in records:
        found.setdefault(record["PartitionKey"], []).append(record["Data"])
    return found


@pytest.mark.parametrize("steps", [(3, 5), (5, 3), (4, 8), (4, 2), (1, 2), (2, 1), (7, 11), (3, 3), (2, 4, 3, 5)],
                         ids=lambda steps: "-".join(map(str, steps)))
def test_scaling_keeps_the_shards_uniform_and_every_record_once_and_in_order(kinesis, steps):
    name = "scale-" + "-".join(map(str, steps))
    create_stream(kinesis, name, steps[0])
    put_all(kinesis, name, rounds(range(5)))
    for turn, count in enumerate(steps[1:], start=1):
        update_shard_count(kinesis, name, count)
        shards = list_shards(kinesis, name)
        assert_uniform([shard for shard in shards if is_open(shard)], count)
        assert_lineage(shards)
        put_all(kinesis, name, rounds(range(5 * turn, 5 * turn + 5)))
    total = 5 * len(steps)
    assert by_key(read_stream(kinesis, name)) == {
        key: [f"{key} {number}".encode() for number in range(total)] for key in KEYS}


def test_a_stream_that_is_scaled_while_records_flow_loses_none_and_repeats_none(shared, kinesis):
    create_stream(kinesis, "flowing", 2)
    stop, put = threading.Event(), []

    def write():
        writer = client(shared, "kinesis")
        while not stop.is_set():
            number = len(put)
            writer.put_record(StreamName="flowing", PartitionKey=KEYS[number % len(KEYS)], Data=b"%d" % number)
            put.append(number)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for count in (4, 3, 5):
            update_shard_count(kinesis, "flowing", count)
    finally:
        stop.set()
        thread.join()
    found = by_key(read_stream(kinesis, "flowing"))
    assert sum(map(len, found.values())) == len(put) > 0
    for index, key in enumerate(KEYS):
        assert [int(data) for data in found.get(key, [])] == put[index::len(KEYS)]


def test_the_last_answer_of_a_closed_shard_has_no_iterator_and_names_the_children(kinesis):
    create_stream(kinesis, "closing", 1)
    put_all(kinesis, "closing", rounds(range(1)))
    update_shard_count(kinesis, "closing", 2)
    start = kinesis.get_shard_iterator(StreamName="closing", ShardId="shardId-000000000000",
                                       ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    answer = kinesis.get_records(ShardIterator=start)
    if "NextShardIterator" in answer:
        answer = kinesis.get_records(ShardIterator=answer["NextShardIterator"])
    assert "NextShardIterator" not in answer
    children = {child["ShardId"]: child for child in answer["ChildShards"]}
    shards = {shard["ShardId"]: shard for shard in list_shards(kinesis, "closing") if parents(shard)}
    assert set(children) == set(shards)
    for shard_id, child in children.items():
        assert child["ParentShards"] == ["shardId-000000000000"]
        assert child["HashKeyRange"] == shards[shard_id]["HashKeyRange"]


def test_no_record_is_put_into_a_closed_shard(kinesis):
    create_stream(kinesis, "closed", 1)
    update_shard_count(kinesis, "closed", 2)
    put_all(kinesis, "closed", rounds(range(3)))
    assert read_shard(kinesis, "closed", "shardId-000000000000") == []


def test_list_shards_filters_by_the_open_shards(kinesis):
    create_stream(kinesis, "filtered", 2)
    update_shard_count(kinesis, "filtered", 4)
    latest = kinesis.list_shards(StreamName="filtered", ShardFilter={"Type": "AT_LATEST"})["Shards"]
    assert_uniform(latest, 4)
    assert all(is_open(shard) for shard in latest)
