"""boto3 calls every operation of the service model with every parameter that the model has. What is called is compared
with the model that the installed botocore brings, so an operation or a parameter that is new there shows up here; and
each answer as it was sent is compared with the model's output shape."""

import contextlib
import datetime
import json

import botocore.loaders
import pytest
from botocore.exceptions import ClientError

from clients import client
from rivulet_server import wait_until
from streams import create_stream, hash_range, iterator, open_shards, wait_active

ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/"
KEY = "12345678-1234-1234-1234-123456789012"
METRICS = ["IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds", "OutgoingBytes", "OutgoingRecords",
           "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded"]


def model():
    return botocore.loaders.create_loader().load_service_model("kinesis", "service-2", "2013-12-02")


def parameters_of(shapes, name, path):
    """The paths of everything that an input shape has inside: Operation.Records.PartitionKey."""
    for member, reference in shapes[name].get("members", {}).items():
        yield f"{path}.{member}"
        shape = shapes[reference["shape"]]
        inner = shape["member"]["shape"] if shape["type"] == "list" else reference["shape"]
        if shapes[inner]["type"] == "structure":
            yield from parameters_of(shapes, inner, f"{path}.{member}")


def all_parameters(service_model):
    return {path for name, operation in service_model["operations"].items()
            for path in [name, *parameters_of(service_model["shapes"], operation["input"]["shape"], name)]}


def given_parameters(value, path):
    """The same paths of what a call was given."""
    if isinstance(value, list):
        for element in value:
            yield from given_parameters(element, path)
    elif isinstance(value, dict):
        for member, inner in value.items():
            yield f"{path}.{member}"
            yield from given_parameters(inner, f"{path}.{member}")


JSON_TYPES = {"string": str, "integer": int, "long": int, "boolean": bool, "timestamp": (int, float), "blob": str,
              "list": list, "map": dict, "structure": dict}


def check_answer(shapes, name, value, path):
    shape = shapes[name]
    assert isinstance(value, JSON_TYPES[shape["type"]]), f"{path} is {value!r}, not a {shape['type']}"
    assert not (shape["type"] in ("integer", "long") and isinstance(value, bool)), path
    assert value in shape.get("enum", [value]), f"{path}: {value!r}"
    if shape["type"] == "structure":
        assert value.keys() <= shape["members"].keys(), f"{path} has what the model does not know: {value}"
        assert value.keys() >= set(shape.get("required", ())), f"{path} lacks what the model requires: {value}"
        for member, inner in value.items():
            check_answer(shapes, shape["members"][member]["shape"], inner, f"{path}.{member}")
    elif shape["type"] == "list":
        for element in value:
            check_answer(shapes, shape["member"]["shape"], element, path)


class Recorder:
    """Sees what a client calls and what is answered."""

    def __init__(self, kinesis):
        self.model = model()
        self.given = set()
        self.last = {}
        kinesis.meta.events.register("provide-client-params.kinesis", self.called)
        kinesis.meta.events.register("before-parse.kinesis", self.answered)

    def called(self, params, model, **_):
        # What a helper asks while it waits proves nothing of the parameters, but does no harm either.
        self.given |= {model.name, *given_parameters(params, model.name)}
        self.last[model.name] = params

    def answered(self, operation_model, response_dict, **_):
        operation = self.model["operations"][operation_model.name]
        if response_dict["status_code"] != 200 or operation_model.has_event_stream_output:
            return
        if "output" not in operation:
            assert response_dict["body"] == b"", f"{operation_model.name} answers {response_dict['body']}"
            return
        check_answer(self.model["shapes"], operation["output"]["shape"], json.loads(response_dict["body"]),
                     operation_model.name)


def error_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]


def tags_of(answer):
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


