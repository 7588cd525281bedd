"""SubscribeToShard over HTTP/1.1: boto3 as it comes, and clients that vanish or do not read."""

import os
import socket
import threading
import time

import pytest
from botocore.exceptions import ClientError, EventStreamError

from clients import ACCOUNT, client
from rivulet_server import wait_until
from streams import (create_stream, iterator, list_shards, put_all, read_from, register_consumer,
                     update_shard_count)
from subscriptions import FROM_START, Subscriber, subscribe_by_socket

SHARD = "shardId-000000000000"


def consumer_of(kinesis, stream, name="reader", shards=1):
    create_stream(kinesis, stream, shards)
    return register_consumer(kinesis, stream, name)["ConsumerARN"]


def test_records_come_as_they_are_put(shared, kinesis):
    arn = consumer_of(kinesis, "pushed")
    put_all(kinesis, "pushed", [("k", b"before")])
    subscriber = Subscriber(shared, arn)
    subscriber.wait_for_records(1)
    for number in range(20):
        sent = kinesis.put_record(StreamName="pushed", PartitionKey="k", Data=b"%d" % number)
        subscriber.wait_for_records(number + 2, seconds=2)
        record = subscriber.records()[-1]
        assert record["SequenceNumber"] == sent["SequenceNumber"] and record["PartitionKey"] == "k"
    assert subscriber.data() == [b"before"] + [b"%d" % number for number in range(20)]
    assert subscriber.events[-1]["MillisBehindLatest"] == 0
    subscriber.close()


def test_a_record_of_any_bytes_arrives_as_get_records_gives_it(shared, kinesis):
    arn = consumer_of(kinesis, "bytes")
    put_all(kinesis, "bytes", [("ключ", bytes(range(256))), ("k", b""), ("k", b"x" * 1_000_000)])
    subscriber = Subscriber(shared, arn)
    subscriber.wait_for_records(3)
    assert subscriber.records() == read_from(kinesis, iterator(kinesis, "bytes"))
    subscriber.close()


def test_a_second_subscription_is_refused_and_takes_over_when_five_seconds_have_passed(shared, kinesis):
    arn = consumer_of(kinesis, "contested")
    first = Subscriber(shared, arn)
    begun = time.monotonic()
    occupied = f"Another active subscription exists for this consumer: {ACCOUNT}:contested:{SHARD}:reader"
    with pytest.raises(kinesis.exceptions.ResourceInUseException, match=occupied):
        Subscriber(shared, arn)

    def taken_over():
        try:
            return Subscriber(shared, arn)
        except kinesis.exceptions.ResourceInUseException:
            return None

    second = wait_until(taken_over, 10, "the takeover", pause=0.1)
    assert time.monotonic() - begun > 4.5
    first.wait_for_end(2)
    assert isinstance(first.error, EventStreamError)
    assert first.error.response["Error"] == {"Code": "ResourceInUseException", "Message": occupied}
    kinesis.put_record(StreamName="contested", PartitionKey="k", Data=b"x")
    second.wait_for_records(1)
    assert first.data() == []
    second.close()


def test_reading_goes_on_from_each_continuation_without_loss_or_doubling(shared, kinesis):
    create_stream(kinesis, "continued")
    # A number continues whoever's subscription: with consumers in turn nobody waits for the five seconds.
    arns = [register_consumer(kinesis, "continued", f"reader-{number}")["ConsumerARN"] for number in range(8)]
    stop, put = threading.Event(), []

    def write():
        writer = client(shared, "kinesis")
        while not stop.is_set():
            put_all(writer, "continued", [("k", b"%d" % number) for number in range(len(put), len(put) + 3)])
            put.extend(range(len(put), len(put) + 3))

    thread = threading.Thread(target=write)
    thread.start()
    seen, position = [], FROM_START
    try:
        for turn, arn in enumerate(arns):
            subscriber = Subscriber(shared, arn, position=position)
            wait_until(lambda: subscriber.data(), what="a record", pause=0.005)
            if turn == len(arns) - 1:
                stop.set()
                thread.join()
                wait_until(lambda: len(seen) + len(subscriber.data()) >= len(put), what="the last record")
            subscriber.close()
            seen += subscriber.data()
            position = {"Type": ("AT" if turn % 2 else "AFTER") + "_SEQUENCE_NUMBER",
                        "SequenceNumber": subscriber.continuation()}
    finally:
        stop.set()
        thread.join()
    assert [int(data) for data in seen] == put


