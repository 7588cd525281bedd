"""Other local stand-ins for Kinesis under the same load, where npm has them."""

import contextlib
import os
import shutil
import subprocess
import time

from load import Load, wrk
from servers import ROOT, call, free_port

FOLDER = ROOT / "build" / "bench" / "node"
START_SECONDS = 30


def environment_of_kinesis_local(port):
    return {"KINESIS_MOCK_PLAIN_PORT": str(port), "KINESIS_MOCK_TLS_PORT": str(free_port()), "LOG_LEVEL": "ERROR"}


OTHERS = {
    "kinesalite": (lambda port: ["--port", str(port), "--createStreamMs", "0", "--shardLimit", "100"], lambda port: {}),
    "kinesis-local": (lambda port: [], environment_of_kinesis_local),
}


def install(say):
    """Installs them once; returns the names of those that are there."""
    if not shutil.which("npm"):
        say("others: there is no npm here")
        return []
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in OTHERS:
        if not (FOLDER / "node_modules" / ".bin" / name).exists():
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--omit=optional", "--prefix", str(FOLDER), name],
                           capture_output=True)
    return [name for name in OTHERS if (FOLDER / "node_modules" / ".bin" / name).exists()]


@contextlib.contextmanager
def running(name):
    """The port of a started one that has the stream `bench`."""
    port = free_port()
    arguments, environment = OTHERS[name]
    process = subprocess.Popen([str(FOLDER / "node_modules" / ".bin" / name), *arguments(port)],
                               cwd=FOLDER / "node_modules" / name,  # one of them looks for its certificate there
                               env={**os.environ, **environment(port)}, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                call(port, "CreateStream", {"StreamName": "bench", "ShardCount": 4})
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{name} does not start") from None
                time.sleep(0.1)
        while call(port, "DescribeStreamSummary", {"StreamName": "bench"})["StreamDescriptionSummary"][
                "StreamStatus"] != "ACTIVE":
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


def measure(options, say):
    """Name -> records a second by PutRecord and by PutRecords; what cannot be measured says why."""
    found = {}
    for name in install(say):
        say(f"others: {name} ...")
        try:
            with running(name) as port:
                one = wrk(port, Load("PutRecord", {}), options.seconds)
                many = wrk(port, Load("PutRecords", {"records": 500}, connections=4), options.seconds)
                refused = one.refused + many.refused
                found[name] = {"put_record": one.requests_per_second, "put_records": 500 * many.requests_per_second,
                               "refused": refused}
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            found[name] = {"trouble": str(error)}
            say(f"others: {name}: {error}")
    return found


def markdown(found):
    lines = ["| other server | PutRecord, records/s | PutRecords, records/s | |", "| --- | ---: | ---: | --- |"]
    for name, figures in found.items():
        if "trouble" in figures:
            lines.append(f"| {name} | | | not measured: {figures['trouble']} |")
        else:
            note = f"{figures['refused']} requests refused" if figures["refused"] else ""
            lines.append(f"| {name} | {figures['put_record']:,.0f} | {figures['put_records']:,.0f} | {note} |")
    return "\n".join(lines) + "\n"