def account(kinesis):
    limits = kinesis.describe_limits()
    assert limits.items() >= {"ShardLimit": 20000, "OpenShardCount": 0, "OnDemandStreamCount": 0,
                              "OnDemandStreamCountLimit": 50}.items()
    assert kinesis.describe_account_settings()["MinimumThroughputBillingCommitment"] == {"Status": "DISABLED"}
    commitment = kinesis.update_account_settings(
        MinimumThroughputBillingCommitment={"Status": "ENABLED"})["MinimumThroughputBillingCommitment"]
    assert commitment["Status"] == "ENABLED"
    assert commitment["EarliestAllowedEndAt"] - commitment["StartedAt"] == datetime.timedelta(hours=24)
    assert kinesis.describe_account_settings()["MinimumThroughputBillingCommitment"] == commitment


def creation(kinesis):
    kinesis.create_stream(StreamName="all", ShardCount=2, StreamModeDetails={"StreamMode": "PROVISIONED"},
                          Tags={"made": "here"}, MaxRecordSizeInKiB=2048)
    kinesis.create_stream(StreamName="warm", StreamModeDetails={"StreamMode": "ON_DEMAND"}, WarmThroughputMiBps=6)
    wait_active(kinesis, "warm")
    wait_active(kinesis, "all")
    for name in ({"StreamName": "all"}, {"StreamARN": ARN + "all"}, {"StreamName": "all", "StreamARN": ARN + "all"}):
        summary = kinesis.describe_stream_summary(**name)["StreamDescriptionSummary"]
        created = summary.pop("StreamCreationTimestamp")
        assert summary == {
            "StreamName": "all", "StreamARN": ARN + "all", "StreamStatus": "ACTIVE",
            "StreamModeDetails": {"StreamMode": "PROVISIONED"}, "RetentionPeriodHours": 24,
            "EnhancedMonitoring": [{"ShardLevelMetrics": []}], "EncryptionType": "NONE", "OpenShardCount": 2,
            "ConsumerCount": 0, "MaxRecordSizeInKiB": 2048}
    description = kinesis.describe_stream(StreamARN=ARN + "all", StreamName="all", Limit=1,
                                          ExclusiveStartShardId="shardId-000000000000")["StreamDescription"]
    assert [shard["ShardId"] for shard in description["Shards"]] == ["shardId-000000000001"]
    assert description.items() >= {
        "StreamName": "all", "StreamARN": ARN + "all", "StreamStatus": "ACTIVE", "HasMoreShards": False,
        "StreamModeDetails": {"StreamMode": "PROVISIONED"}, "RetentionPeriodHours": 24, "EncryptionType": "NONE",
        "EnhancedMonitoring": [{"ShardLevelMetrics": []}], "StreamCreationTimestamp": created}.items()
    warm = kinesis.describe_stream_summary(StreamName="warm")["StreamDescriptionSummary"]
    assert warm["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    assert (warm["OpenShardCount"], warm["WarmThroughput"]) == (6, {"TargetMiBps": 6, "CurrentMiBps": 6})


def listing(kinesis):
    first = kinesis.list_streams(Limit=1)
    assert (first["StreamNames"], first["HasMoreStreams"]) == (["all"], True)
    [summary] = first["StreamSummaries"]
    assert summary.pop("StreamCreationTimestamp")
    assert summary == {"StreamName": "all", "StreamARN": ARN + "all", "StreamStatus": "ACTIVE",
                       "StreamModeDetails": {"StreamMode": "PROVISIONED"}}
    second = kinesis.list_streams(NextToken=first["NextToken"])
    assert (second["StreamNames"], second["HasMoreStreams"]) == (["warm"], False)
    assert kinesis.list_streams(ExclusiveStartStreamName="all")["StreamNames"] == ["warm"]

    created = kinesis.describe_stream_summary(StreamName="all")["StreamDescriptionSummary"]["StreamCreationTimestamp"]
    names = {"StreamName": "all", "StreamARN": ARN + "all"}

    def shards(**parameters):
        return [shard["ShardId"][-1] for shard in kinesis.list_shards(**parameters)["Shards"]]

    assert shards(**names, StreamCreationTimestamp=created, ShardFilter={"Type": "AT_LATEST"}) == ["0", "1"]
    assert shards(**names, ExclusiveStartShardId="shardId-000000000000") == ["1"]
    after = {"Type": "AFTER_SHARD_ID", "ShardId": "shardId-000000000000"}
    assert shards(**names, ShardFilter=after) == ["1"]
    now = datetime.datetime.now(datetime.timezone.utc)
    assert shards(**names, ShardFilter={"Type": "FROM_TIMESTAMP", "Timestamp": now}) == ["0", "1"]
    page = kinesis.list_shards(**names, MaxResults=1)
    assert shards(NextToken=page["NextToken"], MaxResults=1) == ["1"]


def tags(kinesis):
    names = {"StreamName": "all", "StreamARN": ARN + "all"}
    kinesis.add_tags_to_stream(**names, Tags={"team": "a", "stage": "test"})
    kinesis.tag_resource(ResourceARN=ARN + "all", Tags={"team": "b", "cost": ""})
    assert tags_of(kinesis.list_tags_for_resource(ResourceARN=ARN + "all")) == {
        "made": "here", "team": "b", "stage": "test", "cost": ""}
    kinesis.remove_tags_from_stream(**names, TagKeys=["made"])
    kinesis.untag_resource(ResourceARN=ARN + "all", TagKeys=["cost", "absent"])
    page = kinesis.list_tags_for_stream(**names, Limit=1)
    assert (tags_of(page), page["HasMoreTags"]) == ({"stage": "test"}, True)
    page = kinesis.list_tags_for_stream(**names, ExclusiveStartTagKey="stage")
    assert (tags_of(page), page["HasMoreTags"]) == ({"team": "b"}, False)


def policies(kinesis):
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kinesis:GetRecords",
        "Resource": ARN + "all"}]}, indent=1)
    assert kinesis.get_resource_policy(ResourceARN=ARN + "all")["Policy"] == "{}"
    kinesis.put_resource_policy(ResourceARN=ARN + "all", Policy=policy)
    assert kinesis.get_resource_policy(ResourceARN=ARN + "all")["Policy"] == policy
    kinesis.delete_resource_policy(ResourceARN=ARN + "all")
    assert kinesis.get_resource_policy(ResourceARN=ARN + "all")["Policy"] == "{}"


