"""Rows of throughput: Rivulet under load, and its yardstick under the same."""

import json

from load import Load, Refusals, db_bench, h2load, wrk
from row import alternate, ratio_row
from servers import call, noop_server, rivulet

PUT_RECORD = Load("PutRecord")
PUT_RECORDS = Load("PutRecords", {"records": 500}, connections=4)
PUT_RECORDS_CBOR = Load("PutRecords", {"records": 500, "format": "cbor"}, connections=4)
WARM_UP_SECONDS = 1
STREAMS = 10_000


def warmed(port, load, options, refusals):
    """What a server does that is under the load already."""
    refusals.count(wrk(port, load, WARM_UP_SECONDS))
    return refusals.count(wrk(port, load, options.seconds))


def records_of_new_server(options, refusals, load, *arguments):
    with rivulet(*arguments) as server:
        server.create_stream()
        return warmed(server.port, load, options, refusals).records_per_second


def put_record(options):
    refusals = Refusals()
    with rivulet() as server, noop_server() as noop:
        server.create_stream()
        pairs = alternate(options,
                          lambda: warmed(server.port, PUT_RECORD, options, refusals).requests_per_second,
                          lambda: wrk(noop, PUT_RECORD, options.seconds).requests_per_second)
    return ratio_row("PutRecord 1 KiB, 16 connections, to a no-op Beast server", "requests/s", pairs, refusals, 0.5)


def put_records(options):
    refusals = Refusals()
    pairs = alternate(options, lambda: records_of_new_server(options, refusals, PUT_RECORDS),
                      lambda: db_bench("fillseq", "--batch_size=500", f"--num={500_000 * options.seconds}"))
    return ratio_row("PutRecords 500 x 1 KiB, to `db_bench fillseq --batch_size=500`", "records/s", pairs, refusals,
                     0.6)


def put_records_cbor(options):
    refusals = Refusals()
    pairs = alternate(options, lambda: records_of_new_server(options, refusals, PUT_RECORDS_CBOR),
                      lambda: records_of_new_server(options, refusals, PUT_RECORDS))
    return ratio_row("PutRecords 500 x 1 KiB by CBOR, to the same by JSON", "records/s", pairs, refusals)


def get_records(options):
    refusals = Refusals()
    with rivulet() as server:
        server.create_stream(shards=1)
        server.put(100_000)
        load = Load("GetRecords", {"iterator": server.iterator()}, connections=4)
        each = len(call(server.port, "GetRecords", {"ShardIterator": server.iterator()})["Records"])
        pairs = alternate(options,
                          lambda: each * warmed(server.port, load, options, refusals).requests_per_second,
                          lambda: db_bench("fillseq,readseq", "--num=1000000"))
    return ratio_row("GetRecords, 1 KiB records, 4 connections, to `db_bench readseq`", "records/s", pairs, refusals,
                     least_value=600_000)


def put_record_power(options):
    refusals = Refusals()
    pairs = alternate(options,
                      lambda: records_of_new_server(options, refusals, PUT_RECORD, "--durability", "power"),
                      lambda: db_bench("fillseq", "--sync=1", "--threads=16", f"--num={1250 * options.seconds}"),
                      repeats=options.repeats + 2)  # a disk is noisy
    return ratio_row("PutRecord with `durability: power`, 16 connections, to `db_bench fillseq --sync --threads=16`",
                     "records/s", pairs, refusals, 0.8)


def many_streams(options):
    """Both sides send 10,000 bodies in turn that differ in the stream's number alone."""
    refusals = Refusals()

    def over(count):
        load = Load("PutRecord", {"bodies": STREAMS, "streams": count})
        with rivulet() as server:
            server.create_streams(count)
            return warmed(server.port, load, options, refusals).requests_per_second

    pairs = alternate(options, lambda: over(STREAMS), lambda: over(1))
    return ratio_row("PutRecord over 10,000 streams, to one stream", "requests/s", pairs, refusals, 0.95)


def http2(options):
    refusals = Refusals()
    body = json.dumps({"StreamName": "bench", "PartitionKey": "k", "Data": "QUJD" * 341 + "QQ=="})
    with rivulet() as server:
        server.create_stream()

        def by_http2():
            return refusals.count(h2load(server.port, PUT_RECORD, options.seconds, body)).requests_per_second

        pairs = alternate(options, by_http2,
                          lambda: warmed(server.port, PUT_RECORD, options, refusals).requests_per_second)
    return ratio_row("PutRecord 1 KiB over HTTP/2, 16 connections of 16 streams, to HTTP/1.1", "requests/s", pairs,
                     refusals)
