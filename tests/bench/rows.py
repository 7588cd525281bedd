"""The rows of the table of numbers: each measures Rivulet and its yardstick in turn, and compares them."""

import json
import statistics
import time

import delivery
from load import Load, db_bench, h2load, wrk
from row import Row
from servers import call, noop_server, rivulet

MIB = 1024 * 1024


def ratio_row(name, bar, unit, pairs):
    """`pairs` of (Rivulet's, yardstick's), each measured one after the other, so that both saw the same machine."""
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours = statistics.median(pair[0] for pair in pairs)
    theirs = statistics.median(pair[1] for pair in pairs)
    return Row(name, f"at least {bar}", f"{ours:,.0f} {unit}", f"{theirs:,.0f} {unit}", ratio, ratio >= bar,
               {"pairs": pairs})


def put_load(**settings):
    return Load("PutRecord", settings)


def accepted(measured):
    if measured.refused:
        raise RuntimeError(f"{measured.refused} requests were refused")
    return measured


def put_record(options):
    pairs = []
    with rivulet() as server, noop_server() as noop:
        server.create_stream()
        wrk(server.port, put_load(), 1)
        for _ in range(options.repeats):
            ours = accepted(wrk(server.port, put_load(), options.seconds))
            theirs = accepted(wrk(noop, put_load(), options.seconds))
            pairs.append((ours.requests_per_second, theirs.requests_per_second))
    return ratio_row("PutRecord 1 KiB, 16 connections, to a no-op Beast server", 0.5, "requests/s", pairs)


def put_records(options):
    load = Load("PutRecords", {"records": 500}, connections=4)
    pairs = []
    for _ in range(options.repeats):
        with rivulet() as server:
            server.create_stream()
            wrk(server.port, load, 1)
            ours = 500 * accepted(wrk(server.port, load, options.seconds)).requests_per_second
        pairs.append((ours, db_bench("--batch_size=500", "--num=2000000")))
    return ratio_row("PutRecords 500 x 1 KiB, to db_bench fillseq --batch_size=500", 0.6, "records/s", pairs)


def get_records(options):
    found = []
    with rivulet() as server:
        server.create_stream(shards=1)
        server.put(100_000)
        load = Load("GetRecords", {"iterator": server.iterator()}, connections=4)
        each = len(call(server.port, "GetRecords", {"ShardIterator": server.iterator()})["Records"])
        wrk(server.port, load, 1)
        for _ in range(options.repeats):
            found.append(each * accepted(wrk(server.port, load, options.seconds)).requests_per_second)
    rate = statistics.median(found)
    return Row("GetRecords, 1 KiB records, 4 connections", "at least 600,000 records/s", f"{rate:,.0f} records/s", "",
               rate / 600_000, rate >= 600_000, {"runs": found})


def put_record_power(options):
    pairs = []
    with rivulet("--durability", "power") as server:
        server.create_stream()
        wrk(server.port, put_load(), 1)
        for _ in range(options.repeats):
            ours = accepted(wrk(server.port, put_load(), options.seconds)).requests_per_second
            pairs.append((ours, db_bench("--sync", "--threads=16", "--num=5000")))
    return ratio_row("PutRecord with durability power, 16 connections, to db_bench fillseq --sync --threads=16", 0.8,
                     "records/s", pairs)


def many_streams(options):
    count = 10_000
    pairs = []
    with rivulet() as server:
        for number in range(count):
            call(server.port, "CreateStream", {"StreamName": f"bench-{number}", "ShardCount": 1})
        wrk(server.port, put_load(streams=count), 2)
        one = put_load(stream="bench-0")
        for _ in range(options.repeats):
            ours = accepted(wrk(server.port, put_load(streams=count), options.seconds))
            theirs = accepted(wrk(server.port, one, options.seconds))
            pairs.append((ours.requests_per_second, theirs.requests_per_second))
    return ratio_row("PutRecord over 10,000 streams, to the same server's with one", 0.95, "requests/s", pairs)


def many_shards(options):
    with rivulet() as server:
        for number in range(10_000):
            call(server.port, "CreateStream", {"StreamName": f"bench-{number}", "ShardCount": 5})
        found = []
        for _ in range(options.repeats):
            server.stop()
            server.start()
            found.append(server.start_seconds)
    median = statistics.median(found)
    return Row("Start with 10,000 streams of 5 shards", "under 1 s", f"{median:.2f} s", "", median, median < 1,
               {"runs": found})


def http2(options):
    with rivulet() as server:
        server.create_stream()
        body = json.dumps({"StreamName": "bench", "PartitionKey": "k", "Data": "QUJD" * 341})
        one = accepted(wrk(server.port, put_load(), options.seconds)).requests_per_second
        two = accepted(h2load(server.port, put_load(), options.seconds, body)).requests_per_second
    return Row("PutRecord 1 KiB over HTTP/2, 16 connections of 16 streams, to HTTP/1.1", "no bar",
               f"{two:,.0f} requests/s", f"{one:,.0f} requests/s", two / one, True, {})


def start_time(options):
    found = []
    for _ in range(5 * options.repeats):
        with rivulet() as server:
            found.append(server.start_seconds * 1000)
    median = statistics.median(found)
    return Row("Start to first answered request", "under 24 ms", f"{median:.1f} ms", "", median / 24, median < 24,
               {"runs": found})


def idle_memory(options):
    found = []
    for _ in range(options.repeats):
        with rivulet() as server:
            time.sleep(1)
            found.append(server.memory() / MIB)
    median = statistics.median(found)
    return Row("Idle memory", "under 20 MiB", f"{median:.1f} MiB", "", median / 20, median < 20, {"runs": found})


def much_data(options):
    """Writes, then reads all; the most memory that was resident at any time."""
    load = Load("PutRecords", {"records": 500}, connections=4)
    with rivulet() as server:
        server.create_stream()
        goal, written, began = options.gigabytes * 1e9, 0.0, time.monotonic()
        while written < goal:
            written += 500 * 1024 * 5 * accepted(wrk(server.port, load, 5)).requests_per_second
        write_seconds = time.monotonic() - began
        after_writing = server.memory("VmHWM") / MIB
        read, began = 0, time.monotonic()
        for shard in range(4):
            iterator = server.iterator(shard=f"shardId-{shard:012}")
            while iterator:
                answer = call(server.port, "GetRecords", {"ShardIterator": iterator})
                read += len(answer["Records"])
                iterator = answer.get("NextShardIterator") if answer["Records"] else None
        read_seconds = time.monotonic() - began
        most = server.memory("VmHWM") / MIB
        began = time.monotonic()
        call(server.port, "DeleteStream", {"StreamName": "bench"})
        delete_seconds = time.monotonic() - began
        while server.disk_bytes() > 0.05 * written and time.monotonic() - began < 120:
            time.sleep(0.1)
        freed_seconds = time.monotonic() - began
    return Row(f"{written / 1e9:.0f} GB written, then read: resident memory", "under 256 MiB", f"{most:.0f} MiB", "",
               most / 256, most < 256,
               {"written_bytes": written, "write_seconds": write_seconds, "after_writing_mib": after_writing,
                "records_read": read, "read_seconds": read_seconds, "delete_seconds": delete_seconds,
                "freed_seconds": freed_seconds})


ROWS = {
    "put-record": put_record,
    "put-records": put_records,
    "get-records": get_records,
    "power": put_record_power,
    "subscribe": delivery.subscribe,
    "handler": delivery.handler,
    "streams": many_streams,
    "shards": many_shards,
    "http2": http2,
    "start": start_time,
    "idle": idle_memory,
    "memory": much_data,
}
