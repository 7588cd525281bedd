"""How long a record takes from its put to a subscriber, and to a handler's first line."""

import base64
import contextlib
import json
import socket
import statistics
import struct
import time

from load import HEADERS, TARGET
from row import Row, spread
from scratch import scratch
from servers import Connection, call, rivulet

RECORDS = 400
WARM_UP_RECORDS = 20
TIMEOUT_SECONDS = 10


class EventStream:
    """The frames of a SubscribeToShard answer over HTTP/1.1 (application/vnd.amazon.eventstream, chunked)."""

    def __init__(self, port, consumer_arn, shard="shardId-000000000000"):
        body = json.dumps({"ConsumerARN": consumer_arn, "ShardId": shard, "StartingPosition": {"Type": "LATEST"}})
        lines = ["POST / HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}",
                 f"X-Amz-Target: {TARGET}SubscribeToShard", *(f"{name}: {value}" for name, value in HEADERS.items())]
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        self.file = self.socket.makefile("rb")
        status = self.file.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"SubscribeToShard: {status!r}")
        while self.file.readline() not in (b"\r\n", b""):
            pass
        self.buffer = b""

    def _chunk(self):
        size = int(self.file.readline().split(b";")[0], 16)
        self.buffer += self.file.read(size)
        self.file.readline()

    def next_payload(self):
        """The next frame's payload: total length, headers' length, checksum, headers, payload, checksum."""
        while len(self.buffer) < 12 or len(self.buffer) < struct.unpack(">I", self.buffer[:4])[0]:
            self._chunk()
        total, headers = struct.unpack(">II", self.buffer[:8])
        payload = self.buffer[12 + headers:total - 4]
        self.buffer = self.buffer[total:]
        return payload

    def close(self):
        self.file.close()
        self.socket.close()


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def active_consumer(connection):
    """The ARN of a new consumer of the stream `bench`."""
    summary = connection.call("DescribeStreamSummary", {"StreamName": "bench"})["StreamDescriptionSummary"]
    consumer = connection.call("RegisterStreamConsumer", {"StreamARN": summary["StreamARN"], "ConsumerName": "bench"})
    arn = consumer["Consumer"]["ConsumerARN"]
    while connection.call("DescribeStreamConsumer", {"ConsumerARN": arn})["ConsumerDescription"][
            "ConsumerStatus"] != "ACTIVE":
        time.sleep(0.01)
    return arn


def milliseconds_to_subscriber():
    """How long each record of a new server takes from before its put until a subscriber has it."""
    found = []
    with rivulet() as server:
        server.create_stream(shards=1)
        with contextlib.closing(Connection(server.port)) as connection:
            events = EventStream(server.port, active_consumer(connection))
            for number in range(WARM_UP_RECORDS + RECORDS):
                data = base64.b64encode(b"%08d" % number).decode()
                began = time.perf_counter()
                connection.call("PutRecord", {"StreamName": "bench", "Data": data, "PartitionKey": "k"})
                while data.encode() not in events.next_payload():
                    pass
                found.append((time.perf_counter() - began) * 1000)
        events.close()
    return found[WARM_UP_RECORDS:]


def subscribe(options):
    rounds = [milliseconds_to_subscriber() for _ in range(options.repeats)]
    p50s, p99s = ([percentile(found, part) for found in rounds] for part in (0.5, 0.99))
    return Row("Put to SubscribeToShard delivery", "p50 under 1 ms, p99 under 5 ms",
               f"p50 {spread(p50s, '{:.2f}', 'ms')}, p99 {spread(p99s, '{:.2f}', 'ms')}",
               met=statistics.median(p50s) < 1 and statistics.median(p99s) < 5,
               details={"p50_ms": p50s, "p99_ms": p99s})


HANDLER = """
import base64, time

def lambda_handler(event, context):
    entered = time.time()
    with open({path!r}, "a") as file:
        for record in event["Records"]:
            sent = float(base64.b64decode(record["kinesis"]["data"]))
            file.write(f"{{(entered - sent) * 1000}}\\n")
"""

CONFIGURATION = """
streams:
  bench: {{shards: 1}}
functions:
  measure: {{runtime: python3, file: {handler}, handler: lambda_handler, timeout: 10, memory: 128}}
event_source_mappings:
  - {{stream: bench, function: measure, batch_size: 1, batching_window: 0, starting_position: TRIM_HORIZON}}
"""


def wait_for_lines(file, count):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while file.read_text().count("\n") < count:
        if time.monotonic() > deadline:
            raise RuntimeError("the handler is not called")
        time.sleep(0.001)


def milliseconds_to_handler():
    """How long each record of a new server takes from before its put until a handler is entered with it."""
    with scratch() as folder:
        times = folder / "times"
        times.touch()
        (folder / "measure.py").write_text(HANDLER.format(path=str(times)))
        (folder / "rivulet.yaml").write_text(CONFIGURATION.format(handler=folder / "measure.py"))
        with rivulet("--config", folder / "rivulet.yaml") as server:
            for number in range(WARM_UP_RECORDS + RECORDS):
                data = base64.b64encode(repr(time.time()).encode()).decode()
                call(server.port, "PutRecord", {"StreamName": "bench", "Data": data, "PartitionKey": "k"})
                wait_for_lines(times, number + 1)
        return [float(line) for line in times.read_text().splitlines()][WARM_UP_RECORDS:]


def handler(options):
    p50s = [percentile(milliseconds_to_handler(), 0.5) for _ in range(options.repeats)]
    return Row("Put to handler entered (warm, no batching window)", "p50 under 3 ms",
               f"p50 {spread(p50s, '{:.2f}', 'ms')}", met=statistics.median(p50s) < 3, details={"p50_ms": p50s})
