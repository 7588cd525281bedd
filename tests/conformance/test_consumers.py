"""Registered consumers of a stream (enhanced fan-out), by boto3."""

import pytest
from botocore.exceptions import ClientError

from clients import ACCOUNT, REGION, client
from streams import create_stream, register_consumer
from rivulet_server import wait_until


def stream_arn(name):
    return f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{name}"


def test_a_consumer_comes_and_goes(kinesis):
    create_stream(kinesis, "consumed")
    consumer = register_consumer(kinesis, "consumed", "reader")
    created = int(consumer["ConsumerCreationTimestamp"].timestamp())
    assert consumer["ConsumerARN"] == f"{stream_arn('consumed')}/consumer/reader:{created}"
    with pytest.raises(kinesis.exceptions.ResourceInUseException):
        kinesis.register_stream_consumer(StreamARN=stream_arn("consumed"), ConsumerName="reader")
    kinesis.deregister_stream_consumer(ConsumerARN=consumer["ConsumerARN"])

    def gone():
        try:
            kinesis.describe_stream_consumer(ConsumerARN=consumer["ConsumerARN"])
        except kinesis.exceptions.ResourceNotFoundException:
            return True
        return False

    wait_until(gone, what="the end of the consumer")


def test_consumers_survive_a_crash_of_the_server(rivulet):
    server = rivulet()
    kinesis = client(server, "kinesis")
    create_stream(kinesis, "kept")
    before = register_consumer(kinesis, "kept", "reader")
    server.restart_after_kill()
    after = kinesis.describe_stream_consumer(ConsumerARN=before["ConsumerARN"])["ConsumerDescription"]
    assert after == before


def test_twenty_consumers_are_listed_page_by_page(kinesis):
    create_stream(kinesis, "crowded")
    names = [f"reader-{number:02}" for number in range(20)]
    for name in names:
        register_consumer(kinesis, "crowded", name, tags={"number": name})
    pages = list(kinesis.get_paginator("list_stream_consumers").paginate(
        StreamARN=stream_arn("crowded"), PaginationConfig={"PageSize": 3}))
    assert len(pages) == 7
    assert [consumer["ConsumerName"] for page in pages for consumer in page["Consumers"]] == names
    with pytest.raises(kinesis.exceptions.LimitExceededException):
        kinesis.register_stream_consumer(StreamARN=stream_arn("crowded"), ConsumerName="one-more")


def test_a_stream_with_consumers_is_deleted_only_by_force(kinesis):
    create_stream(kinesis, "held")
    register_consumer(kinesis, "held", "reader")
    with pytest.raises(ClientError, match="because there are consumers associated with this data stream"):
        kinesis.delete_stream(StreamName="held")
    kinesis.delete_stream(StreamName="held", EnforceConsumerDeletion=True)
    kinesis.get_waiter("stream_not_exists").wait(StreamName="held", WaiterConfig={"Delay": 1})
