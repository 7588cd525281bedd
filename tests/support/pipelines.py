"""Small pipelines for tests: a stream, a handler written to a file, a bucket."""

import json
import textwrap

from clients import client
from rivulet_server import wait_until
from streams import wait_active

STREAM = "events"
BUCKET = "results"


def configuration(file, runtime="python3", timeout=10, shards=1, batch_size=100, window=0, sink=False, more_function="",
                  starting_position="TRIM_HORIZON", mapped=True):
    """The text of a rivulet.yaml with one stream, one bucket, one function and, if mapped, the mapping between them."""
    text = f"""\
streams:
  {STREAM}: {{shards: {shards}}}
buckets: [{BUCKET}]
functions:
  handler:
    runtime: {runtime}
    file: {file}
    timeout: {timeout}
    environment: {{BUCKET: {BUCKET}}}
{textwrap.indent(more_function, "    ")}
"""
    if not mapped:
        return text
    text += f"""\
event_source_mappings:
  - stream: {STREAM}
    function: handler
    batch_size: {batch_size}
    batching_window: {window}
    starting_position: {starting_position}
"""
    return text + (f"    sink: {{bucket: {BUCKET}, prefix: out/, format: ndjson}}\n" if sink else "")


class Pipeline:
    """A started server with the handler, and the clients to feed it and look at what came out."""

    def __init__(self, rivulet, file, code, executable=False, venv=None, **options):
        more = {"venv": venv} if venv else {}
        self.server = rivulet(config=configuration(file, **options), start=False, **more)
        self.handler = self.server.directory / file
        self.handler.write_text(textwrap.dedent(code))
        if executable:
            self.handler.chmod(0o755)
        self.server.start()
        self.connect()
        wait_active(self.kinesis, STREAM)

    def connect(self):
        self.kinesis = client(self.server, "kinesis")
        self.s3 = client(self.server, "s3")

    def put(self, *numbers, key="k"):
        records = [{"PartitionKey": key, "Data": json.dumps({"n": number}).encode()} for number in numbers]
        answer = self.kinesis.put_records(StreamName=STREAM, Records=records)
        assert answer["FailedRecordCount"] == 0
        return [record["SequenceNumber"] for record in answer["Records"]]

    def objects(self):
        """All objects in the bucket: key -> bytes."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        names = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return {name: self.s3.get_object(Bucket=BUCKET, Key=name)["Body"].read() for name in names}

    def wait_for_objects(self, count, seconds=60):
        def enough():
            found = self.objects()
            return found if len(found) >= count else None
        return wait_until(enough, seconds, f"{count} objects in the bucket", pause=0.1)

    def sink_lines(self):
        """The lines of the sink's objects, in the order of the objects' names."""
        return [json.loads(line) for name, body in sorted(self.objects().items()) if name.startswith("out/")
                for line in body.splitlines()]

    def wait_for_lines(self, count, seconds=60):
        def enough():
            found = self.sink_lines()
            return found if len(found) >= count else None
        return wait_until(enough, seconds, f"{count} lines in the sink", pause=0.1)

    def log(self):
        """What the function has printed, and what was said of it."""
        return (self.server.data_dir / "logs" / "handler.log").read_text(errors="replace")
