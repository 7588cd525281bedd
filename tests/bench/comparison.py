"""Rivulet beside other local stand-ins for Kinesis, each new and under the same load, where npm has them."""

import contextlib
import os
import shutil
import statistics
import subprocess
import time

import processes
from load import Refusals, wrk
from scratch import OUTPUT
from servers import MIB, create_stream, free_port, memory_of, rivulet, seconds_to_first_answer
from throughput import PUT_RECORD, PUT_RECORDS

NODE = OUTPUT / "node"
NPM_SECONDS = 300
LEAST_SECONDS = 5  # of a run: one of them takes seconds for a request of 500 records


def arguments_of_kinesalite(port):
    return ["--port", port, "--createStreamMs", "0", "--shardLimit", "100"], {}


def arguments_of_kinesis_local(port):
    return [], {"KINESIS_MOCK_PLAIN_PORT": str(port), "KINESIS_MOCK_TLS_PORT": str(free_port()),
                "CREATE_STREAM_DURATION": "0ms", "LOG_LEVEL": "ERROR"}


# npm's name -> version, and what starts it
PACKAGES = {
    "kinesalite": ("3.3.3", arguments_of_kinesalite),
    "kinesis-local": ("0.6.2", arguments_of_kinesis_local),
}


def install(name):
    """Installs one that is not there yet; raises RuntimeError if npm cannot."""
    version, _ = PACKAGES[name]
    if (NODE / name / "node_modules" / ".bin" / name).exists():
        return
    if not shutil.which("npm"):
        raise RuntimeError("there is no npm here")
    (NODE / name).mkdir(parents=True, exist_ok=True)
    processes.output_of(["npm", "install", "--no-audit", "--no-fund", "--omit=optional", "--prefix", NODE / name,
                         f"{name}@{version}"], timeout=NPM_SECONDS)


@contextlib.contextmanager
def running(name):
    """A new server: its port, process id, and the seconds it took to answer."""
    port = free_port()
    arguments, environment = PACKAGES[name][1](port)
    modules = NODE / name / "node_modules"
    started = time.perf_counter()
    # One of them looks for its certificate in the folder that it is started in.
    process = processes.start([modules / ".bin" / name, *arguments], cwd=modules / name,
                              env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield port, process.pid, seconds_to_first_answer(process, port, started)
    finally:
        processes.end(process)


@contextlib.contextmanager
def running_rivulet():
    with rivulet() as server:
        yield server.port, server.process.pid, server.start_seconds


def figures_of(new_server, options):
    """Measures one of them, with a new server for each start and for each run of a load: medians."""
    rounds = range(max(1, options.repeats // 2))
    starts, memories, refusals = [], [], Refusals()
    seconds = max(LEAST_SECONDS, 2 * options.seconds)
    for _ in rounds:
        with new_server() as (port, process_id, start_seconds):
            starts.append(1000 * start_seconds)
            time.sleep(1)
            memories.append(memory_of(process_id) / MIB)

    def rate(load):
        with new_server() as (port, _, _):
            create_stream(port)
            return refusals.count(wrk(port, load, seconds)).records_per_second

    return {"put_record": statistics.median([rate(PUT_RECORD) for _ in rounds]),
            "put_records": statistics.median([rate(PUT_RECORDS) for _ in rounds]),
            "start_ms": statistics.median(starts), "idle_mib": statistics.median(memories), "refused": str(refusals)}


def measure(options):
    """Name -> figures; what cannot be measured says why."""
    found = {}
    servers = {"Rivulet": running_rivulet, **{name: lambda name=name: running(name) for name in PACKAGES}}
    for name, new_server in servers.items():
        title = f"{name} {PACKAGES[name][0]}" if name in PACKAGES else name
        options.say(f"  {title}")
        try:
            if name in PACKAGES:
                install(name)
            found[title] = figures_of(new_server, options)
        except (OSError, RuntimeError) as error:
            found[title] = {"trouble": str(error)}
            options.say(f"  {title}: not measured: {error}")
    return found


def passed(found):
    """Others may be away or refuse; Rivulet may not."""
    return not found["Rivulet"].get("trouble") and not found["Rivulet"]["refused"]


def markdown(found):
    lines = ["| server | start | idle memory | PutRecord | PutRecords, 500 each | refused |",
             "| --- | ---: | ---: | ---: | ---: | --- |"]
    for name, figures in found.items():
        if "trouble" in figures:
            lines.append(f"| {name} | | | | | not measured: {figures['trouble']} |")
        else:
            lines.append(f"| {name} | {figures['start_ms']:,.0f} ms | {figures['idle_mib']:,.0f} MiB | "
                         f"{figures['put_record']:,.0f} records/s | {figures['put_records']:,.0f} records/s | "
                         f"{figures['refused'] or 'none'} |")
    return "\n".join(lines) + "\n"
