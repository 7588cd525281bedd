"""Every Kinesis operation by boto3, as a well-behaved program uses it."""

import datetime
import hashlib

import pytest

from clients import client
from rivulet_server import wait_until
from streams import (HASH_KEYS, create_stream, hash_range, iterator, list_shards, put_all, read_shard, read_stream,
                     wait_active)

ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/"
QUICK = {"Delay": 1, "MaxAttempts": 20}


def test_a_stream_is_created_found_and_deleted_through_the_sdk_waiters(rivulet):
    kinesis = client(rivulet(environment={"RIVULET_CREATE_STREAM_TIME": "1500", "RIVULET_DELETE_STREAM_TIME": "1500"}),
                     "kinesis")
    kinesis.create_stream(StreamName="life", ShardCount=2)
    status = kinesis.describe_stream_summary(StreamName="life")["StreamDescriptionSummary"]["StreamStatus"]
    assert status == "CREATING"
    kinesis.get_waiter("stream_exists").wait(StreamName="life", WaiterConfig=QUICK)
    assert wait_active(kinesis, "life")["OpenShardCount"] == 2

    kinesis.delete_stream(StreamName="life")
    status = kinesis.describe_stream_summary(StreamName="life")["StreamDescriptionSummary"]["StreamStatus"]
    assert status == "DELETING"
    kinesis.get_waiter("stream_not_exists").wait(StreamName="life", WaiterConfig=QUICK)
    assert "life" not in kinesis.list_streams()["StreamNames"]


def test_a_new_stream_of_an_old_name_has_none_of_the_old_records(kinesis):
    for content in (b"old", b"new"):
        create_stream(kinesis, "again")
        kinesis.put_record(StreamName="again", PartitionKey="k", Data=content)
        assert [record["Data"] for record in read_stream(kinesis, "again")] == [content]
        kinesis.delete_stream(StreamName="again")
        kinesis.get_waiter("stream_not_exists").wait(StreamName="again", WaiterConfig=QUICK)


def test_the_summary_describes_the_stream(kinesis):
    before = datetime.datetime.now(datetime.timezone.utc)
    create_stream(kinesis, "summary", 3)
    summary = kinesis.describe_stream_summary(StreamName="summary")["StreamDescriptionSummary"]
    created = summary.pop("StreamCreationTimestamp")
    assert abs((created - before).total_seconds()) < 5
    expected = {"StreamName": "summary", "StreamARN": ARN + "summary", "StreamStatus": "ACTIVE",
                "StreamModeDetails": {"StreamMode": "PROVISIONED"}, "RetentionPeriodHours": 24,
                "EnhancedMonitoring": [{"ShardLevelMetrics": []}], "EncryptionType": "NONE", "OpenShardCount": 3,
                "ConsumerCount": 0}
    assert expected.items() <= summary.items()


def test_a_stream_may_be_named_by_its_arn(kinesis):
    create_stream(kinesis, "by-arn")
    put = kinesis.put_record(StreamARN=ARN + "by-arn", PartitionKey="k", Data=b"x")
    assert kinesis.describe_stream_summary(StreamARN=ARN + "by-arn")[
        "StreamDescriptionSummary"]["StreamName"] == "by-arn"
    assert [record["SequenceNumber"] for record in read_stream(kinesis, "by-arn")] == [put["SequenceNumber"]]


def test_the_shards_of_a_new_stream_divide_the_hash_keys_evenly(kinesis):
    create_stream(kinesis, "ranges", 3)
    description = kinesis.describe_stream(StreamName="ranges")["StreamDescription"]
    assert description["HasMoreShards"] is False
    ranges = [hash_range(shard) for shard in description["Shards"]]
    third = HASH_KEYS // 3
    assert ranges == [(0, third - 1), (third, 2 * third - 1), (2 * third, HASH_KEYS - 1)]
    assert [shard["ShardId"] for shard in description["Shards"]] == [
        "shardId-000000000000", "shardId-000000000001", "shardId-000000000002"]
    assert description["Shards"] == list_shards(kinesis, "ranges")


def test_a_record_goes_to_the_shard_that_its_partition_key_hashes_to(kinesis):
    create_stream(kinesis, "hashing", 4)
    shards = list_shards(kinesis, "hashing")
    for number in range(20):
        key = f"käse-{number}"
        hashed = int.from_bytes(hashlib.md5(key.encode()).digest(), "big")
        wanted = next(shard["ShardId"] for shard in shards if hash_range(shard)[0] <= hashed <= hash_range(shard)[1])
        assert kinesis.put_record(StreamName="hashing", PartitionKey=key, Data=b"x")["ShardId"] == wanted


