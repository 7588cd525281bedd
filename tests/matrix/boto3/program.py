"""The story of tests/matrix/README.md with boto3 as it comes: argv[1] is the name of the stream to make."""

import contextlib
import sys
import time

import boto3

DEADLINE_SECONDS = 30
FIRST_SHARD = "shardId-000000000000"
SECOND_SHARD = "shardId-000000000001"
MIDDLE = 2 ** 127
QUARTER = 2 ** 126

name = sys.argv[1]
kinesis = boto3.client("kinesis")
sent = []


def done(step):
    print(f"done: {step}", flush=True)


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the time is up"
        time.sleep(0.05)


def summary():
    return kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]


def wait_active(open_shards):
    wait_for(lambda: summary()["StreamStatus"] == "ACTIVE")
    assert summary()["OpenShardCount"] == open_shards


def put(data, hash_key):
    sent.append(data)
    return kinesis.put_record(StreamName=name, Data=data, PartitionKey="κλειδί", ExplicitHashKey=str(hash_key))


def iterator(shard, kind, **more):
    return kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType=kind, **more)["ShardIterator"]


def data_of(records):
    return [record["Data"] for record in records]


def create():
    kinesis.create_stream(StreamName=name, ShardCount=2)
    wait_active(2)


def put_one():
    answer = put(bytes(range(256)), 0)
    assert answer["ShardId"] == FIRST_SHARD
    return answer["SequenceNumber"]


def put_batch():
    data = [f"batch-{number}".encode() for number in range(10)]
    entries = [{"Data": item, "PartitionKey": f"key-{number}", "ExplicitHashKey": str(number % 2 * MIDDLE)}
               for number, item in enumerate(data)]
    answer = kinesis.put_records(StreamName=name, Records=entries)
    assert answer["FailedRecordCount"] == 0
    assert [record["ShardId"] for record in answer["Records"]] == [FIRST_SHARD, SECOND_SHARD] * 5
    sent.extend(data)


def iterators(first_number):
    records = kinesis.get_records(ShardIterator=iterator(FIRST_SHARD, "TRIM_HORIZON"))["Records"]
    expected = sent[:1] + sent[1::2]
    assert data_of(records) == expected
    assert records[0]["PartitionKey"] == "κλειδί" and records[0]["SequenceNumber"] == first_number
    kinds = [("AT_SEQUENCE_NUMBER", {"StartingSequenceNumber": first_number}, expected),
             ("AFTER_SEQUENCE_NUMBER", {"StartingSequenceNumber": first_number}, expected[1:]),
             ("AT_TIMESTAMP", {"Timestamp": records[0]["ApproximateArrivalTimestamp"]}, expected)]
    for kind, position, wanted in kinds:
        assert data_of(kinesis.get_records(ShardIterator=iterator(FIRST_SHARD, kind, **position))["Records"]) == wanted
    tip = kinesis.get_records(ShardIterator=iterator(FIRST_SHARD, "LATEST"))
    assert tip["Records"] == []
    put(b"latest", 0)
    assert data_of(kinesis.get_records(ShardIterator=tip["NextShardIterator"])["Records"]) == [b"latest"]


def split():
    kinesis.split_shard(StreamName=name, ShardToSplit=FIRST_SHARD, NewStartingHashKey=str(QUARTER))
    wait_active(3)


def merge():
    kinesis.merge_shards(StreamName=name, ShardToMerge="shardId-000000000002",
                         AdjacentShardToMerge="shardId-000000000003")
    wait_active(2)


def update_shard_count():
    kinesis.update_shard_count(StreamName=name, TargetShardCount=4, ScalingType="UNIFORM_SCALING")
    wait_active(4)
    for number in range(4):
        put(f"after-{number}".encode(), number * QUARTER)


def list_shards():
    # Not by boto3's paginator: it repeats the stream's name beside the token, which the service refuses.
    shards, request = [], {"StreamName": name}
    while request:
        answer = kinesis.list_shards(**request, MaxResults=3)
        shards += answer["Shards"]
        request = {"NextToken": answer["NextToken"]} if "NextToken" in answer else None
    return shards


