"""The five ways to begin reading a shard, and how long a place in it is kept."""

import datetime

import pytest
from botocore.exceptions import ClientError

from clients import client
from rivulet_server import wait_until
from streams import create_stream, iterator, put_all, read_from, wait_active


@pytest.fixture
def numbered(kinesis, request):
    """A stream with the records 0 to 9, and their sequence numbers."""
    name = request.node.name[:100].replace("[", "-").replace("]", "")
    create_stream(kinesis, name)
    return name, [result["SequenceNumber"] for result in
                  put_all(kinesis, name, [("k", b"%d" % number) for number in range(10)])]


def data(records):
    return [int(record["Data"]) for record in records]


def test_trim_horizon_begins_with_the_oldest_record(kinesis, numbered):
    assert data(read_from(kinesis, iterator(kinesis, numbered[0]))) == list(range(10))


def test_at_sequence_number_begins_with_that_record(kinesis, numbered):
    name, numbers = numbered
    start = iterator(kinesis, name, kind="AT_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[4])
    assert data(read_from(kinesis, start)) == [4, 5, 6, 7, 8, 9]


def test_after_sequence_number_begins_with_the_next_one(kinesis, numbered):
    name, numbers = numbered
    start = iterator(kinesis, name, kind="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[4])
    assert data(read_from(kinesis, start)) == [5, 6, 7, 8, 9]
    start = iterator(kinesis, name, kind="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[9])
    assert read_from(kinesis, start) == []


def test_latest_begins_with_what_is_put_after_it_was_asked_for(kinesis, numbered):
    name, _ = numbered
    start = iterator(kinesis, name, kind="LATEST")
    kinesis.put_record(StreamName=name, PartitionKey="k", Data=b"10")
    assert data(read_from(kinesis, start)) == [10]


def test_at_timestamp_begins_with_the_first_record_of_that_time_or_later(kinesis, numbered):
    name, _ = numbered
    last = read_from(kinesis, iterator(kinesis, name))[-1]["ApproximateArrivalTimestamp"]
    # The SDK sends whole seconds.
    next_second = last.replace(microsecond=0) + datetime.timedelta(seconds=1)
    wait_until(lambda: datetime.datetime.now(datetime.timezone.utc) > next_second, what="the next second")
    kinesis.put_record(StreamName=name, PartitionKey="k", Data=b"10")
    later = iterator(kinesis, name, kind="AT_TIMESTAMP", Timestamp=next_second)
    assert data(read_from(kinesis, later)) == [10]
    earlier = iterator(kinesis, name, kind="AT_TIMESTAMP", Timestamp=last - datetime.timedelta(hours=1))
    assert data(read_from(kinesis, earlier)) == list(range(11))


def test_the_starting_sequence_number_of_a_shard_is_a_place_to_begin(kinesis, numbered):
    name, _ = numbered
    first = kinesis.list_shards(StreamName=name)["Shards"][0]["SequenceNumberRange"]["StartingSequenceNumber"]
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        start = iterator(kinesis, name, kind=kind, StartingSequenceNumber=first)
        assert data(read_from(kinesis, start)) == list(range(10))


@pytest.mark.parametrize("shard_id", ["shardId-000000000000", "shardId-0", "0"])
def test_a_shard_may_be_named_by_its_number(kinesis, numbered, shard_id):
    assert data(read_from(kinesis, iterator(kinesis, numbered[0], shard_id))) == list(range(10))


def test_an_iterator_may_be_used_again_and_gives_the_same_records(kinesis, numbered):
    start = iterator(kinesis, numbered[0])
    assert [data(kinesis.get_records(ShardIterator=start, Limit=3)["Records"]) for _ in range(3)] == [[0, 1, 2]] * 3


def test_an_iterator_works_after_the_server_was_killed_and_started_again(rivulet):
    server = rivulet()
    kinesis = client(server, "kinesis")
    create_stream(kinesis, "places")
    put_all(kinesis, "places", [("k", b"%d" % number) for number in range(10)])
    place = kinesis.get_records(ShardIterator=iterator(kinesis, "places"), Limit=4)["NextShardIterator"]
    latest = iterator(kinesis, "places", kind="LATEST")
    server.restart_after_kill()
    kinesis = client(server, "kinesis")
    wait_active(kinesis, "places")
    kinesis.put_record(StreamName="places", PartitionKey="k", Data=b"10")
    assert data(read_from(kinesis, place)) == list(range(4, 11))
    assert data(read_from(kinesis, latest)) == [10]


def test_an_iterator_of_a_deleted_stream_reads_nothing_of_its_successor(kinesis, numbered):
    name, _ = numbered
    start = iterator(kinesis, name)
    kinesis.delete_stream(StreamName=name)
    kinesis.get_waiter("stream_not_exists").wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    create_stream(kinesis, name)
    kinesis.put_record(StreamName=name, PartitionKey="k", Data=b"99")
    with pytest.raises(ClientError):
        kinesis.get_records(ShardIterator=start)
