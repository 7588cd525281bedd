#!/usr/bin/env python3
"""Measures Rivulet against its yardsticks, in one run on this machine: tests/bench/run.py [--quick] [--only PART,PART]

Results go to build/bench as results.md, results.json and charts, after each part. With --quick everything is shorter,
and 1 GB stands for 10. The exit status is 1 if a bar is missed, a part fails or Rivulet refuses any of its load.
"""

import argparse
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import comparison
import curves
import inner
import processes
from report import Report
from row import Options, Row
from rows import ROWS
from scratch import OUTPUT, ROOT

TOOLS = {"wrk": "wrk", "h2load": "nghttp2-client", "db_bench": "rocksdb-tools"}
LAST = "clean-build"  # for it takes longest
PARTS = [*(name for name in ROWS if name != LAST), "comparison", "inner", "charts", LAST]


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="shorter and fewer runs")
    parser.add_argument("--only", metavar="PART,PART", help=f"some of: {', '.join(PARTS)}")
    parser.add_argument("--repeats", type=int, help="how often each pair is measured (6, quick: 2); medians are shown")
    parser.add_argument("--clean-build", action=argparse.BooleanOptionalAction,
                        help="measure a clean build too; the default, but not of --quick")
    arguments = parser.parse_args()
    parts = arguments.only.split(",") if arguments.only else list(PARTS)
    unknown = set(parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if arguments.clean_build is False or (arguments.clean_build is None and arguments.quick and not arguments.only):
        parts = [part for part in parts if part != LAST]
    elif arguments.clean_build and LAST not in parts:
        parts.append(LAST)
    for tool, package in TOOLS.items():
        if not shutil.which(tool):
            parser.error(f"{tool} is missing: apt-get install {package} (make bench does it)")
    options = Options(repeats=2, seconds=1, gigabytes=1, say=say) if arguments.quick else Options(
        repeats=6, seconds=4, gigabytes=10, say=say)
    if arguments.repeats:
        options.repeats = arguments.repeats
    return [part for part in PARTS if part in parts], options


def measure_row(name, options, report):
    try:
        row = ROWS[name](options)
    except (OSError, RuntimeError) as error:
        row = Row(name, trouble=f"not measured: {error}")
    report.rows.append(row)
    say(f"{row.name}: " + ", ".join(filter(None, [row.value, row.yardstick, row.ratio and f"ratio {row.ratio}",
                                                  row.bar, row.verdict])))
    return row.passed


def measure_part(name, options, report):
    """Puts what a part measures into the report; whether it is as it should be."""
    if name in ROWS:
        return measure_row(name, options, report)
    try:
        if name == "comparison":
            report.compared = comparison.measure(options)
            return comparison.passed(report.compared)
        if name == "inner":
            report.inner_parts = inner.measure(options)
        else:
            report.charts = curves.draw(options, OUTPUT)
        return True
    except (OSError, RuntimeError) as error:
        say(f"{name} failed: {error}")
        return False


def main():
    processes.end_all_at_exit()
    parts, options = parse_arguments()
    report = Report(OUTPUT, options)
    failed = []
    for number, name in enumerate(parts, 1):
        say(f"{name} ({number} of {len(parts)}) ...")
        if not measure_part(name, options, report):
            failed.append(name)
        report.write()
    print("\n" + report.markdown())
    say(f"results.md, results.json and charts are in {OUTPUT.relative_to(ROOT)}")
    if failed:
        say(f"missed or failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