def test_children_are_followed_while_the_stream_is_scaled_under_load(shared, kinesis):
    arn = consumer_of(kinesis, "scaled")
    keys = [f"user-{number}" for number in range(20)]
    lock, records, subscribers, pending = threading.Lock(), [], {}, []

    def follow(shard_id):
        subscribers[shard_id] = Subscriber(shared, arn, shard_id, on_event=lambda event: take(shard_id, event))

    def take(shard_id, event):
        with lock:
            records.extend(event["Records"])
            for child in event.get("ChildShards", []):
                assert shard_id in child["ParentShards"]
                pending.append((child["ShardId"], set(child["ParentShards"])))

    def follow_children():
        """Begins with a child when all its parents have ended."""
        with lock:
            ended = {shard_id for shard_id, subscriber in subscribers.items() if subscriber.ended}
            ready = {child for child, parents in pending if parents <= ended and child not in subscribers}
        for child in ready:
            follow(child)

    follow(SHARD)
    put = 0
    for count in (2, 3, 4, 2, 1):
        put_all(kinesis, "scaled", [(key, b"%d" % put) for key in keys])
        put += 1
        update_shard_count(kinesis, "scaled", count)
        put_all(kinesis, "scaled", [(key, b"%d" % put) for key in keys])
        put += 1

    def everything():
        follow_children()
        return len(records) >= put * len(keys)

    wait_until(everything, what="every record", pause=0.01)
    open_shards = {shard["ShardId"] for shard in list_shards(kinesis, "scaled")
                   if "EndingSequenceNumber" not in shard["SequenceNumberRange"]}
    wait_until(lambda: follow_children() or open_shards <= set(subscribers), what="every shard", pause=0.01)
    found = {}
    for record in records:
        found.setdefault(record["PartitionKey"], []).append(int(record["Data"]))
    assert found == {key: list(range(put)) for key in keys}
    for subscriber in subscribers.values():
        assert subscriber.error is None
        if subscriber.shard_id in open_shards:
            subscriber.close()
        else:
            assert "ContinuationSequenceNumber" not in subscriber.events[-1]


def test_what_is_deleted_under_a_subscription_is_told_as_not_found(shared, kinesis):
    arn = consumer_of(kinesis, "doomed", shards=2)
    other = register_consumer(kinesis, "doomed", "other")["ConsumerARN"]
    deregistered = Subscriber(shared, arn)
    kinesis.deregister_stream_consumer(ConsumerARN=arn)
    deregistered.wait_for_end(2)
    deleted = Subscriber(shared, other)
    kinesis.delete_stream(StreamName="doomed", EnforceConsumerDeletion=True)
    deleted.wait_for_end(2)
    for subscriber in (deregistered, deleted):
        assert subscriber.error.response["Error"]["Code"] == "ResourceNotFoundException", subscriber.error

    def refusal():
        with pytest.raises(ClientError) as refused:
            Subscriber(shared, arn)
        return refused.value.response["Error"]["Code"]

    wait_until(lambda: refusal() == "ResourceNotFoundException", what="the consumer's end")


def test_stopping_the_server_ends_subscriptions_in_order_and_at_once(rivulet):
    server = rivulet()
    kinesis = client(server, "kinesis")
    arn = consumer_of(kinesis, "stopped", shards=3)
    subscribers = [Subscriber(server, arn, f"shardId-00000000000{number}") for number in range(3)]
    for subscriber in subscribers:
        wait_until(lambda: subscriber.events, what="the first event")
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 3
    for subscriber in subscribers:
        subscriber.wait_for_end()
        assert subscriber.error is None


def open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


@pytest.mark.parametrize("leave", [lambda connection: connection.close(),
                                   lambda connection: connection.shutdown(socket.SHUT_WR)],
                         ids=["closed", "half-closed"])
def test_a_client_that_goes_leaves_nothing_behind(rivulet, leave):
    server = rivulet()
    kinesis = client(server, "kinesis")
    arn = consumer_of(kinesis, "left", shards=40)
    before = open_files(server)
    connections = [subscribe_by_socket(server, arn, f"shardId-{number:012}") for number in range(40)]
    assert open_files(server) >= before + 40
    begun = time.monotonic()
    for connection in connections:
        leave(connection)
    if connections[0].fileno() != -1:
        # The end of the answer is read, as of any other.
        for connection in connections:
            while connection.recv(65536):
                pass
            connection.close()
    wait_until(lambda: open_files(server) <= before, what="the end of all connections")
    assert time.monotonic() - begun < 4, "the clients' going was noticed only at the next sign of life"


def resident_bytes(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def test_slow_readers_cost_no_memory_and_lose_nothing(rivulet):
    server = rivulet()
    kinesis = client(server, "kinesis")
    create_stream(kinesis, "slow")
    arns = [register_consumer(kinesis, "slow", f"reader-{number:02}")["ConsumerARN"] for number in range(12)]
    megabyte = os.urandom(500_000)
    for _ in range(12):
        put_all(kinesis, "slow", [("k", megabyte)] * 8)
    read_from(kinesis, iterator(kinesis, "slow"))
    before = resident_bytes(server)
    connections = [subscribe_by_socket(server, arn, receive_buffer=4096) for arn in arns[1:]]
    # Who reads, meanwhile, is not held up.
    reader = Subscriber(server, arns[0])
    reader.wait_for_records(96)
    kinesis.put_record(StreamName="slow", PartitionKey="k", Data=b"last")
    reader.wait_for_records(97, seconds=5)
    grown = resident_bytes(server) - before
    assert grown < 96_000_000, f"eleven readers that do not read cost {grown} bytes"
    reader.close()
    for connection in connections:
        connection.close()
