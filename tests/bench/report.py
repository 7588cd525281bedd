"""The results as Markdown and JSON. They are written after each part, so that a broken-off run leaves what it has."""

import dataclasses
import json
import os
import pathlib
import platform
import re
import time

import comparison
import inner


def machine():
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)
    processors = [line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")]
    return {"processor": processors[0] if processors else platform.machine(), "cores": os.cpu_count(),
            "memory_gib": round(int(memory) / 1024 / 1024)}


def table(rows):
    lines = ["| what | bar | Rivulet | yardstick | ratio | |", "| --- | --- | ---: | ---: | ---: | --- |"]
    lines += [f"| {row.name} | {row.bar} | {row.value} | {row.yardstick} | {row.ratio} | {row.verdict} |"
              for row in rows]
    return "\n".join(lines) + "\n"


class Report:
    def __init__(self, folder, options):
        self.folder = folder
        self.head = {"machine": machine(), "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                     "load_average_before": os.getloadavg()[0],
                     "repeats": options.repeats, "seconds": options.seconds}
        self.rows = []
        self.compared = {}
        self.inner_parts = []
        self.charts = {}

    def markdown(self):
        parts = []
        if self.rows:
            parts.append(table(self.rows))
        if self.compared:
            parts.append(comparison.markdown(self.compared))
        if self.inner_parts:
            parts.append(inner.markdown(self.inner_parts))
        return "\n".join(parts)

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        of = self.head["machine"]
        head = (f"{of['processor']}, {of['cores']} cores, {of['memory_gib']} GiB; {self.head['time']}; "
                f"medians of {self.head['repeats']} runs, and between which they were:\n")
        (self.folder / "results.md").write_text(f"{head}\n{self.markdown()}")
        (self.folder / "results.json").write_text(json.dumps(
            {**self.head, "rows": [dataclasses.asdict(row) for row in self.rows], "comparison": self.compared,
             "inner": self.inner_parts, "charts": self.charts}, indent=2))
