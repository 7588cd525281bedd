"""Steps that many tests take with a stream."""

import time

from rivulet_server import wait_until

HASH_KEYS = 2**128


def wait_active(kinesis, name, seconds=30):
    """Waits until the stream is ACTIVE and returns its summary."""

    def active():
        summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        return summary if summary["StreamStatus"] == "ACTIVE" else None

    return wait_until(active, seconds, f"the stream {name} being ACTIVE")


def create_stream(kinesis, name, shards=1):
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    return wait_active(kinesis, name)


def update_shard_count(kinesis, name, target):
    kinesis.update_shard_count(StreamName=name, TargetShardCount=target, ScalingType="UNIFORM_SCALING")
    return wait_active(kinesis, name)


def list_shards(kinesis, name):
    answer = kinesis.list_shards(StreamName=name)
    shards = answer["Shards"]
    while "NextToken" in answer:
        answer = kinesis.list_shards(NextToken=answer["NextToken"])
        shards += answer["Shards"]
    return shards


def is_open(shard):
    return "EndingSequenceNumber" not in shard["SequenceNumberRange"]


def open_shards(kinesis, name):
    return [shard for shard in list_shards(kinesis, name) if is_open(shard)]


def hash_range(shard):
    key_range = shard["HashKeyRange"]
    return int(key_range["StartingHashKey"]), int(key_range["EndingHashKey"])


def parents(shard):
    return [shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if name in shard]


def iterator(kinesis, name, shard_id="shardId-000000000000", kind="TRIM_HORIZON", **more):
    return kinesis.get_shard_iterator(StreamName=name, ShardId=shard_id, ShardIteratorType=kind,
                                      **more)["ShardIterator"]


def read_from(kinesis, shard_iterator, limit=10_000, seconds=30):
    """All records from an iterator on: to the end of a closed shard, or up to the tip of an open one."""
    records = []
    deadline = time.monotonic() + seconds
    while shard_iterator:
        assert time.monotonic() < deadline, f"the shard has no end after {len(records)} records"
        answer = kinesis.get_records(ShardIterator=shard_iterator, Limit=limit)
        records += answer["Records"]
        shard_iterator = answer.get("NextShardIterator")
        if not answer["Records"] and answer["MillisBehindLatest"] == 0:
            break
    return records


def read_shard(kinesis, name, shard_id):
    return read_from(kinesis, iterator(kinesis, name, shard_id))


def parents_first(shards):
    """The shards in an order that has every parent before its children."""
    by_id = {shard["ShardId"]: shard for shard in shards}
    ordered, done = [], set()

    def visit(shard):
        if shard["ShardId"] in done:
            return
        done.add(shard["ShardId"])
        for parent in parents(shard):
            if parent in by_id:
                visit(by_id[parent])
        ordered.append(shard)

    for shard in shards:
        visit(shard)
    return ordered


def read_stream(kinesis, name):
    """All records of a stream, those of a parent before those of its children."""
    records = []
    for shard in parents_first(list_shards(kinesis, name)):
        records += read_shard(kinesis, name, shard["ShardId"])
    return records


def put_all(kinesis, name, entries):
    """Puts (partition key, data) pairs in order, 500 a request; returns the results."""
    results = []
    for start in range(0, len(entries), 500):
        chunk = [{"PartitionKey": key, "Data": data} for key, data in entries[start:start + 500]]
        answer = kinesis.put_records(StreamName=name, Records=chunk)
        assert answer["FailedRecordCount"] == 0, answer
        results += answer["Records"]
    return results


def register_consumer(kinesis, stream, name, tags=None):
    """Registers a consumer, waits until it is ACTIVE, and returns its description."""
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    more = {"Tags": tags} if tags else {}
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name, **more)["Consumer"]

    def active():
        described = kinesis.describe_stream_consumer(ConsumerARN=consumer["ConsumerARN"])["ConsumerDescription"]
        return described if described["ConsumerStatus"] == "ACTIVE" else None

    return wait_until(active, 30, f"the consumer {name} being ACTIVE", pause=0.01)
