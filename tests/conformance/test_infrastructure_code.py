"""The calls that infrastructure code (Terraform, CDK) makes around each change of a stream, in its order: change, poll
until ACTIVE, read everything back."""

import pytest
from botocore.exceptions import ClientError

from clients import client
from rivulet_server import wait_until
from streams import wait_active

ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/managed"
KEY = "arn:aws:kms:us-east-1:000000000000:key/12345678-1234-1234-1234-123456789012"


def read(kinesis):
    """What is read back after each change, as one state to compare."""
    summary = wait_active(kinesis, "managed")
    shards = kinesis.list_shards(StreamName="managed", ShardFilter={"Type": "AT_LATEST"})["Shards"]
    by_stream = kinesis.list_tags_for_stream(StreamName="managed")
    by_resource = kinesis.list_tags_for_resource(ResourceARN=ARN)
    assert by_stream["Tags"] == by_resource["Tags"] and not by_stream["HasMoreTags"]
    assert len(shards) == summary["OpenShardCount"]
    return {
        "mode": summary["StreamModeDetails"]["StreamMode"], "shards": summary["OpenShardCount"],
        "retention": summary["RetentionPeriodHours"], "encryption": summary["EncryptionType"],
        "key": summary.get("KeyId"), "record_size": summary["MaxRecordSizeInKiB"],
        "metrics": [metric for part in summary["EnhancedMonitoring"] for metric in part["ShardLevelMetrics"]],
        "tags": {tag["Key"]: tag["Value"] for tag in by_stream["Tags"]},
    }


def test_a_stream_is_created_changed_and_destroyed_step_by_step(rivulet):
    kinesis = client(rivulet(environment={"RIVULET_UPDATE_STREAM_TIME": "150"}), "kinesis")
    limits = kinesis.describe_limits()
    assert limits["OpenShardCount"] + 2 <= limits["ShardLimit"]
    assert limits["OnDemandStreamCount"] + 1 <= limits["OnDemandStreamCountLimit"]
    kinesis.create_stream(StreamName="managed", ShardCount=2, StreamModeDetails={"StreamMode": "PROVISIONED"},
                          Tags={"owner": "infra"}, MaxRecordSizeInKiB=1024)
    expected = {"mode": "PROVISIONED", "shards": 2, "retention": 24, "encryption": "NONE", "key": None,
                "record_size": 1024, "metrics": [], "tags": {"owner": "infra"}}
    assert read(kinesis) == expected

    def change(call, *, updating=True, **difference):
        call()
        if updating:
            status = kinesis.describe_stream_summary(StreamName="managed")["StreamDescriptionSummary"]["StreamStatus"]
            assert status == "UPDATING"
        expected.update(difference)
        assert read(kinesis) == expected

    name = {"StreamName": "managed"}
    # The period that it has is asked for too, at creation.
    change(lambda: kinesis.increase_stream_retention_period(**name, RetentionPeriodHours=24), updating=False)
    change(lambda: kinesis.increase_stream_retention_period(**name, RetentionPeriodHours=48), updating=False,
           retention=48)
    change(lambda: kinesis.enable_enhanced_monitoring(**name, ShardLevelMetrics=["IncomingBytes", "OutgoingBytes"]),
           metrics=["IncomingBytes", "OutgoingBytes"])
    change(lambda: kinesis.start_stream_encryption(**name, EncryptionType="KMS", KeyId=KEY), encryption="KMS", key=KEY)
    change(lambda: kinesis.update_shard_count(**name, TargetShardCount=4, ScalingType="UNIFORM_SCALING"), shards=4)
    change(lambda: kinesis.update_max_record_size(StreamARN=ARN, MaxRecordSizeInKiB=4096), record_size=4096)
    change(lambda: kinesis.disable_enhanced_monitoring(**name, ShardLevelMetrics=["OutgoingBytes"]),
           metrics=["IncomingBytes"])
    change(lambda: kinesis.update_stream_mode(StreamARN=ARN, StreamModeDetails={"StreamMode": "ON_DEMAND"}),
           mode="ON_DEMAND")
    change(lambda: kinesis.update_stream_mode(StreamARN=ARN, StreamModeDetails={"StreamMode": "PROVISIONED"}),
           mode="PROVISIONED")
    change(lambda: kinesis.update_stream_mode(StreamARN=ARN, StreamModeDetails={"StreamMode": "PROVISIONED"}),
           updating=False)
    change(lambda: kinesis.update_shard_count(**name, TargetShardCount=2, ScalingType="UNIFORM_SCALING"), shards=2)
    change(lambda: kinesis.remove_tags_from_stream(**name, TagKeys=["owner"]), updating=False, tags={})
    change(lambda: kinesis.tag_resource(ResourceARN=ARN, Tags={"stage": "test"}), updating=False,
           tags={"stage": "test"})
    change(lambda: kinesis.stop_stream_encryption(**name, EncryptionType="KMS", KeyId=KEY), encryption="NONE", key=None)

    kinesis.delete_stream(**name, EnforceConsumerDeletion=True)

    def gone():
        with pytest.raises(ClientError) as caught:
            while True:
                kinesis.describe_stream_summary(**name)
        return caught.value.response["Error"]["Code"] == "ResourceNotFoundException"

    wait_until(gone, what="the end of the stream")
