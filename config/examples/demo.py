#!/usr/bin/env python3
"""The example pipeline by itself: `make demo`, or demo.py [--count 10000].

Starts a server with nothing kept, puts the events into the three shards of the stream, scales it to five while they
flow, waits for the handler, and says whether what came out is what went in. Exit status 0 if it is.
"""

import argparse
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

from produce import connect, dollars, produce
from totals import add_up, wait_for

HERE = pathlib.Path(__file__).resolve().parent
BINARY = HERE.parent.parent / "build" / "release" / "rivulet"
STREAM = "purchases"
BUCKET = "analytics-data"
SHARDS_BEFORE = 3
SHARDS_AFTER = 5
START_SECONDS = 20
WAIT_SECONDS = 300


def start_server(log):
    """The process and the address it listens on, once it answers."""
    # The handler needs boto3, and the Python that runs this has it.
    path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    server = subprocess.Popen(
        [str(BINARY), "serve", "--port", "0", "--ephemeral", "--config", str(HERE / "rivulet.yaml")],
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "PATH": path})
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        said = pathlib.Path(log.name).read_text(errors="replace")
        listening = re.search(r"Listening on (http://\S+)", said)
        if listening and re.search(r"^Ready\.$", said, re.MULTILINE):
            return server, listening.group(1)
        time.sleep(0.02)
    server.kill()
    server.wait()
    sys.exit(f"the server did not start; it said:\n{pathlib.Path(log.name).read_text(errors='replace')}")


def open_shards(kinesis):
    return kinesis.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]["OpenShardCount"]


def scale(kinesis):
    kinesis.update_shard_count(StreamName=STREAM, TargetShardCount=SHARDS_AFTER, ScalingType="UNIFORM_SCALING")


def run(kinesis, s3, count, seed):
    """Returns what went in and what came out: (sum in cents, keys, sum in cents)."""
    kinesis.get_waiter("stream_exists").wait(StreamName=STREAM, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    print(f"The stream {STREAM} has {open_shards(kinesis)} shards.")
    scaler = threading.Thread(target=scale, args=(kinesis,))
    step = max(1, count // 10)
    shown = 0

    def progress(done):
        nonlocal shown
        if not scaler.ident and done >= count // 3:
            print(f"{done:>7} events in; scaling from {SHARDS_BEFORE} to {SHARDS_AFTER} shards while they flow")
            scaler.start()
        if done - shown >= step or done == count:
            shown = done
            print(f"{done:>7} of {count} events in", flush=True)

    total_in = produce(kinesis, STREAM, count, random.Random(seed), progress)
    scaler.join()
    kinesis.get_waiter("stream_exists").wait(StreamName=STREAM, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    print(f"The stream {STREAM} has {open_shards(kinesis)} open shards.")
    names = wait_for(s3, BUCKET, count, WAIT_SECONDS,
                     lambda done: print(f"{done:>7} of {count} objects out", flush=True))
    return total_in, names, add_up(s3, BUCKET, names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="events to put (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="makes the same users and amounts each time")
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.NamedTemporaryFile("w", prefix="rivulet-demo-", suffix=".log") as log:
        server, endpoint = start_server(log)
        try:
            kinesis, s3 = connect("kinesis", endpoint), connect("s3", endpoint)
            total_in, names, total_out = run(kinesis, s3, arguments.count, arguments.seed)
            shards = open_shards(kinesis)
        except Exception:
            print(f"The server said last:\n{pathlib.Path(log.name).read_text(errors='replace')[-4000:]}",
                  file=sys.stderr)
            raise
        finally:
            server.terminate()
            server.wait()
    print(f"{arguments.count} events in, sum of their amounts {dollars(total_in)}")
    print(f"{len(names)} objects out, sum of their amounts {dollars(total_out)}")
    agree = len(names) == arguments.count and total_in == total_out and shards == SHARDS_AFTER
    print(f"They {'agree' if agree else 'DO NOT agree'}. ({time.monotonic() - started:.0f} seconds)")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
