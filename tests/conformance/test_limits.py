"""The service's rates, where `limits: enforce` asks for them."""

import pytest
from botocore.exceptions import ClientError

from clients import ACCOUNT, client
from streams import create_stream, iterator

EXCEEDED = f"Rate exceeded for shard shardId-000000000000 in stream {{}} under account {ACCOUNT}."


@pytest.fixture
def limited(rivulet):
    return client(rivulet(config="limits: enforce\n"), "kinesis")


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_shard_refuses_what_is_more_than_a_mebibyte_a_second_entry_by_entry(limited):
    create_stream(limited, "busy")
    entries = [{"PartitionKey": "k", "Data": b"x" * 400 * 1024}] * 10
    answer = limited.put_records(StreamName="busy", Records=entries)
    failed = [record for record in answer["Records"] if "ErrorCode" in record]
    assert 6 <= answer["FailedRecordCount"] == len(failed) < 10
    assert failed[0] == {"ErrorCode": "ProvisionedThroughputExceededException",
                         "ErrorMessage": EXCEEDED.format("busy")}


def test_a_shard_answers_five_reads_a_second(limited):
    create_stream(limited, "read")
    start = iterator(limited, "read")

    def read_many():
        for _ in range(100):
            limited.get_records(ShardIterator=start)

    assert refusal(read_many) == ("ProvisionedThroughputExceededException", EXCEEDED.format("read"))


def test_the_control_plane_has_rates(limited):

    def list_many():
        for _ in range(100):
            limited.list_streams()

    assert refusal(list_many) == ("LimitExceededException", f"Rate exceeded for account {ACCOUNT}.")


def test_nothing_is_limited_by_default(kinesis):
    create_stream(kinesis, "unlimited")
    entries = [{"PartitionKey": "k", "Data": b"x" * 400 * 1024}] * 10
    assert kinesis.put_records(StreamName="unlimited", Records=entries)["FailedRecordCount"] == 0
    start = iterator(kinesis, "unlimited")
    for _ in range(20):
        kinesis.get_records(ShardIterator=start, Limit=1)
