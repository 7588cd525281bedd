"""The Google Benchmark figures of the inner parts."""

import json
import os

from processes import output_of
from scratch import ROOT, scratch

BINARY = ROOT / "build" / "release" / "tests" / "bench" / "inner_benchmarks"


def measure(options):
    """What it says of each part: name, median time in ns, spread as a part of it, and bytes or records a second."""
    with scratch() as folder:
        output = output_of([BINARY, "--benchmark_format=json", "--benchmark_report_aggregates_only=true",
                            f"--benchmark_repetitions={options.repeats + 1}",
                            f"--benchmark_min_time={0.05 * options.seconds}"],
                           env={**os.environ, "TMPDIR": str(folder)})
    parts = {}
    for run in json.loads(output)["benchmarks"]:
        part = parts.setdefault(run["run_name"], {"name": run["run_name"]})
        if run["aggregate_name"] == "median":
            part["nanoseconds"] = run["real_time"] * {"ns": 1, "us": 1e3, "ms": 1e6}[run["time_unit"]]
            part.update({rate: run[rate] for rate in ("bytes_per_second", "items_per_second") if rate in run})
        elif run["aggregate_name"] == "cv":
            part["variation"] = run["real_time"]
    return list(parts.values())


def shown_time(nanoseconds):
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:,.2f} {unit}"
    return f"{nanoseconds:,.1f} ns"


def shown_rate(part):
    if "bytes_per_second" in part:
        return f"{part['bytes_per_second'] / 1e9:.2f} GB/s"
    if "items_per_second" in part:
        return f"{part['items_per_second'] / 1e6:,.2f} million records/s"
    return ""


def markdown(parts):
    lines = ["| inner part | median time | variation | rate |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {part['name']} | {shown_time(part['nanoseconds'])} | {part['variation']:.0%} | {shown_rate(part)} |"
              for part in parts]
    return "\n".join(lines) + "\n"
