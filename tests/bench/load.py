"""Load on a server, by wrk (HTTP/1.1) and h2load (HTTP/2), and db_bench (RocksDB): what each measured, as numbers."""

import dataclasses
import os
import pathlib
import re
import tempfile

from processes import output_of
from scratch import scratch

HERE = pathlib.Path(__file__).resolve().parent
TARGET = "Kinesis_20131202."
HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, "
                     "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64,
}


@dataclasses.dataclass
class Load:
    """What to send: an operation with the settings of load.lua, over so many connections."""
    operation: str
    settings: dict = dataclasses.field(default_factory=dict)
    connections: int = 16

    @property
    def records(self):
        """Records in a request."""
        return self.settings.get("records", 1)


@dataclasses.dataclass
class Measured:
    requests_per_second: float  # that were accepted
    records_per_second: float  # that were accepted
    p50_ms: float
    p99_ms: float
    refused_requests: int  # answered by an error, or not at all
    refused_records: int  # of the accepted requests


class Refusals:
    """What servers refused of all the load of a row."""

    def __init__(self):
        self.requests = 0
        self.records = 0

    def count(self, measured):
        self.requests += measured.refused_requests
        self.records += measured.refused_records
        return measured

    def __str__(self):
        counts = ((self.requests, "requests"), (self.records, "records"))
        return " and ".join(f"{count:,} {what}" for count, what in counts if count)


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def wrk(port, load, seconds):
    """One run. wrk is one thread: on two cores a second one would only take from the server.

    Raises RuntimeError if no request was answered.
    """
    environment = {**os.environ, **{f"LOAD_{name.upper()}": str(value) for name, value in load.settings.items()},
                   "LOAD_OPERATION": load.operation}
    command = ["wrk", "-t1", f"-c{load.connections}", f"-d{seconds}s", "--latency", "--timeout", "30s", "-s",
               HERE / "load.lua", f"http://127.0.0.1:{port}/"]
    output = output_of(command, env=environment, timeout=seconds + 120)
    requests, took = re.search(r"(\d+) requests in ([\d.]+\w+),", output).groups()
    latency = dict(re.findall(r"^\s+(50|99)%\s+(\S+)\s*$", output, re.M))
    if requests == "0" or len(latency) < 2:
        raise RuntimeError("no request was answered")
    answered_by_error = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    unanswered = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    errors = int(answered_by_error.group(1)) if answered_by_error else 0
    failed_records = int(re.search(r"Failed records: (\d+)", output).group(1))
    accepted = (int(requests) - errors) * 1000 / milliseconds(took)
    return Measured(accepted, load.records * accepted - failed_records * 1000 / milliseconds(took),
                    milliseconds(latency["50"]), milliseconds(latency["99"]),
                    errors + sum(map(int, unanswered.groups() if unanswered else ())), failed_records)


def h2load(port, load, seconds, body):
    """One run over HTTP/2 in clear text, 16 requests at a time on each connection; every request is the same."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(body)
        file.flush()
        command = ["h2load", "-t1", f"-c{load.connections}", "-m16", f"-D{seconds}", "-d", file.name]
        for name, value in {**HEADERS, "X-Amz-Target": TARGET + load.operation}.items():
            command += ["-H", f"{name}: {value}"]
        output = output_of([*command, f"http://127.0.0.1:{port}/"], timeout=seconds + 120)
    rate = float(re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s", output).group(1))
    failed = int(re.search(r"requests: .* (\d+) failed", output).group(1))
    accepted, *errors = map(int, re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx",
                                           output).groups())
    if not accepted:
        raise RuntimeError("no request was accepted")
    # h2load gives no percentiles: the mean stands for the middle, the maximum for the end.
    longest, mean = re.search(r"time for request:\s+\S+\s+(\S+)\s+(\S+)", output).groups()
    rate *= accepted / (accepted + sum(errors))
    return Measured(rate, rate, milliseconds(mean), milliseconds(longest), max(failed, sum(errors)), 0)


def db_bench(benchmarks, *arguments):
    """Operations a second of the last of db_bench's `benchmarks`, with values of 1 KiB in a new database."""
    with scratch() as directory:
        output = output_of(["db_bench", f"--benchmarks={benchmarks}", "--value_size=1024", f"--db={directory}",
                            *arguments], timeout=600)
    last = benchmarks.split(",")[-1]
    return float(re.search(rf"{last}\s*:\s*[\d.]+ micros/op (\d+) ops/sec", output).group(1))
