"""Throughput and latency of PutRecord against connections, record size and number of shards."""

import dataclasses

from charts import line_chart
from load import Load, Refusals, wrk
from servers import noop_server, rivulet

CONNECTIONS = (1, 2, 4, 8, 16, 32, 64, 128)
SIZES = (64, 256, 1024, 4096, 16_384, 65_536)
SHARDS = (1, 4, 16, 64, 256, 1024)
MOST_BYTES_OF_BODIES = 4 * 1024 * 1024


def load_of(connections=16, size=1024, stream="bench"):
    bodies = min(1000, MOST_BYTES_OF_BODIES // size)
    return Load("PutRecord", {"stream": stream, "bytes": size, "bodies": bodies}, connections)


@dataclasses.dataclass
class Chart:
    name: str
    x_name: str
    loads: dict  # x -> load
    beside_noop: bool = True  # whether the no-op server can tell a difference

    def draw(self, folder, measured):
        """`measured`: server's name -> a figure for each x. Writes one chart of throughput and one of latency."""
        def write(what, y_name, series):
            name = f"put-record-{what}-by-{self.name.replace(' ', '-')}.svg"
            (folder / name).write_text(line_chart(f"PutRecord: {what} by {self.name}", self.x_name, y_name,
                                                  list(self.loads), series, logarithmic=what == "latency"))

        ours = measured["Rivulet"]
        write("throughput", "requests per second",
              {name: [one.requests_per_second for one in figures] for name, figures in measured.items()})
        write("latency", "milliseconds (logarithmic)",
              {"median": [one.p50_ms for one in ours], "99th percentile": [one.p99_ms for one in ours]})


CHARTS = (
    Chart("connections", "connections, records of 1 KiB (logarithmic)",
          {x: load_of(connections=x) for x in CONNECTIONS}),
    Chart("record size", "bytes of data in a record, 16 connections (logarithmic)",
          {x: load_of(size=x) for x in SIZES}),
    Chart("shards", "shards of the stream, records of 1 KiB, 16 connections (logarithmic)",
          {x: load_of(stream=f"shards-{x}") for x in SHARDS}, beside_noop=False),
)


def draw(options, folder):
    """Measures, and writes the charts into `folder`; returns the figures. Raises RuntimeError if load was refused."""
    folder.mkdir(parents=True, exist_ok=True)
    seconds = max(1, options.seconds // 2)
    refusals = Refusals()
    found = {}
    with rivulet() as server, noop_server() as noop:
        server.create_stream()
        for shards in SHARDS:
            server.create_stream(f"shards-{shards}", shards)
        wrk(server.port, load_of(), seconds)
        for chart in CHARTS:
            measured = {"Rivulet": []} | ({"a no-op Beast server": []} if chart.beside_noop else {})
            for x, load in chart.loads.items():
                options.say(f"  {chart.name}: {x}")
                for name, figures in measured.items():
                    figures.append(refusals.count(wrk(server.port if name == "Rivulet" else noop, load, seconds)))
            chart.draw(folder, measured)
            found[chart.name] = {name: [{"x": x, **dataclasses.asdict(one)} for x, one in zip(chart.loads, figures)]
                                 for name, figures in measured.items()}
    if str(refusals):
        raise RuntimeError(f"{refusals} were refused")
    return found
