"""Load on a server, by wrk (HTTP/1.1), h2load (HTTP/2) and db_bench (RocksDB): what each measured, as numbers."""

import dataclasses
import os
import pathlib
import re
import subprocess
import tempfile

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
    """What to send: an operation, and its body, made anew for each request where it differs."""
    operation: str
    settings: dict  # of load.lua
    connections: int = 16


@dataclasses.dataclass
class Measured:
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    refused: int


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
               str(HERE / "load.lua"), f"http://127.0.0.1:{port}/"]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    latency = dict(re.findall(r"^\s+(50|99)%\s+(\S+)\s*$", output, re.M))
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if len(latency) < 2:
        raise RuntimeError("no request was answered")
    return Measured(float(rate.group(1)), milliseconds(latency["50"]), milliseconds(latency["99"]),
                    int(refused.group(1)) if refused else 0)


def h2load(port, load, seconds, body):
    """One run over HTTP/2 in clear text, 16 requests at a time on each connection; every request is the same."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(body)
        file.flush()
        command = ["h2load", "-t1", f"-c{load.connections}", "-m16", f"-D{seconds}", "-d", file.name]
        for name, value in {**HEADERS, "X-Amz-Target": TARGET + load.operation}.items():
            command += ["-H", f"{name}: {value}"]
        output = subprocess.run([*command, f"http://127.0.0.1:{port}/"], capture_output=True, text=True,
                                check=True).stdout
    rate = re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s", output)
    latency = re.search(r"time for request:\s+\S+\s+(\S+)\s+(\S+)", output)
    refused = re.search(r"status codes: \d+ 2xx, \d+ 3xx, (\d+) 4xx, (\d+) 5xx", output)
    return Measured(float(rate.group(1)), milliseconds(latency.group(2)), milliseconds(latency.group(1)),
                    sum(map(int, refused.groups())))


def db_bench(*arguments):
    """Operations a second of one db_bench run in a directory that goes away."""
    with tempfile.TemporaryDirectory(prefix="db_bench-", dir=os.environ.get("RIVULET_BENCH_DIR")) as directory:
        output = subprocess.run(["db_bench", "--benchmarks=fillseq", "--value_size=1024", f"--db={directory}",
                                 *arguments], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"fillseq\s*:\s*[\d.]+ micros/op (\d+) ops/sec", output).group(1))
