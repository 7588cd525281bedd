"""JSON and CBOR say the same: every operation is called in both, on a server each, and the answers are compared after
what may differ (names, sequence numbers, times, tokens) has been put aside."""

import datetime
import json
import re

import pytest

import cbor
from clients import ACCOUNT, REGION, kinesis_headers, request
from formats import MODEL, CborCaller, JsonCaller
from rivulet_server import wait_until

SHARD = "shardId-000000000000"
YEAR_AGO = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
LONG_LIVED = re.compile(r"[A-Za-z0-9+/=]{100,}|\d{50,}")


def arn(name):
    return f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{name}"


def neutral(value, kind):
    """The value without what two calls may differ in."""
    if isinstance(value, dict):
        return {key: neutral(entry, kind) for key, entry in value.items() if key != "MillisBehindLatest"}
    if isinstance(value, list):
        return [neutral(entry, kind) for entry in value]
    if isinstance(value, datetime.datetime):
        assert abs(value - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(days=2)
        return "TIME"
    if isinstance(value, str):
        value = LONG_LIVED.sub("OPAQUE", value.replace(f"by-{kind}", "STREAM"))
        return re.sub(r"(consumer/\w+):\d+", r"\1:CREATED", value)
    return value


class Run:
    """The same calls in one format; remembers every answer."""

    def __init__(self, caller):
        self.call = caller
        self.name = f"by-{caller.kind}"
        self.answers = []
        self.called = set()

    def __call__(self, operation, **members):
        status, answer = self.call(operation, **members)
        self.called.add(operation)
        self.answers.append((operation, status, neutral(answer, self.call.kind)))
        return answer

    def wait_active(self):
        def active():
            _, answer = self.call("DescribeStreamSummary", StreamName=self.name)
            return answer["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE"
        wait_until(active, what=f"{self.name} being ACTIVE")

    def iterator(self, **more):
        return self("GetShardIterator", StreamName=self.name, ShardId=SHARD, **more).get("ShardIterator", "none")


def records(run):
    name = run.name
    blob = bytes(range(256))
    first = run("PutRecord", StreamName=name, PartitionKey="k", Data=blob)
    run("PutRecord", StreamARN=arn(name), PartitionKey="ключ", Data=b"", ExplicitHashKey="0",
        SequenceNumberForOrdering=first["SequenceNumber"])
    run("PutRecords", StreamName=name, Records=[{"PartitionKey": str(i), "Data": b"%d" % i} for i in range(3)])
    for kind in ("TRIM_HORIZON", "LATEST"):
        run("GetRecords", ShardIterator=run.iterator(ShardIteratorType=kind))
    at = run.iterator(ShardIteratorType="AT_TIMESTAMP", Timestamp=YEAR_AGO)
    run("GetRecords", ShardIterator=at, Limit=2)
    run.iterator(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=first["SequenceNumber"])


def refusals(run):
    run("DescribeStream", StreamName="absent")
    run("DescribeStream", StreamName="not a name")
    run("DescribeStream", StreamName=1)
    run("DescribeStream", StreamName=[])
    run("DescribeStream", StreamName={})
    run("DescribeStream", StreamName=True)
    run("CreateStream", StreamName=run.name, ShardCount=1)
    run("CreateStream", StreamName="x", Tags={"": "v", "k": "v" * 300})
    run("PutRecord", StreamName=run.name)
    run("PutRecord", StreamName=run.name, PartitionKey="k" * 257, Data=b"x" * 30, ExplicitHashKey="-1")
    run("PutRecords", StreamName=run.name, Records=[])
    run("PutRecords", StreamName=run.name, Records=[{"PartitionKey": "k"}] * 12)
    run("PutRecords", StreamName=run.name, Records=[None])
    run("PutRecords", StreamName=run.name, Records="none")
    run("GetRecords", ShardIterator="forged")
    run("GetRecords", ShardIterator="x", Limit=0.5)
    run("ListStreams", Limit="ten")
    run("ListStreams", Limit=1e30)
    run("ListShards")
    run("GetShardIterator", StreamName=run.name, ShardId=SHARD, ShardIteratorType="SIDEWAYS")
    run("GetShardIterator", StreamName=run.name, ShardId=SHARD, ShardIteratorType="AT_TIMESTAMP", Timestamp="now")
    run("Unheard")


def resources(run):
    name, by_arn = run.name, {"StreamARN": arn(run.name)}
    run("AddTagsToStream", StreamName=name, Tags={"a": "1", "b": "ü"})
    run("TagResource", ResourceARN=arn(name), Tags={"c": "3"})
    run("ListTagsForStream", StreamName=name)
    run("ListTagsForResource", ResourceARN=arn(name))
    run("RemoveTagsFromStream", StreamName=name, TagKeys=["a"])
    run("UntagResource", ResourceARN=arn(name), TagKeys=["b", "c"])
    run("RegisterStreamConsumer", **by_arn, ConsumerName="reader")
    run("ListStreamConsumers", **by_arn)
    run("DescribeStreamConsumer", **by_arn, ConsumerName="reader")
    run("DeregisterStreamConsumer", **by_arn, ConsumerName="reader")
    run("DescribeStreamConsumer", **by_arn, ConsumerName="unheard")
    run("SubscribeToShard", ConsumerARN=f"{arn(name)}/consumer/unheard:1", ShardId=SHARD,
        StartingPosition={"Type": "LATEST"})
    run("PutResourcePolicy", ResourceARN=arn(name), Policy="{}")
    run("PutResourcePolicy", ResourceARN=arn(name), Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
         "Action": ["kinesis:DescribeStreamSummary"], "Resource": arn(name)}]}))
    run("GetResourcePolicy", ResourceARN=arn(name))
    run("DeleteResourcePolicy", ResourceARN=arn(name))
    run("DescribeLimits")
    run("DescribeAccountSettings")
    for status in ("WRONG", "ENABLED"):
        run("UpdateAccountSettings", MinimumThroughputBillingCommitment={"Status": status})