def consumers(kinesis):
    stream = {"StreamARN": ARN + "all"}
    registered = kinesis.register_stream_consumer(**stream, ConsumerName="reader", Tags={"made": "here"})["Consumer"]
    consumer = registered["ConsumerARN"]
    assert consumer.startswith(ARN + "all/consumer/reader:")

    def described(**names):
        return kinesis.describe_stream_consumer(**names)["ConsumerDescription"]

    wait_until(lambda: described(ConsumerARN=consumer)["ConsumerStatus"] == "ACTIVE", what="the consumer being ACTIVE")
    registered["ConsumerStatus"] = "ACTIVE"
    assert described(**stream, ConsumerName="reader", ConsumerARN=consumer) == {**registered, **stream}
    assert described(**stream, ConsumerName="reader") == {**registered, **stream}
    summary = kinesis.describe_stream_summary(StreamName="all")["StreamDescriptionSummary"]
    assert summary["ConsumerCount"] == 1

    kinesis.register_stream_consumer(**stream, ConsumerName="second")
    created = summary["StreamCreationTimestamp"]
    page = kinesis.list_stream_consumers(**stream, MaxResults=1, StreamCreationTimestamp=created)
    assert page["Consumers"] == [registered]
    page = kinesis.list_stream_consumers(**stream, NextToken=page["NextToken"])
    assert [other["ConsumerName"] for other in page["Consumers"]] == ["second"]

    kinesis.tag_resource(ResourceARN=consumer, Tags={"team": "a"})
    kinesis.untag_resource(ResourceARN=consumer, TagKeys=["made"])
    assert tags_of(kinesis.list_tags_for_resource(ResourceARN=consumer)) == {"team": "a"}
    kinesis.deregister_stream_consumer(ConsumerARN=consumer, **stream, ConsumerName="reader")
    wait_until(lambda: len(kinesis.list_stream_consumers(**stream)["Consumers"]) == 1, what="the end of the consumer")


