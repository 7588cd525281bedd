"""Accounts and regions come from the credentials, and do not see each other."""

import pytest
from botocore.exceptions import ClientError

from clients import client
from streams import create_stream, iterator, read_stream


def test_a_twelve_digit_access_key_is_the_account(shared):
    theirs = client(shared, "kinesis", access_key="111122223333")
    summary = create_stream(theirs, "owned")
    assert summary["StreamARN"] == "arn:aws:kinesis:us-east-1:111122223333:stream/owned"


@pytest.mark.parametrize("access_key", ["test", "AKIAIOSFODNN7EXAMPLE", "1234"])
def test_any_other_access_key_is_the_default_account(shared, access_key):
    kinesis = client(shared, "kinesis", access_key=access_key)
    summary = create_stream(kinesis, f"default-{access_key}")
    assert ":000000000000:" in summary["StreamARN"]


def test_accounts_and_regions_have_streams_of_the_same_name_apart(shared):
    owners = [("000000000000", "us-east-1"), ("111122223333", "us-east-1"), ("000000000000", "eu-west-1")]
    for access_key, region in owners:
        kinesis = client(shared, "kinesis", access_key=access_key, region=region)
        summary = create_stream(kinesis, "same-name")
        assert summary["StreamARN"] == f"arn:aws:kinesis:{region}:{access_key}:stream/same-name"
        kinesis.put_record(StreamName="same-name", PartitionKey="k", Data=f"{access_key} {region}".encode())
    for access_key, region in owners:
        kinesis = client(shared, "kinesis", access_key=access_key, region=region)
        assert kinesis.list_streams()["StreamNames"].count("same-name") == 1
        assert [record["Data"].decode() for record in read_stream(kinesis, "same-name")] == [f"{access_key} {region}"]


def test_a_stream_of_another_account_is_not_found(shared):
    create_stream(client(shared, "kinesis"), "private")
    stranger = client(shared, "kinesis", access_key="444455556666")
    with pytest.raises(ClientError) as caught:
        stranger.describe_stream_summary(StreamName="private")
    assert caught.value.response["Error"]["Message"] == "Stream private under account 444455556666 not found."


def test_an_iterator_is_of_no_use_to_another_account_or_region(shared):
    kinesis = client(shared, "kinesis")
    create_stream(kinesis, "not-shared")
    kinesis.put_record(StreamName="not-shared", PartitionKey="k", Data=b"secret")
    start = iterator(kinesis, "not-shared")
    for stranger in (client(shared, "kinesis", access_key="444455556666"),
                     client(shared, "kinesis", region="eu-west-1")):
        with pytest.raises(ClientError):
            stranger.get_records(ShardIterator=start)