@pytest.mark.parametrize("hash_key, shard", [(0, 0), (HASH_KEYS // 2 - 1, 0), (HASH_KEYS // 2, 1), (HASH_KEYS - 1, 1)])
def test_an_explicit_hash_key_goes_before_the_partition_key(kinesis, hash_key, shard):
    name = f"explicit-{hash_key % 1000}-{shard}"
    create_stream(kinesis, name, 2)
    put = kinesis.put_record(StreamName=name, PartitionKey="k", Data=b"x", ExplicitHashKey=str(hash_key))
    assert put["ShardId"] == f"shardId-00000000000{shard}"


def test_put_records_answers_each_record_in_the_order_of_the_request(kinesis):
    create_stream(kinesis, "batch", 2)
    results = put_all(kinesis, "batch", [(f"key-{number % 7}", b"%d" % number) for number in range(500)])
    read = {(shard["ShardId"], record["SequenceNumber"]): record["Data"]
            for shard in list_shards(kinesis, "batch") for record in read_shard(kinesis, "batch", shard["ShardId"])}
    assert len(read) == 500
    assert [read[result["ShardId"], result["SequenceNumber"]] for result in results] == [
        b"%d" % number for number in range(500)]


def test_sequence_numbers_of_a_shard_strictly_increase(kinesis):
    create_stream(kinesis, "increasing")
    numbers = [int(kinesis.put_record(StreamName="increasing", PartitionKey="k", Data=b"x")["SequenceNumber"])
               for _ in range(20)]
    numbers += [int(result["SequenceNumber"]) for result in put_all(kinesis, "increasing", [("k", b"x")] * 500)]
    assert numbers == sorted(set(numbers))
    assert all(len(str(number)) == 56 for number in numbers)


def test_empty_large_and_binary_data_come_back_byte_for_byte(kinesis):
    create_stream(kinesis, "bytes")
    contents = [b"", bytes(range(256)), b"x" * (1024 * 1024 - 1)]
    for content in contents:
        kinesis.put_record(StreamName="bytes", PartitionKey="k", Data=content)
    assert [record["Data"] for record in read_stream(kinesis, "bytes")] == contents


def test_the_arrival_time_of_a_record_is_when_it_was_put(kinesis):
    create_stream(kinesis, "arrival")
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(milliseconds=2)
    kinesis.put_record(StreamName="arrival", PartitionKey="k", Data=b"x")
    after = datetime.datetime.now(datetime.timezone.utc)
    [record] = read_stream(kinesis, "arrival")
    assert before <= record["ApproximateArrivalTimestamp"] <= after


def test_get_records_gives_at_most_the_limit_and_goes_on_from_there(kinesis):
    create_stream(kinesis, "limit")
    put_all(kinesis, "limit", [("k", b"%d" % number) for number in range(25)])
    shard_iterator, sizes, data = iterator(kinesis, "limit"), [], []
    for _ in range(3):
        answer = kinesis.get_records(ShardIterator=shard_iterator, Limit=10)
        shard_iterator = answer["NextShardIterator"]
        sizes.append(len(answer["Records"]))
        data += [record["Data"] for record in answer["Records"]]
    assert sizes == [10, 10, 5]
    assert data == [b"%d" % number for number in range(25)]
    assert answer["MillisBehindLatest"] == 0


def test_list_streams_pages_through_the_names_in_order(kinesis):
    names = [f"listed-{number:02}" for number in range(12)]
    for name in names:
        kinesis.create_stream(StreamName=name, ShardCount=1)
    first = kinesis.list_streams(Limit=5, ExclusiveStartStreamName="listed-")
    assert first["StreamNames"] == names[:5]
    assert first["HasMoreStreams"] is True
    paged = [name for page in kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 5})
             for name in page["StreamNames"]]
    assert [name for name in paged if name.startswith("listed-")] == names
    assert paged == sorted(paged)


def test_list_shards_and_describe_stream_page_through_the_shards(kinesis):
    create_stream(kinesis, "many-shards", 12)
    wanted = [f"shardId-{number:012}" for number in range(12)]
    first = kinesis.list_shards(StreamName="many-shards", MaxResults=5)
    assert [shard["ShardId"] for shard in first["Shards"]] == wanted[:5]
    second = kinesis.list_shards(NextToken=first["NextToken"], MaxResults=5)
    assert [shard["ShardId"] for shard in second["Shards"]] == wanted[5:10]
    after = kinesis.list_shards(StreamName="many-shards", ExclusiveStartShardId=wanted[9])
    assert [shard["ShardId"] for shard in after["Shards"]] == wanted[10:]

    pages = list(kinesis.get_paginator("describe_stream").paginate(StreamName="many-shards",
                                                                   PaginationConfig={"PageSize": 5}))
    assert [page["StreamDescription"]["HasMoreShards"] for page in pages] == [True, True, False]
    assert [shard["ShardId"] for page in pages for shard in page["StreamDescription"]["Shards"]] == wanted


def test_retention_is_raised_and_lowered(kinesis):
    create_stream(kinesis, "retention")

    def hours():
        return wait_active(kinesis, "retention")["RetentionPeriodHours"]

    kinesis.increase_stream_retention_period(StreamName="retention", RetentionPeriodHours=48)
    wait_until(lambda: hours() == 48, what="48 hours of retention")
    kinesis.decrease_stream_retention_period(StreamName="retention", RetentionPeriodHours=24)
    wait_until(lambda: hours() == 24, what="24 hours of retention")


def test_everything_is_there_after_an_orderly_restart(rivulet):
    server = rivulet()
    kinesis = client(server, "kinesis")
    create_stream(kinesis, "kept", 2)
    put_all(kinesis, "kept", [(f"k{number}", b"%d" % number) for number in range(50)])
    before = (list_shards(kinesis, "kept"), read_stream(kinesis, "kept"))
    server.restart()
    kinesis = client(server, "kinesis")
    assert (list_shards(kinesis, "kept"), read_stream(kinesis, "kept")) == before