def records(kinesis):
    names = {"StreamName": "all", "StreamARN": ARN + "all"}
    one = kinesis.put_record(**names, Data=b"one", PartitionKey="k", ExplicitHashKey="0")
    two = kinesis.put_record(**names, Data=b"two", PartitionKey="k", ExplicitHashKey="1",
                             SequenceNumberForOrdering=one["SequenceNumber"])
    assert one["ShardId"] == two["ShardId"] == "shardId-000000000000"
    assert int(one["SequenceNumber"]) < int(two["SequenceNumber"])
    batch = kinesis.put_records(**names, Records=[
        {"Data": b"three", "PartitionKey": "k", "ExplicitHashKey": "2"},
        {"Data": b"four", "PartitionKey": "k", "ExplicitHashKey": str(2**128 - 1)}])
    assert batch["FailedRecordCount"] == 0
    assert [record["ShardId"][-1] for record in batch["Records"]] == ["0", "1"]

    def read(kind, limit=10, **more):
        start = kinesis.get_shard_iterator(**names, ShardId="shardId-000000000000", ShardIteratorType=kind,
                                           **more)["ShardIterator"]
        answer = kinesis.get_records(ShardIterator=start, Limit=limit, StreamARN=ARN + "all")
        assert answer["NextShardIterator"]
        return answer

    assert [record["Data"] for record in read("TRIM_HORIZON")["Records"]] == [b"one", b"two", b"three"]
    first = read("TRIM_HORIZON", limit=1)
    assert first["MillisBehindLatest"] >= 0
    [record] = first["Records"]
    arrival = record["ApproximateArrivalTimestamp"]
    assert record["SequenceNumber"] == one["SequenceNumber"] and record["PartitionKey"] == "k"
    after = read("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=one["SequenceNumber"])
    assert [record["Data"] for record in after["Records"]] == [b"two", b"three"]
    assert len(read("AT_TIMESTAMP", Timestamp=arrival)["Records"]) == 3


def subscriptions(kinesis):
    stream = {"StreamARN": ARN + "all"}
    shard = "shardId-000000000000"
    [first, *_] = kinesis.get_records(ShardIterator=iterator(kinesis, "all"))["Records"]
    positions = [{"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": first["SequenceNumber"]},
                 {"Type": "AT_TIMESTAMP", "Timestamp": first["ApproximateArrivalTimestamp"]}]
    for number, (position, data) in enumerate(zip(positions, ([b"two", b"three"], [b"one", b"two", b"three"]))):
        name = f"subscriber-{number}"
        consumer = kinesis.register_stream_consumer(**stream, ConsumerName=name)["Consumer"]["ConsumerARN"]
        wait_until(lambda: kinesis.describe_stream_consumer(**stream, ConsumerName=name)[
            "ConsumerDescription"]["ConsumerStatus"] == "ACTIVE", what="the consumer being ACTIVE")
        with contextlib.closing(kinesis.subscribe_to_shard(ConsumerARN=consumer, ShardId=shard,
                                                           StartingPosition=position)["EventStream"]) as events:
            event = next(iter(events))["SubscribeToShardEvent"]
        assert [record["Data"] for record in event["Records"]] == data
        assert event["ContinuationSequenceNumber"] and event["MillisBehindLatest"] >= 0


def shards(kinesis):
    names = {"StreamName": "all", "StreamARN": ARN + "all"}
    scaling = kinesis.update_shard_count(**names, TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    del scaling["ResponseMetadata"]
    assert scaling == {**names, "CurrentShardCount": 2, "TargetShardCount": 3}
    assert wait_active(kinesis, "all")["OpenShardCount"] == 3
    lowest = min(open_shards(kinesis, "all"), key=hash_range)
    kinesis.split_shard(**names, ShardToSplit=lowest["ShardId"], NewStartingHashKey="1000")
    assert wait_active(kinesis, "all")["OpenShardCount"] == 4
    lower, upper = sorted(open_shards(kinesis, "all"), key=hash_range)[:2]
    assert hash_range(lower) == (0, 999) and lower["ParentShardId"] == upper["ParentShardId"] == lowest["ShardId"]
    kinesis.merge_shards(**names, ShardToMerge=lower["ShardId"], AdjacentShardToMerge=upper["ShardId"])
    assert wait_active(kinesis, "all")["OpenShardCount"] == 3
    merged = min(open_shards(kinesis, "all"), key=hash_range)
    assert merged["HashKeyRange"] == lowest["HashKeyRange"]
    assert (merged["ParentShardId"], merged["AdjacentParentShardId"]) == (lower["ShardId"], upper["ShardId"])


def stream_settings(kinesis):
    names = {"StreamName": "all", "StreamARN": ARN + "all"}

    def summary():
        return wait_active(kinesis, "all")

    kinesis.increase_stream_retention_period(**names, RetentionPeriodHours=8760)
    assert summary()["RetentionPeriodHours"] == 8760
    kinesis.decrease_stream_retention_period(**names, RetentionPeriodHours=24)
    assert summary()["RetentionPeriodHours"] == 24

    kinesis.start_stream_encryption(**names, EncryptionType="KMS", KeyId=KEY)
    assert summary().items() >= {"EncryptionType": "KMS", "KeyId": KEY}.items()
    assert kinesis.describe_stream(StreamName="all")["StreamDescription"]["KeyId"] == KEY
    assert kinesis.put_record(StreamName="all", Data=b"x", PartitionKey="k")["EncryptionType"] == "KMS"
    kinesis.stop_stream_encryption(**names, EncryptionType="KMS", KeyId=KEY)
    assert summary()["EncryptionType"] == "NONE" and "KeyId" not in summary()

    monitoring = kinesis.enable_enhanced_monitoring(**names, ShardLevelMetrics=["ALL"])
    assert monitoring.items() >= {**names, "CurrentShardLevelMetrics": [], "DesiredShardLevelMetrics": METRICS}.items()
    assert summary()["EnhancedMonitoring"] == [{"ShardLevelMetrics": METRICS}]
    monitoring = kinesis.disable_enhanced_monitoring(**names, ShardLevelMetrics=METRICS[1:])
    assert monitoring["CurrentShardLevelMetrics"] == METRICS
    assert monitoring["DesiredShardLevelMetrics"] == METRICS[:1]
    assert summary()["EnhancedMonitoring"] == [{"ShardLevelMetrics": METRICS[:1]}]

    kinesis.update_max_record_size(StreamARN=ARN + "all", MaxRecordSizeInKiB=10240)
    assert summary()["MaxRecordSizeInKiB"] == 10240
    kinesis.update_stream_mode(StreamARN=ARN + "all", StreamModeDetails={"StreamMode": "ON_DEMAND"},
                               WarmThroughputMiBps=5)
    assert summary().items() >= {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}, "OpenShardCount": 5}.items()
    warming = kinesis.update_stream_warm_throughput(**names, WarmThroughputMiBps=7)
    assert warming.items() >= {**names, "WarmThroughput": {"TargetMiBps": 7, "CurrentMiBps": 5}}.items()
    assert summary()["WarmThroughput"] == {"TargetMiBps": 7, "CurrentMiBps": 7}


def deletion(kinesis):
    kinesis.delete_stream(StreamName="all", StreamARN=ARN + "all", EnforceConsumerDeletion=True)
    wait_until(lambda: kinesis.list_streams()["StreamNames"] == ["warm"], what="the end of the stream")


STEPS = [account, creation, listing, tags, policies, consumers, records, subscriptions, shards, stream_settings]


def add_stream_id(params, **_):
    params["body"] = json.dumps({**json.loads(params["body"]), "StreamId": "abcdefghij0123456789-abc"}).encode()


def refuse_stream_ids(kinesis, recorder, calls):
    """`StreamId` is "not implemented, reserved for future use" wherever the model has it. It is put into the finished
    request: where the SDK itself is given one, it calls a host of that name, whatever its endpoint is set to."""
    kinesis.meta.events.register("before-call.kinesis", add_stream_id)
    for name, parameters in calls:
        if "StreamId" in recorder.model["shapes"][name + "Input"]["members"]:
            recorder.given.add(f"{name}.StreamId")
            error = error_of(getattr(kinesis, botocore.xform_name(name)), **parameters)
            assert error["Code"] == "InvalidArgumentException" and "StreamId" in error["Message"], (name, error)
    kinesis.meta.events.unregister("before-call.kinesis", add_stream_id)


# What stands instead of a part of an ARN, by the part's place, and what is answered.
OTHERS = [(1, "aws-cn", "ResourceNotFoundException"), (2, "sqs", "ValidationException"),
          (3, "eu-west-1", "ResourceNotFoundException"), (4, "111122223333", "AccessDeniedException")]


def refuse_the_arns_of_others(kinesis, service_model, calls):
    for name, parameters in calls:
        members = service_model["shapes"][name + "Input"]["members"]
        if "StreamARN" in members:
            parameters = {"StreamARN": ARN + "all", **parameters}
        for member in {"StreamARN", "ResourceARN", "ConsumerARN"} & parameters.keys():
            # Only one of them names the resource.
            kept = {key: value for key, value in parameters.items()
                    if key == member or key not in ("StreamName", "StreamARN", "ConsumerARN", "NextToken")}
            if member == "ConsumerARN":
                kept.pop("ConsumerName", None)
            for place, other, code in OTHERS:
                parts = kept[member].split(":")
                parts[place] = other
                call = getattr(kinesis, botocore.xform_name(name))
                error = error_of(call, **{**kept, member: ":".join(parts)})
                assert error["Code"] == code, (name, member, other, error)


@pytest.fixture
def recorded(rivulet):
    kinesis = client(rivulet(arguments=["--ephemeral"]), "kinesis")
    return kinesis, Recorder(kinesis)


def test_every_operation_takes_every_parameter_of_the_model(recorded):
    kinesis, recorder = recorded
    for step in STEPS:
        step(kinesis)
    calls = sorted(recorder.last.items())
    refuse_the_arns_of_others(kinesis, recorder.model, calls)
    refuse_stream_ids(kinesis, recorder, calls)
    deletion(kinesis)
    calls = [("DeleteStream", recorder.last["DeleteStream"])]
    refuse_the_arns_of_others(kinesis, recorder.model, calls)
    refuse_stream_ids(kinesis, recorder, calls)
    wanted = all_parameters(recorder.model)
    assert not wanted - recorder.given, f"never called: {sorted(wanted - recorder.given)}"


def test_an_operation_or_parameter_that_is_new_in_the_model_is_missed():
    service_model = model()
    before = all_parameters(service_model)
    service_model["operations"]["NewOperation"] = {"input": {"shape": "DescribeStreamInput"}}
    service_model["shapes"]["PutRecordsRequestEntry"]["members"]["NewMember"] = {"shape": "HashKey"}
    new = all_parameters(service_model) - before
    assert {"NewOperation", "NewOperation.StreamName", "PutRecords.Records.NewMember"} <= new
