"""Subscribers to shards: by boto3, and by a bare socket that reads only when it is told to."""

import json
import socket
import threading

from clients import client, kinesis_headers
from rivulet_server import wait_until

FROM_START = {"Type": "TRIM_HORIZON"}


class Subscriber:
    """Reads a subscription by boto3 in a thread of its own, on a connection of its own."""

    def __init__(self, server, consumer_arn, shard_id="shardId-000000000000", position=FROM_START, on_event=None):
        self.events = []
        self.error = None
        self.ended = False
        self.shard_id = shard_id
        self._on_event = on_event
        kinesis = client(server, "kinesis")
        self._stream = kinesis.subscribe_to_shard(ConsumerARN=consumer_arn, ShardId=shard_id,
                                                  StartingPosition=position)["EventStream"]
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for event in self._stream:
                self.events.append(event["SubscribeToShardEvent"])
                if self._on_event:
                    self._on_event(self.events[-1])
        except Exception as error:  # noqa: B902 - what came is for the test to judge
            self.error = error
        self.ended = True

    def records(self):
        return [record for event in self.events for record in event["Records"]]

    def data(self):
        return [record["Data"] for record in self.records()]

    def wait_for_records(self, count, seconds=30):
        wait_until(lambda: len(self.records()) >= count or self.ended, seconds, f"{count} records", pause=0.005)
        assert len(self.records()) == count, self.error

    def wait_for_end(self, seconds=30):
        wait_until(lambda: self.ended, seconds, "the end of the subscription", pause=0.01)

    def continuation(self):
        return self.events[-1]["ContinuationSequenceNumber"]

    def close(self):
        """Breaks the connection off, as a client that ends does."""
        self._stream._raw_stream._fp.fp.raw._sock.shutdown(socket.SHUT_RDWR)
        self.wait_for_end()


def request_bytes(consumer_arn, shard_id, position=FROM_START):
    body = json.dumps({"ConsumerARN": consumer_arn, "ShardId": shard_id, "StartingPosition": position}).encode()
    headers = {"Host": "localhost", **kinesis_headers("SubscribeToShard"), "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{head}\r\n".encode() + body


def subscribe_by_socket(server, consumer_arn, shard_id="shardId-000000000000", receive_buffer=None):
    """A socket on which a subscription has been answered; nothing but the first bytes of the answer has been read."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(20)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(request_bytes(consumer_arn, shard_id))
    assert connection.recv(15).startswith(b"HTTP/1.1 200"), "the subscription was refused"
    return connection
