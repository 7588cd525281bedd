#!/usr/bin/env python3
"""Measures Rivulet against its yardsticks, in one run on this machine: tests/bench/run.py [--quick] [ROW...]

Each row is a ratio of what Rivulet does to what its yardstick does right after it. Results go to build/bench as
results.md, results.json and charts. With --quick everything is shorter, and 1 GB stands for 10.
"""

import argparse
import dataclasses
import json
import pathlib
import os
import platform
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import curves
import others
import rows
from row import Options, Row
from servers import ROOT

OUTPUT = ROOT / "build" / "bench"


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def markdown(results):
    lines = ["| what | bar | Rivulet | yardstick | ratio | |", "| --- | --- | ---: | ---: | ---: | --- |"]
    for row in results:
        ratio = f"{row.ratio:.2f}" if row.yardstick else ""
        lines.append(f"| {row.name} | {row.bar} | {row.value} | {row.yardstick} | {ratio} | "
                     f"{'met' if row.met else 'missed'} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"some of: {', '.join(rows.ROWS)}, others, charts; default all")
    parser.add_argument("--quick", action="store_true", help="shorter and fewer runs")
    parser.add_argument("--repeats", type=int, help="how often each pair is measured; medians are shown")
    arguments = parser.parse_args()
    unknown = set(arguments.rows) - {*rows.ROWS, "others", "charts"}
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    for tool, package in (("wrk", "wrk"), ("db_bench", "rocksdb-tools")):
        if not shutil.which(tool):
            parser.error(f"{tool} is missing: apt-get install {package} (make bench does it)")
    options = Options(1, 2, 1) if arguments.quick else Options()
    if arguments.repeats:
        options.repeats = arguments.repeats

    OUTPUT.mkdir(parents=True, exist_ok=True)
    results = []
    for name, measure in rows.ROWS.items():
        if arguments.rows and name not in arguments.rows:
            continue
        say(f"{name} ...")
        try:
            measured = measure(options)
        except RuntimeError as error:
            measured = Row(name, "", f"not measured: {error}", "", None, False, {})
        results.append(measured)
        compared = f" to {measured.yardstick}, ratio {measured.ratio:.2f}" if measured.yardstick else ""
        say(f"{name}: {measured.value}{compared} ({measured.bar}: {'met' if measured.met else 'missed'})")
    beside = {}
    if not arguments.rows or "others" in arguments.rows:
        beside = others.measure(options, say)
    charts = {}
    if not arguments.rows or "charts" in arguments.rows:
        charts = curves.draw(options, OUTPUT, say)

    machine = {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
               "load_average": os.getloadavg(), "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    table = markdown(results) + ("\n" + others.markdown(beside) if beside else "")
    (OUTPUT / "results.md").write_text(table)
    (OUTPUT / "results.json").write_text(json.dumps(
        {"machine": machine, "options": dataclasses.asdict(options), "rows": [dataclasses.asdict(row) for row in results],
         "others": beside, "charts": charts}, indent=2))
    print("\n" + table)
    say(f"results.md, results.json and charts are in {OUTPUT.relative_to(ROOT)}")
    return 0 if all(row.met for row in results) else 1


if __name__ == "__main__":
    sys.exit(main())
