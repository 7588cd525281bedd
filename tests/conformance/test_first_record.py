"""The first minute with the AWS CLI."""

import base64

from clients import aws, aws_json


def test_a_record_put_with_the_aws_cli_comes_back_from_the_stream(shared):
    aws(shared, "kinesis", "create-stream", "--stream-name", "first", "--shard-count", "1")
    aws(shared, "kinesis", "wait", "stream-exists", "--stream-name", "first")

    # Version 1 of the CLI takes the data as it is, version 2 would have it in Base64.
    put = aws_json(shared, "kinesis", "put-record", "--stream-name", "first", "--partition-key", "me",
                   "--data", "hello")
    assert put["ShardId"] == "shardId-000000000000"

    shard_iterator = aws(shared, "kinesis", "get-shard-iterator", "--stream-name", "first", "--shard-id",
                         put["ShardId"], "--shard-iterator-type", "TRIM_HORIZON", "--query", "ShardIterator",
                         "--output", "text").stdout.strip()
    records = aws_json(shared, "kinesis", "get-records", "--shard-iterator", shard_iterator)["Records"]
    assert [base64.b64decode(record["Data"]) for record in records] == [b"hello"]
    assert records[0]["SequenceNumber"] == put["SequenceNumber"]
    assert records[0]["PartitionKey"] == "me"


def test_an_error_reaches_the_aws_cli_as_the_service_words_it(shared):
    failed = aws(shared, "kinesis", "describe-stream-summary", "--stream-name", "absent", check=False)
    assert failed.returncode != 0
    assert ("An error occurred (ResourceNotFoundException) when calling the DescribeStreamSummary operation: "
            "Stream absent under account 000000000000 not found.") in failed.stderr