def is_closed(shard):
    return "EndingSequenceNumber" in shard["SequenceNumberRange"]


def poll_shard(shard):
    found, position = [], iterator(shard["ShardId"], "TRIM_HORIZON")
    while True:
        answer = kinesis.get_records(ShardIterator=position)
        found += data_of(answer["Records"])
        position = answer.get("NextShardIterator")
        if position is None:
            assert is_closed(shard) and answer["ChildShards"]
            return found
        if answer["MillisBehindLatest"] == 0 and not is_closed(shard):
            return found


def polling():
    found = [data for shard in list_shards() for data in poll_shard(shard)]
    assert sorted(found) == sorted(sent)


def subscribe(consumer, shard, on_tip):
    """All data of a shard: to the end of a closed one, else until on_tip(what was found so far) says so."""
    found = []
    answer = kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard["ShardId"],
                                        StartingPosition={"Type": "TRIM_HORIZON"})
    with contextlib.closing(answer["EventStream"]) as events:
        for event in events:
            event = event["SubscribeToShardEvent"]
            found += data_of(event["Records"])
            if event.get("ChildShards"):
                assert is_closed(shard)
                return found
            assert event["ContinuationSequenceNumber"]
            if event["MillisBehindLatest"] == 0 and not is_closed(shard) and on_tip(found):
                return found
    raise AssertionError(f"the subscription to {shard['ShardId']} ended early")


def fan_out():
    arn = summary()["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="matrix")["Consumer"]["ConsumerARN"]
    wait_for(lambda: kinesis.describe_stream_consumer(ConsumerARN=consumer)
             ["ConsumerDescription"]["ConsumerStatus"] == "ACTIVE")
    shards = list_shards()
    found = [data for shard in shards[:-1] for data in subscribe(consumer, shard, lambda _: True)]

    def pushed(so_far):
        if b"pushed" not in sent:
            put(b"pushed", 2 ** 128 - 1)
        return b"pushed" in so_far

    found += subscribe(consumer, shards[-1], pushed)
    assert sorted(found) == sorted(sent)
    assert [each["ConsumerARN"] for each in kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]] == [consumer]
    kinesis.deregister_stream_consumer(ConsumerARN=consumer)


def tags():
    kinesis.add_tags_to_stream(StreamName=name, Tags={"stage": "test", "team": "data"})
    assert kinesis.list_tags_for_stream(StreamName=name)["Tags"] == [{"Key": "stage", "Value": "test"},
                                                                      {"Key": "team", "Value": "data"}]
    kinesis.remove_tags_from_stream(StreamName=name, TagKeys=["stage"])
    assert kinesis.list_tags_for_stream(StreamName=name)["Tags"] == [{"Key": "team", "Value": "data"}]


def caught(kind, call, **arguments):
    try:
        call(**arguments)
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was not raised")


def typed_errors():
    errors = kinesis.exceptions
    caught(errors.ResourceNotFoundException, kinesis.describe_stream_summary, StreamName=name + "-absent")
    caught(errors.ResourceInUseException, kinesis.create_stream, StreamName=name, ShardCount=1)
    caught(errors.InvalidArgumentException, kinesis.get_records, ShardIterator="not an iterator")
    caught(errors.ValidationException, kinesis.create_stream, StreamName="not a name!", ShardCount=1)


def delete():
    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)

    def gone():
        try:
            return summary() is None
        except kinesis.exceptions.ResourceNotFoundException:
            return True

    wait_for(gone)


print(f"client: boto3 {boto3.__version__}")
create()
done("create")
first = put_one()
done("put")
put_batch()
done("batch put")
iterators(first)
done("iterators")
split()
done("split")
merge()
done("merge")
update_shard_count()
done("update shard count")
polling()
done("polling")
fan_out()
done("fan-out")
tags()
done("tags")
typed_errors()
done("typed errors")
delete()
done("delete")
