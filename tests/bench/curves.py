"""Throughput and latency against connections, record size and number of shards."""

from charts import line_chart
from load import Load, wrk
from servers import rivulet

CONNECTIONS = (1, 2, 4, 8, 16, 32, 64, 128)
SIZES = (64, 256, 1024, 4096, 16_384, 65_536)
SHARDS = (1, 4, 16, 64, 256, 1024)


def measure(server, seconds, stream="bench", size=1024, connections=16):
    load = Load("PutRecord", {"stream": stream, "bytes": size}, connections)
    wrk(server.port, load, 1)
    return wrk(server.port, load, seconds)


def draw(options, folder, say):
    """Measures and writes put-record-by-*.svg; returns the figures."""
    figures = {}

    def chart(name, x_name, x_values, measured):
        throughput = [one.requests_per_second for one in measured]
        (folder / f"put-record-by-{name}.svg").write_text(
            line_chart("PutRecord: throughput", x_name, "requests/s", x_values, {"Rivulet": throughput}))
        (folder / f"put-record-latency-by-{name}.svg").write_text(
            line_chart("PutRecord: latency", x_name, "milliseconds", x_values,
                       {"p50": [one.p50_ms for one in measured], "p99": [one.p99_ms for one in measured]}))
        figures[name] = [{"x": x, **vars(one)} for x, one in zip(x_values, measured)]

    seconds = max(1, options.seconds // 2)
    with rivulet() as server:
        server.create_stream()
        say("charts: connections ...")
        chart("connections", "connections", CONNECTIONS,
              [measure(server, seconds, connections=connections) for connections in CONNECTIONS])
        say("charts: record size ...")
        chart("record-size", "bytes of data", SIZES, [measure(server, seconds, size=size) for size in SIZES])
        say("charts: shards ...")
        for shards in SHARDS:
            server.create_stream(f"shards-{shards}", shards)
        chart("shards", "shards of the stream", SHARDS,
              [measure(server, seconds, stream=f"shards-{shards}") for shards in SHARDS])
    return figures