def changes(run):
    name = run.name
    for operation, members in [
            ("IncreaseStreamRetentionPeriod", {"RetentionPeriodHours": 48}),
            ("DecreaseStreamRetentionPeriod", {"RetentionPeriodHours": 24}),
            ("EnableEnhancedMonitoring", {"ShardLevelMetrics": ["IncomingBytes"]}),
            ("DisableEnhancedMonitoring", {"ShardLevelMetrics": ["ALL"]}),
            ("StartStreamEncryption", {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}),
            ("StopStreamEncryption", {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}),
            ("UpdateShardCount", {"TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING"}),
            ("MergeShards", {"ShardToMerge": "1", "AdjacentShardToMerge": "2"}),
            ("SplitShard", {"ShardToSplit": "3", "NewStartingHashKey": "170141183460469231731687303715884105728"}),
            ("UpdateMaxRecordSize", {"MaxRecordSizeInKiB": 2048}),
            ("UpdateStreamMode", {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}),
            ("UpdateStreamWarmThroughput", {"WarmThroughputMiBps": 1})]:
        inputs = MODEL["shapes"][f"{operation}Input"]["members"]
        run(operation, **members, **({"StreamName": name} if "StreamName" in inputs else {"StreamARN": arn(name)}))
        run.wait_active()


def scenario(run):
    run("CreateStream", StreamName=run.name, ShardCount=1, Tags={"made": "here"})
    run.wait_active()
    records(run)
    refusals(run)
    resources(run)
    changes(run)
    run("DescribeStream", StreamName=run.name)
    run("DescribeStreamSummary", StreamName=run.name)
    run("ListShards", StreamName=run.name, ShardFilter={"Type": "FROM_TIMESTAMP", "Timestamp": YEAR_AGO})
    run("ListStreams", Limit=1)
    run("GetRecords", ShardIterator=run.iterator(ShardIteratorType="TRIM_HORIZON"))
    run("DeleteStream", StreamName=run.name, EnforceConsumerDeletion=True)

    def gone():
        return run.call("DescribeStreamSummary", StreamName=run.name)[0] == 400
    wait_until(gone, what="the deletion")


def test_every_operation_answers_the_same_in_both_formats(rivulet):
    by_json, by_cbor = Run(JsonCaller(rivulet())), Run(CborCaller(rivulet()))
    for run in (by_json, by_cbor):
        scenario(run)
    for theirs, ours in zip(by_json.answers, by_cbor.answers, strict=True):
        assert ours == theirs
    assert by_json.called - {"Unheard"} == set(MODEL["operations"])
    succeeded = {operation for operation, status, _ in by_json.answers if status == 200}
    # A stream of events is looked at where consumers are.
    assert set(MODEL["operations"]) - succeeded == {"SubscribeToShard"}


def test_the_encodings_of_bytes_and_times_are_those_that_sdks_read(shared):
    by_cbor = Run(CborCaller(shared))
    by_cbor("CreateStream", StreamName=by_cbor.name, ShardCount=1)
    by_cbor.wait_active()
    by_cbor("PutRecord", StreamName=by_cbor.name, PartitionKey="k", Data=b"\x00\xff")
    _, body = by_cbor.call.send("GetRecords", cbor.dumps(
        {"ShardIterator": by_cbor.iterator(ShardIteratorType="TRIM_HORIZON")}))
    assert b"\x64Data\x42\x00\xff" in body, "bytes are a byte string"
    assert b"\x78\x1bApproximateArrivalTimestamp\xc1\x1b" in body, "a time is tag 1 and milliseconds in eight bytes"


