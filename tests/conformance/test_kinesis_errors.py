"""Wrong calls, and the words the service answers them with. The words are what programs match on."""

import re

import pytest
from botocore.exceptions import ClientError

from clients import client
from streams import create_stream, list_shards, read_stream, wait_active

SHARD = "shardId-000000000000"
NOT_FOUND = "Stream absent under account 000000000000 not found."


@pytest.fixture
def unchecked(shared):
    """A client that sends what it is given, also where the SDK itself would object."""
    return client(shared, "kinesis", parameter_validation=False)


@pytest.fixture(scope="module")
def stream(shared):
    create_stream(client(shared, "kinesis"), "present", 2)
    return "present"


def refused(call, code, message=None, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    if message is not None:
        assert error["Message"] == message
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return error["Message"]


@pytest.mark.parametrize("operation, arguments", [
    ("delete_stream", {}),
    ("describe_stream", {}),
    ("describe_stream_summary", {}),
    ("list_shards", {}),
    ("put_record", {"PartitionKey": "k", "Data": b"x"}),
    ("put_records", {"Records": [{"PartitionKey": "k", "Data": b"x"}]}),
    ("get_shard_iterator", {"ShardId": SHARD, "ShardIteratorType": "LATEST"}),
    ("update_shard_count", {"TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING"}),
    ("increase_stream_retention_period", {"RetentionPeriodHours": 48}),
    ("decrease_stream_retention_period", {"RetentionPeriodHours": 24}),
])
def test_every_operation_on_an_absent_stream_says_so(kinesis, operation, arguments):
    refused(getattr(kinesis, operation), "ResourceNotFoundException", NOT_FOUND, StreamName="absent", **arguments)


def test_a_stream_is_not_created_twice(kinesis, stream):
    refused(kinesis.create_stream, "ResourceInUseException",
            "Stream present under account 000000000000 already exists.", StreamName=stream, ShardCount=1)


def test_a_stream_in_creation_takes_no_changes_and_no_records(rivulet):
    kinesis = client(rivulet(environment={"RIVULET_CREATE_STREAM_TIME": "60000"}), "kinesis")
    kinesis.create_stream(StreamName="young", ShardCount=1)
    refused(kinesis.update_shard_count, "ResourceInUseException",
            "Stream young under account 000000000000 not ACTIVE, instead in state CREATING",
            StreamName="young", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    refused(kinesis.put_record, "ResourceNotFoundException", "Stream young under account 000000000000 not found.",
            StreamName="young", PartitionKey="k", Data=b"x")


def constraint(value, path, text):
    return f"Value {value} at '{path}' failed to satisfy constraint: {text}"


@pytest.mark.parametrize("operation, arguments, problems", [
    ("create_stream", {"StreamName": "new", "ShardCount": 0},
     [constraint("'0'", "shardCount", "Member must have value greater than or equal to 1")]),
    ("create_stream", {"StreamName": "bad name!", "ShardCount": 1},
     [constraint("'bad name!'", "streamName",
                 "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")]),
    ("create_stream", {"ShardCount": 1}, [constraint("null", "streamName", "Member must not be null")]),
    ("create_stream", {"StreamName": "n" * 129, "ShardCount": 1},
     [constraint(f"'{'n' * 129}'", "streamName", "Member must have length less than or equal to 128")]),
    ("put_record", {"StreamName": "present", "Data": b"x", "PartitionKey": ""},
     [constraint("''", "partitionKey", "Member must have length greater than or equal to 1")]),
    ("put_record", {"StreamName": "present", "Data": b"x", "PartitionKey": "k" * 257},
     [constraint(f"'{'k' * 257}'", "partitionKey", "Member must have length less than or equal to 256")]),
    ("put_record", {"StreamName": "present"},
     [constraint("null", "data", "Member must not be null"),
      constraint("null", "partitionKey", "Member must not be null")]),
    ("put_records", {"StreamName": "present", "Records": [{"Data": b"x", "PartitionKey": "k"}, {"Data": b"x"}]},
     [constraint("null", "records.2.member.partitionKey", "Member must not be null")]),
    ("get_records", {}, [constraint("null", "shardIterator", "Member must not be null")]),
    ("get_records", {"ShardIterator": "x", "Limit": 10_001},
     [constraint("'10001'", "limit", "Member must have value less than or equal to 10000")]),
    ("list_streams", {"Limit": 0},
     [constraint("'0'", "limit", "Member must have value greater than or equal to 1")]),
    ("update_shard_count", {"StreamName": "present", "TargetShardCount": 2},
     [constraint("null", "scalingType", "Member must not be null")]),
    ("update_shard_count", {"StreamName": "present", "TargetShardCount": 2, "ScalingType": "WILD"},
     [constraint("'WILD'", "scalingType", "Member must satisfy enum value set: [UNIFORM_SCALING]")]),
])
def test_a_broken_constraint_is_named_as_the_service_names_it(unchecked, stream, operation, arguments, problems):
    message = refused(getattr(unchecked, operation), "ValidationException", **arguments)
    counted = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
    assert message.startswith(counted)
    assert sorted(message[len(counted):].split("; ")) == sorted(problems)


def test_an_unknown_iterator_type_is_answered_with_the_known_ones(unchecked, stream):
    message = refused(unchecked.get_shard_iterator, "ValidationException", StreamName=stream, ShardId=SHARD,
                      ShardIteratorType="SIDEWAYS")
    known = re.fullmatch(r"1 validation error detected: Value 'SIDEWAYS' at 'shardIteratorType' failed to satisfy "
                         r"constraint: Member must satisfy enum value set: \[(.*)\]", message)
    assert known and set(known.group(1).split(", ")) == {
        "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"}


def test_a_put_over_the_record_limit_is_refused_and_stores_nothing(unchecked, stream):
    with pytest.raises(ClientError) as caught:
        unchecked.put_record(StreamName=stream, PartitionKey="k", Data=b"x" * (1024 * 1024 + 1))
    assert caught.value.response["Error"]["Code"] in ("ValidationException", "InvalidArgumentException")
    assert read_stream(unchecked, stream) == []


def test_one_bad_record_refuses_the_whole_put_records(unchecked):
    create_stream(unchecked, "all-or-none")
    refused(unchecked.put_records, "ValidationException", StreamName="all-or-none",
            Records=[{"Data": b"good", "PartitionKey": "k"}, {"Data": b"bad", "PartitionKey": "k" * 300}])
    assert read_stream(unchecked, "all-or-none") == []


@pytest.mark.parametrize("hash_key", [str(2**128), "9" * 39])
def test_an_explicit_hash_key_beyond_the_hash_keys_is_refused(kinesis, stream, hash_key):
    refused(kinesis.put_record, "InvalidArgumentException",
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
            f"Specified value was {hash_key}",
            StreamName=stream, PartitionKey="k", Data=b"x", ExplicitHashKey=hash_key)


def test_an_absent_shard_is_named_in_full(kinesis, stream):
    refused(kinesis.get_shard_iterator, "ResourceNotFoundException",
            "Shard shardId-000000000007 in stream present under account 000000000000 does not exist",
            StreamName=stream, ShardId="shardId-000000000007", ShardIteratorType="LATEST")


def test_a_shard_name_that_cannot_be_one_is_answered_as_given(kinesis, stream):
    refused(kinesis.get_shard_iterator, "ResourceNotFoundException",
            "Could not find shard shard-x in stream present under account 000000000000.",
            StreamName=stream, ShardId="shard-x", ShardIteratorType="LATEST")


NEITHER = ("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or "
           "(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ")


@pytest.mark.parametrize("kind, number, ending", [
    ("AT_SEQUENCE_NUMBER", None, "AT_SEQUENCE_NUMBER and no StartingSequenceNumber."),
    ("AFTER_SEQUENCE_NUMBER", None, "AFTER_SEQUENCE_NUMBER and no StartingSequenceNumber."),
    ("LATEST", "0", "LATEST and also a StartingSequenceNumber."),
    ("TRIM_HORIZON", "0", "TRIM_HORIZON and also a StartingSequenceNumber."),
])
def test_an_iterator_type_and_a_sequence_number_must_go_together(kinesis, stream, kind, number, ending):
    more = {} if number is None else {"StartingSequenceNumber": number}
    refused(kinesis.get_shard_iterator, "InvalidArgumentException", NEITHER + ending,
            StreamName=stream, ShardId=SHARD, ShardIteratorType=kind, **more)


def test_at_timestamp_needs_a_timestamp(kinesis, stream):
    refused(kinesis.get_shard_iterator, "InvalidArgumentException",
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. "
            "Current request has no timestamp parameter.",
            StreamName=stream, ShardId=SHARD, ShardIteratorType="AT_TIMESTAMP")


def test_at_timestamp_does_not_look_into_the_future(kinesis, stream):
    message = refused(kinesis.get_shard_iterator, "InvalidArgumentException", StreamName=stream, ShardId=SHARD,
                      ShardIteratorType="AT_TIMESTAMP", Timestamp=4_000_000_000)
    assert re.fullmatch(r"The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
                        r"timestampInMillis: 4000000000000, currentTimestampInMillis: \d{13}", message)


def test_a_sequence_number_of_another_shard_or_of_none_is_refused(kinesis):
    create_stream(kinesis, "positions", 2)
    put = kinesis.put_record(StreamName="positions", PartitionKey="k", Data=b"x", ExplicitHashKey="0")
    refused(kinesis.get_shard_iterator, "InvalidArgumentException",
            "Invalid StartingSequenceNumber. It encodes shardId-000000000000, while it was used in a call to a shard "
            "with shardId-000000000001",
            StreamName="positions", ShardId="shardId-000000000001", ShardIteratorType="AT_SEQUENCE_NUMBER",
            StartingSequenceNumber=put["SequenceNumber"])
    refused(kinesis.get_shard_iterator, "InvalidArgumentException",
            "StartingSequenceNumber 12345 used in GetShardIterator on shard shardId-000000000000 in stream positions "
            "under account 000000000000 is invalid.",
            StreamName="positions", ShardId=SHARD, ShardIteratorType="AT_SEQUENCE_NUMBER",
            StartingSequenceNumber="12345")


@pytest.mark.parametrize("forged", ["nonsense", "AAAAAAAAAAE=", "A" * 204])
def test_an_iterator_that_was_not_given_out_is_refused(kinesis, forged):
    refused(kinesis.get_records, "InvalidArgumentException", "Invalid ShardIterator.", ShardIterator=forged)


def test_list_shards_takes_a_name_or_a_token_and_not_both(kinesis, stream):
    refused(kinesis.list_shards, "InvalidArgumentException", "Either NextToken or StreamName should be provided.")
    token = kinesis.list_shards(StreamName=stream, MaxResults=1)["NextToken"]
    refused(kinesis.list_shards, "InvalidArgumentException",
            "NextToken and StreamName cannot be provided together.", StreamName=stream, NextToken=token)


@pytest.mark.parametrize("target", [5, 100])
def test_a_stream_is_not_scaled_beyond_its_double(kinesis, stream, target):
    with pytest.raises(ClientError) as caught:
        kinesis.update_shard_count(StreamName=stream, TargetShardCount=target, ScalingType="UNIFORM_SCALING")
    assert caught.value.response["Error"]["Code"] in ("LimitExceededException", "InvalidArgumentException")
    assert wait_active(kinesis, stream)["OpenShardCount"] == 2


def test_a_stream_is_not_scaled_below_its_half(kinesis):
    create_stream(kinesis, "not-so-small", 5)
    with pytest.raises(ClientError) as caught:
        kinesis.update_shard_count(StreamName="not-so-small", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    assert caught.value.response["Error"]["Code"] in ("LimitExceededException", "InvalidArgumentException")
    assert len(list_shards(kinesis, "not-so-small")) == 5


def test_retention_changes_in_the_wrong_direction_are_refused(kinesis):
    create_stream(kinesis, "hours")
    refused(kinesis.increase_stream_retention_period, "InvalidArgumentException",
            "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.",
            StreamName="hours", RetentionPeriodHours=23)
    kinesis.increase_stream_retention_period(StreamName="hours", RetentionPeriodHours=48)
    wait_active(kinesis, "hours")
    refused(kinesis.increase_stream_retention_period, "InvalidArgumentException",
            "Requested retention period (36 hours) for stream hours can not be shorter than existing retention "
            "period (48 hours). Use DecreaseRetentionPeriod API.",
            StreamName="hours", RetentionPeriodHours=36)
    refused(kinesis.decrease_stream_retention_period, "InvalidArgumentException",
            "Requested retention period (72 hours) for stream hours can not be longer than existing retention "
            "period (48 hours). Use IncreaseRetentionPeriod API.",
            StreamName="hours", RetentionPeriodHours=72)
