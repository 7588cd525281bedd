"""How long a record takes from its put to a subscriber, and to a handler's first line."""

import base64
import json
import pathlib
import socket
import statistics
import struct
import tempfile
import time

from load import HEADERS, TARGET
from row import Row
from servers import call, rivulet

RECORDS = 400
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


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def subscribe(options):
    with rivulet() as server:
        server.create_stream(shards=1)
        summary = call(server.port, "DescribeStreamSummary", {"StreamName": "bench"})["StreamDescriptionSummary"]
        consumer = call(server.port, "RegisterStreamConsumer",
                        {"StreamARN": summary["StreamARN"], "ConsumerName": "bench"})["Consumer"]["ConsumerARN"]
        while call(server.port, "DescribeStreamConsumer", {"ConsumerARN": consumer})["ConsumerDescription"][
                "ConsumerStatus"] != "ACTIVE":
            time.sleep(0.01)
        events = EventStream(server.port, consumer)
        time.sleep(0.2)
        found = []
        for number in range(RECORDS):
            data = base64.b64encode(b"%d" % number).decode()
            began = time.perf_counter()
            call(server.port, "PutRecord", {"StreamName": "bench", "Data": data, "PartitionKey": "k"})
            while data.encode() not in events.next_payload():
                pass
            found.append((time.perf_counter() - began) * 1000)
    p50, p99 = percentile(found, 0.5), percentile(found, 0.99)
    return Row("Put to SubscribeToShard delivery", "p50 under 1 ms, p99 under 5 ms", f"p50 {p50:.2f} ms, p99 {p99:.2f} ms",
               "", max(p50 / 1, p99 / 5), p50 < 1 and p99 < 5, {"runs": found})


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


def handler(options):
    with tempfile.TemporaryDirectory(prefix="rivulet-bench-") as folder:
        folder = pathlib.Path(folder)
        times = folder / "times"
        times.touch()
        (folder / "measure.py").write_text(HANDLER.format(path=str(times)))
        (folder / "rivulet.yaml").write_text(CONFIGURATION.format(handler=folder / "measure.py"))
        with rivulet("--config", str(folder / "rivulet.yaml")) as server:
            def put_and_wait(count):
                data = base64.b64encode(repr(time.time()).encode()).decode()
                call(server.port, "PutRecord", {"StreamName": "bench", "Data": data, "PartitionKey": "k"})
                deadline = time.monotonic() + TIMEOUT_SECONDS
                while times.read_text().count("\n") < count:
                    if time.monotonic() > deadline:
                        raise RuntimeError("the handler is not called")
                    time.sleep(0.001)

            for number in range(RECORDS):
                put_and_wait(number + 1)
        found = [float(line) for line in times.read_text().splitlines()][20:]  # the first start the process
    p50 = statistics.median(found)
    return Row("Put to handler entered (warm, no batching window)", "p50 under 3 ms", f"p50 {p50:.2f} ms", "", p50 / 3,
               p50 < 3, {"runs": found})