@pytest.mark.parametrize("seconds", [1_700_000_000, 1_700_000_000.5, 1_700_000_000_000],
                         ids=["seconds", "fraction", "ms"])
def test_cbor_times_are_read_in_seconds_and_in_milliseconds(shared, seconds):
    body = b"\xa1\x6aStreamName\x66absent".replace(b"\xa1", b"\xa4", 1) + cbor.dumps("ShardId") + cbor.dumps(SHARD)
    body += cbor.dumps("ShardIteratorType") + cbor.dumps("AT_TIMESTAMP") + cbor.dumps("Timestamp") + b"\xc1"
    answer = request(shared, body=body + cbor.dumps(seconds), headers=kinesis_headers(
        "GetShardIterator", Content_Type="application/x-amz-cbor-1.1"))
    assert cbor.loads(answer.body)["__type"] == "ResourceNotFoundException"


@pytest.mark.parametrize("body, target, kind", [
    (b"", "ListStreams", "SerializationException"),
    (b"", "Unheard", "UnknownOperationException"),
    (b"\xa0", "Unheard", "UnknownOperationException"),
    (b"\x80", "ListStreams", "SerializationException"),
    (b"\xa1", "ListStreams", "SerializationException"),
    (b"{}", "ListStreams", "SerializationException"),
])
def test_errors_without_a_text_are_a_cbor_map_of_their_type_alone(shared, body, target, kind):
    answer = request(shared, body=body, headers=kinesis_headers(target, Content_Type="application/x-amz-cbor-1.1"))
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/x-amz-cbor-1.1"
    assert cbor.loads(answer.body) == {"__type": kind}


def member(name, item):
    return cbor.dumps(name) + item


def pieces(*strings):
    """A string of unknown length."""
    heads = {bytes: b"\x5f", str: b"\x7f"}
    return heads[type(strings[0])] + b"".join(map(cbor.dumps, strings)) + b"\xff"


def send_cbor(server, operation, body):
    answer = request(server, body=body, headers=kinesis_headers(operation, Content_Type="application/x-amz-cbor-1.1"))
    return answer.status, cbor.loads(answer.body) if answer.body else {}


def test_all_of_cbors_forms_are_read(shared):
    by_cbor = Run(CborCaller(shared))
    by_cbor.name = "all-forms"
    by_cbor("CreateStream", StreamName=by_cbor.name, ShardCount=1)
    by_cbor.wait_active()
    data = bytes(range(256))
    self_described, unassigned = b"\xd9\xd9\xf7", b"\xc6"
    record = (b"\xbf" + member("Data", pieces(data[:100], b"", data[100:]))
              + pieces("Partition", "Key") + unassigned + pieces("кл", "юч") + b"\xff")
    body = (self_described + b"\xbf" + member("StreamName", unassigned + pieces("all", "-forms"))
            + member("Records", b"\x9f" + record + record + b"\xff") + member("Unheard", b"\xf7") + b"\xff")
    status, answer = send_cbor(shared, "PutRecords", body)
    assert (status, answer["FailedRecordCount"]) == (200, 0)
    half_two = b"\xf9\x40\x00"
    iterator = by_cbor.iterator(ShardIteratorType="TRIM_HORIZON")
    body = b"\xa2" + member("ShardIterator", cbor.dumps(iterator)) + member("Limit", half_two)
    status, answer = send_cbor(shared, "GetRecords", body)
    assert [(record["PartitionKey"], record["Data"]) for record in answer["Records"]] == [("ключ", data)] * 2


@pytest.mark.parametrize("item", [
    b"\x61\xff", b"\x7f\x61\xc3\x61\xbc\xff", b"\x7f\x41x\xff", b"\x7f\x7f\x61x\xff\xff", b"\x7f\xc1\x61x\xff", b"\xff",
    b"\xc1\xff", b"\x81\xff", b"\xbf\x61x\xff", b"\xa1\x01\x02", b"\x7b" + b"\xff" * 8, b"\x9b" + b"\xff" * 8,
    b"\xbb\x80" + b"\x00" * 7, b"\x1c", b"\xf8\x14", b"\x81" * 64,
], ids=bytes.hex)
def test_a_document_that_is_not_well_formed_is_refused(shared, item):
    status, answer = send_cbor(shared, "DescribeStream", b"\xa1" + member("StreamName", item))
    assert (status, answer) == (400, {"__type": "SerializationException"})
