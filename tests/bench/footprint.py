"""Rows of what the server takes: time to start, memory, time to build."""

import contextlib
import os
import re
import time

from load import Load, Refusals, wrk
from processes import output_of
from row import limit_row, refused
from scratch import ROOT, scratch
from servers import MIB, Connection, call, rivulet

BUILD_MINUTES = 6
SHARDS_OF_MUCH_DATA = 4


def start_time(options):
    found = []
    for _ in range(5 * options.repeats):
        with rivulet() as server:
            found.append(server.start_seconds * 1000)
    return limit_row("Start to first answered request", "ms", found, 24)


def start_with_many_shards(options):
    found = []
    with rivulet() as server:
        server.create_streams(10_000, shards=5)
        for _ in range(options.repeats):
            server.stop()
            server.start()
            found.append(server.start_seconds)
    return limit_row("Start with 10,000 streams of 5 shards", "s", found, 1, "{:.2f}")


def idle_memory(options):
    found = []
    for _ in range(options.repeats):
        with rivulet() as server:
            time.sleep(1)
            found.append(server.memory() / MIB)
    return limit_row("Idle memory", "MiB", found, 20)


def records_read(server):
    """Reads every record of the stream `bench`; how many."""
    read = 0
    with contextlib.closing(Connection(server.port)) as connection:
        for shard in range(SHARDS_OF_MUCH_DATA):
            iterator, found = server.iterator(shard=f"shardId-{shard:012}"), 1
            while found:
                text = connection.text("GetRecords", {"ShardIterator": iterator})
                found = text.count(b'"PartitionKey"')  # decoding it all would take longer than to read it
                read += found
                iterator = re.search(rb'"NextShardIterator":"([^"]+)"', text).group(1).decode()
    return read


def seconds_to_free(server, written):
    """How long after DeleteStream the room of what was written is given back."""
    began = time.monotonic()
    call(server.port, "DeleteStream", {"StreamName": "bench"})
    while server.disk_bytes() > 0.05 * written and time.monotonic() - began < 120:
        time.sleep(0.1)
    return time.monotonic() - began


def memory_with_much_data(options):
    """Writes, then reads all; the most memory that was resident at any time."""
    load = Load("PutRecords", {"records": 500}, connections=4)
    refusals = Refusals()
    with rivulet() as server:
        server.create_stream(shards=SHARDS_OF_MUCH_DATA)
        written, began = 0.0, time.monotonic()
        while written < options.gigabytes * 1e9:
            written += 1024 * 5 * refusals.count(wrk(server.port, load, 5)).records_per_second
            options.say(f"  {written / 1e9:.1f} of {options.gigabytes:.0f} GB written")
        write_seconds = time.monotonic() - began
        after_writing = server.memory("VmHWM") / MIB
        began = time.monotonic()
        read = records_read(server)
        read_seconds = time.monotonic() - began
        most = server.memory("VmHWM") / MIB
        freed_seconds = seconds_to_free(server, written)
    row = limit_row(f"{written / 1e9:.0f} GB written, then read: resident memory (one run)", "MiB", [most], 256,
                    "{:.0f}", written_bytes=written, write_seconds=write_seconds, after_writing_mib=after_writing,
                    records_read=read, read_seconds=read_seconds, freed_seconds=freed_seconds)
    row.trouble = refused(refusals)
    if read < 0.99 * written / 1024:
        row.trouble = f"only {read:,} of {written / 1024:,.0f} records were read"
    return row


def clean_build(options):
    """What `make build` takes when nothing has been built before, in a folder of its own and without ccache."""
    with scratch() as folder:
        began = time.monotonic()
        environment = {**os.environ, "CCACHE_DISABLE": "1"}
        output_of(["cmake", "--preset", "release", "-B", folder], cwd=ROOT, env=environment)
        output_of(["cmake", "--build", folder, "--target", "rivulet", "-j", os.cpu_count()], cwd=ROOT,
                  env=environment)
        minutes = (time.monotonic() - began) / 60
    return limit_row(f"Clean release build on {os.cpu_count()} cores (one run)", "minutes", [minutes], BUILD_MINUTES)
