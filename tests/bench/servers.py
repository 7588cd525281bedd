"""Starts the servers that are measured, and asks them what a benchmark needs to know."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from load import HEADERS, TARGET

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("RIVULET_BINARY", ROOT / "build" / "release" / "rivulet"))
NOOP_SERVER = ROOT / "build" / "release" / "tests" / "bench" / "noop_server"
READY_SECONDS = 30


def free_port():
    import socket
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def get(port, path="/_rivulet/health"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def call(port, operation, body):
    """One API call; raises if it is refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/", json.dumps(body), {**HEADERS, "X-Amz-Target": TARGET + operation})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{operation}: {answer.status} {text[:500]}")
        return json.loads(text) if text else {}
    finally:
        connection.close()


def memory_of(process_id, name="VmRSS"):
    """Bytes of resident memory; VmHWM is the most there ever was."""
    for line in pathlib.Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {process_id} has no {name}")


class Rivulet:
    """The built server on a data directory of its own."""

    def __init__(self, *arguments, directory=None):
        self.directory = directory or tempfile.mkdtemp(prefix="rivulet-bench-", dir=os.environ.get("RIVULET_BENCH_DIR"))
        self.port = free_port()
        self.command = [str(BINARY), "serve", "--port", str(self.port), "--data-dir", self.directory, "--log-level",
                        "error", "--create-stream-time", "0", "--shard-limit", "1000000", *arguments]
        self.start()

    def start(self):
        self.started = time.perf_counter()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RIVULET_")}
        self.process = subprocess.Popen(self.command, env=environment, stdout=subprocess.DEVNULL)
        while True:
            try:
                if get(self.port) == 200:
                    break
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - self.started > READY_SECONDS:
                    raise RuntimeError("the server does not start") from None
                time.sleep(0.0002)
        self.start_seconds = time.perf_counter() - self.started

    def memory(self, name="VmRSS"):
        return memory_of(self.process.pid, name)

    def create_stream(self, name="bench", shards=4):
        call(self.port, "CreateStream", {"StreamName": name, "ShardCount": shards})
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            summary = call(self.port, "DescribeStreamSummary", {"StreamName": name})
            if summary["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE":
                return
            time.sleep(0.01)
        raise RuntimeError(f"{name} does not become ACTIVE")

    def iterator(self, name="bench", shard="shardId-000000000000", kind="TRIM_HORIZON"):
        return call(self.port, "GetShardIterator", {"StreamName": name, "ShardId": shard, "ShardIteratorType": kind})[
            "ShardIterator"]

    def put(self, count, size=1024, name="bench"):
        """Puts records, 500 a request."""
        data = base64.b64encode(os.urandom(size // 2) + bytes(size - size // 2)).decode()
        for start in range(0, count, 500):
            records = [{"Data": data, "PartitionKey": f"key-{number}"}
                       for number in range(start, min(count, start + 500))]
            call(self.port, "PutRecords", {"StreamName": name, "Records": records})

    def disk_bytes(self):
        files = (path for path in pathlib.Path(self.directory).rglob("*") if path.is_file())
        total = 0
        for path in files:
            with contextlib.suppress(FileNotFoundError):
                total += path.stat().st_blocks * 512
        return total

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def rivulet(*arguments):
    server = Rivulet(*arguments)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.directory, ignore_errors=True)


@contextlib.contextmanager
def noop_server():
    process = subprocess.Popen([str(NOOP_SERVER), "0"], stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
