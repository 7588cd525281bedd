"""Starts the servers that are measured, and asks them what a benchmark needs to know."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import socket
import subprocess
import time

import processes
from load import HEADERS, TARGET
from scratch import ROOT, scratch

BINARY = pathlib.Path(os.environ.get("RIVULET_BINARY", ROOT / "build" / "release" / "rivulet"))
NOOP_SERVER = ROOT / "build" / "release" / "tests" / "bench" / "noop_server"
READY_SECONDS = 30
STOP_SECONDS = 60
MIB = 1024 * 1024


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Connection:
    """API calls, one after the other on a connection that stays."""

    def __init__(self, port):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def text(self, operation, body):
        """The answer as it came; raises RuntimeError if the call is refused."""
        self.http.request("POST", "/", json.dumps(body), {**HEADERS, "X-Amz-Target": TARGET + operation})
        answer = self.http.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{operation}: {answer.status} {text[:500]}")
        return text

    def call(self, operation, body):
        text = self.text(operation, body)
        return json.loads(text) if text else {}

    def close(self):
        self.http.close()


def call(port, operation, body):
    """One API call on a connection of its own."""
    with contextlib.closing(Connection(port)) as connection:
        return connection.call(operation, body)


def create_stream(port, name="bench", shards=4):
    """Creates a stream and waits until it can be written."""
    call(port, "CreateStream", {"StreamName": name, "ShardCount": shards})
    deadline = time.monotonic() + READY_SECONDS
    while call(port, "DescribeStreamSummary", {"StreamName": name})["StreamDescriptionSummary"][
            "StreamStatus"] != "ACTIVE":
        if time.monotonic() > deadline:
            raise RuntimeError(f"{name} does not become ACTIVE")
        time.sleep(0.01)


def memory_of(process_id, name="VmRSS"):
    """Bytes of resident memory; VmHWM is the most there ever was."""
    for line in pathlib.Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {process_id} has no {name}")


def seconds_to_first_answer(process, port, started):
    """How long after `started` a call of the API is answered."""
    while True:
        try:
            call(port, "ListStreams", {})
            return time.perf_counter() - started
        except (OSError, http.client.HTTPException):
            if process.poll() is not None or time.perf_counter() - started > READY_SECONDS:
                raise RuntimeError("the server does not start") from None
            time.sleep(0.0002)


class Rivulet:
    """The built server on a data directory."""

    def __init__(self, directory, *arguments):
        self.directory = directory
        self.port = free_port()
        self.command = [BINARY, "serve", "--port", self.port, "--data-dir", directory, "--log-level", "error",
                        "--create-stream-time", "0", "--shard-limit", "1000000", *arguments]
        self.start()

    def start(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RIVULET_")}
        started = time.perf_counter()
        self.process = processes.start(self.command, env=environment, stdout=subprocess.DEVNULL)
        try:
            self.start_seconds = seconds_to_first_answer(self.process, self.port, started)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        processes.end(self.process, STOP_SECONDS)

    def memory(self, name="VmRSS"):
        return memory_of(self.process.pid, name)

    def create_stream(self, name="bench", shards=4):
        create_stream(self.port, name, shards)

    def create_streams(self, count, shards=1):
        """bench-00000 and so on."""
        with contextlib.closing(Connection(self.port)) as connection:
            for number in range(count):
                connection.call("CreateStream", {"StreamName": f"bench-{number:05}", "ShardCount": shards})

    def iterator(self, name="bench", shard="shardId-000000000000", kind="TRIM_HORIZON"):
        return call(self.port, "GetShardIterator", {"StreamName": name, "ShardId": shard, "ShardIteratorType": kind})[
            "ShardIterator"]

    def put(self, count, size=1024, name="bench"):
        """Puts records, 500 a request."""
        data = base64.b64encode(os.urandom(size // 2) + bytes(size - size // 2)).decode()
        with contextlib.closing(Connection(self.port)) as connection:
            for start in range(0, count, 500):
                records = [{"Data": data, "PartitionKey": f"key-{number}"}
                           for number in range(start, min(count, start + 500))]
                if connection.call("PutRecords", {"StreamName": name, "Records": records})["FailedRecordCount"]:
                    raise RuntimeError("PutRecords: records were refused")

    def disk_bytes(self):
        total = 0
        for path in pathlib.Path(self.directory).rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_blocks * 512
        return total


@contextlib.contextmanager
def rivulet(*arguments):
    """A new server that keeps nothing."""
    with scratch() as directory:
        server = Rivulet(directory, *arguments)
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def noop_server():
    """The port of the server that does nothing."""
    process = processes.start([NOOP_SERVER, "0"], stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        processes.end(process)
        process.stdout.close()
