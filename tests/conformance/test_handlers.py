"""Handlers as users write them, good and bad, in every runtime, run by the server from rivulet.yaml."""

import base64
import re
import time

import pytest

from clients import request
from pipelines import STREAM, Pipeline, configuration
from rivulet_server import OLD_SDK_VENV, wait_until
from streams import wait_active

ECHO = """
    import base64, json

    def lambda_handler(event, context):
        return [json.loads(base64.b64decode(record["kinesis"]["data"])) for record in event["Records"]]
"""

ECHO_NODE_CJS = """
    exports.handler = async (event) => {
        console.log(`got ${event.Records.length}`);
        return event.Records.map((record) => JSON.parse(Buffer.from(record.kinesis.data, "base64")));
    };
"""

ECHO_NODE_ESM = """
    export const handler = async (event) =>
        event.Records.map((record) => JSON.parse(Buffer.from(record.kinesis.data, "base64")));
"""

ECHO_NODE_CALLBACK = """
    exports.handler = (event, context, callback) => {
        setImmediate(() => callback(null,
            event.Records.map((record) => JSON.parse(Buffer.from(record.kinesis.data, "base64")))));
    };
"""

ECHO_PROVIDED = """\
    #!/usr/bin/env python3
    import base64, json, os, urllib.request

    api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
    while True:
        with urllib.request.urlopen(f"{api}/next") as invocation:
            request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
            event = json.load(invocation)
        result = [json.loads(base64.b64decode(record["kinesis"]["data"])) for record in event["Records"]]
        urllib.request.urlopen(f"{api}/{request_id}/response", data=json.dumps(result).encode()).read()
"""


@pytest.mark.parametrize("runtime, file, code", [
    ("python3", "echo.py", ECHO),
    ("nodejs", "echo.js", ECHO_NODE_CJS),
    ("nodejs", "echo.cjs", ECHO_NODE_CJS),
    ("nodejs", "echo.mjs", ECHO_NODE_ESM),
    ("nodejs", "callback.js", ECHO_NODE_CALLBACK),
    ("provided", "echo", ECHO_PROVIDED),
], ids=["python3", "node-js", "node-cjs", "node-esm", "node-callback", "provided"])
def test_what_a_handler_returns_is_in_the_bucket_as_lines_of_json(rivulet, runtime, file, code):
    pipeline = Pipeline(rivulet, file, code, runtime=runtime, executable=runtime == "provided", sink=True)
    numbers = pipeline.put(*range(10))
    assert pipeline.wait_for_lines(10) == [{"n": number} for number in range(10)]
    names = list(pipeline.objects())
    assert f"out/shardId-000000000000-{numbers[0]}.ndjson" in names
    pipeline.put(10, 11)
    assert pipeline.wait_for_lines(12) == [{"n": number} for number in range(12)]


def test_the_event_has_the_form_that_the_service_gives_it(rivulet):
    pipeline = Pipeline(rivulet, "keep.py", """
        def lambda_handler(event, context):
            return event
    """, sink=True)
    [number] = pipeline.put(7, key="käse")
    [event] = pipeline.wait_for_lines(1)
    [record] = event["Records"]
    arrival = record["kinesis"].pop("approximateArrivalTimestamp")
    assert 1_700_000_000 < arrival < 5_000_000_000
    assert record.pop("invokeIdentityArn").startswith("arn:aws:iam::000000000000:role/")
    assert record == {
        "kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "käse", "sequenceNumber": number,
                    "data": base64.b64encode(b'{"n": 7}').decode()},
        "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventID": f"shardId-000000000000:{number}",
        "eventName": "aws:kinesis:record", "awsRegion": "us-east-1",
        "eventSourceARN": f"arn:aws:kinesis:us-east-1:000000000000:stream/{STREAM}"}


def test_a_handler_sees_the_environment_and_the_context_that_lambda_gives_it(rivulet):
    pipeline = Pipeline(rivulet, "look.py", """
        import os

        def lambda_handler(event, context):
            return {"environment": dict(os.environ), "name": context.function_name, "arn": context.invoked_function_arn,
                    "memory": context.memory_limit_in_mb, "left": context.get_remaining_time_in_millis(),
                    "request": context.aws_request_id}
    """, sink=True, more_function="memory: 256", timeout=7)
    pipeline.put(1)
    [seen] = pipeline.wait_for_lines(1)
    expected = {"AWS_LAMBDA_FUNCTION_NAME": "handler", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/handler", "BUCKET": "results", "TZ": ":UTC",
                "_HANDLER": seen["environment"]["_HANDLER"], "LAMBDA_TASK_ROOT": str(pipeline.server.directory),
                "AWS_ENDPOINT_URL": pipeline.server.url}
    assert expected.items() <= seen["environment"].items()
    for name in ("AWS_LAMBDA_RUNTIME_API", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_LOG_STREAM_NAME"):
        assert seen["environment"][name]
    assert (seen["name"], seen["arn"]) == ("handler", "arn:aws:lambda:us-east-1:000000000000:function:handler")
    assert str(seen["memory"]) == "256" and 0 < seen["left"] <= 7000 and seen["request"]


STORE_BY_SDK = """
    import boto3, os

    s3 = boto3.client("s3")

    def lambda_handler(event, context):
        for record in event["Records"]:
            s3.put_object(Bucket=os.environ["BUCKET"], Key=record["kinesis"]["sequenceNumber"] + ".txt",
                          Body=boto3.__version__.encode())
        boto3.client("kinesis").list_streams()
        boto3.resource("s3").Object(os.environ["BUCKET"], "resource.txt").put(Body=b"too")
"""


def test_a_handlers_sdk_reaches_the_server_although_its_code_names_no_endpoint(rivulet):
    pipeline = Pipeline(rivulet, "store.py", STORE_BY_SDK)
    [number] = pipeline.put(1)
    assert set(pipeline.wait_for_objects(2)) == {f"{number}.txt", "resource.txt"}


def test_so_does_an_sdk_that_is_too_old_to_know_of_endpoints_in_the_environment(rivulet):
    pipeline = Pipeline(rivulet, "store.py", STORE_BY_SDK, venv=OLD_SDK_VENV)
    [number] = pipeline.put(1)
    assert pipeline.wait_for_objects(2)[f"{number}.txt"] == b"1.26.27"


def test_a_node_sdk_that_calls_the_services_own_hosts_reaches_the_server_too(rivulet):
    # What SDKs for JavaScript that know no AWS_ENDPOINT_URL send: a signed request to the bucket's host over TLS.
    pipeline = Pipeline(rivulet, "store.js", """
        const https = require("node:https");

        exports.handler = (event) => new Promise((resolve, reject) => {
            const request = https.request({
                host: `${process.env.BUCKET}.s3.us-east-1.amazonaws.com`, method: "PUT", path: "/from/node.txt",
                headers: {
                    "Content-Length": 5, "X-Amz-Date": "20260101T000000Z",
                    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, " +
                                     `SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`,
                },
            }, (response) => {
                response.resume();
                response.on("end", () => response.statusCode === 200 ? resolve() : reject(response.statusCode));
            });
            request.on("error", reject);
            request.end("hello");
        });
    """, runtime="nodejs")
    pipeline.put(1)
    assert pipeline.wait_for_objects(1) == {"from/node.txt": b"hello"}


# Each does its worst at the first delivery of a batch, and what it should at the second.
ONCE = """
    import json, os, sys, time, base64

    MARK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "was-here")

    def lambda_handler(event, context):
        if not os.path.exists(MARK):
            open(MARK, "w").close()
            {misdeed}
        return [json.loads(base64.b64decode(record["kinesis"]["data"])) for record in event["Records"]]
"""


@pytest.mark.parametrize("misdeed, said", [
    ("raise ValueError('no such luck')", "no such luck"),
    ("time.sleep(1000)", "Task timed out after 1.00 seconds"),
    ("os._exit(3)", "exit status 3"),
    ("sys.exit(4)", None),
    ("os.kill(os.getpid(), 11)", "Runtime exited"),
    ("return 'x' * 7 * 1024 * 1024", "Response payload size exceeded"),
    ("return object()", "MarshalError"),
    ("os.write(1, os.urandom(100_000)); raise ValueError('noise')", "noise"),
], ids=["raises", "never-returns", "exits", "sys-exit", "segfault", "7-MiB", "no-json", "binary-garbage"])
def test_a_batch_that_a_handler_fails_is_given_to_it_again_and_the_server_goes_on(rivulet, misdeed, said):
    pipeline = Pipeline(rivulet, "once.py", ONCE.format(misdeed=misdeed), timeout=1, sink=True)
    pipeline.put(1, 2, 3)
    assert pipeline.wait_for_lines(3) == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert (pipeline.server.directory / "was-here").exists()
    assert request(pipeline.server, "GET", "/_rivulet/health").status == 200
    if said:
        assert said in pipeline.log()


def test_a_handler_that_prints_garbage_is_harmless(rivulet):
    pipeline = Pipeline(rivulet, "loud.py", """
        import os

        def lambda_handler(event, context):
            os.write(1, bytes(range(256)) * 100)
            os.write(2, b"x" * 1_000_000)
            print("after all that")
            return "done"
    """, sink=True)
    pipeline.put(1)
    assert pipeline.wait_for_lines(1) == ["done"]
    wait_until(lambda: "after all that" in pipeline.log(), what="the handler's last words")


def test_what_a_handler_prints_is_kept_and_shown(rivulet):
    pipeline = Pipeline(rivulet, "talk.py", """
        import sys
        print("at the start")

        def lambda_handler(event, context):
            print("to standard output")
            print("to standard error", file=sys.stderr)
    """)
    pipeline.put(1)
    wait_until(lambda: (pipeline.server.data_dir / "logs" / "handler.log").exists() and "REPORT" in pipeline.log(),
               what="the report line")
    for line in ("at the start", "to standard output", "to standard error"):
        assert line in pipeline.log()
        assert f"[handler] {line}" in pipeline.server.output.text()
    for line in ("START RequestId:", "END RequestId:"):
        assert line in pipeline.log()


def test_a_runtime_that_answers_with_garbage_fails_its_batch_until_it_does_better(rivulet):
    pipeline = Pipeline(rivulet, "garbage", """\
        #!/usr/bin/env python3
        import os, urllib.request

        api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
        for answer in (b"{garbage", b'"better"', b'"better still"'):
            with urllib.request.urlopen(f"{api}/next") as invocation:
                request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
                invocation.read()
            urllib.request.urlopen(f"{api}/{request_id}/response", data=answer).read()
    """, runtime="provided", executable=True, sink=True)
    pipeline.put(1)
    assert pipeline.wait_for_lines(1) == ["better"]


@pytest.mark.parametrize("file, code", [("broken.py", "def lambda_handler(:\n"), ("raises.py", "raise ValueError(1)\n"),
                                        ("exits.py", "import os\nos._exit(1)\n"), ("empty.py", "\n")])
def test_a_handler_that_cannot_be_loaded_does_not_keep_the_server_from_its_work(rivulet, file, code):
    pipeline = Pipeline(rivulet, file, code, sink=True)
    pipeline.put(1)
    wait_until(lambda: (pipeline.server.data_dir / "logs" / "handler.log").exists() and pipeline.log(),
               what="a word about the handler")
    assert request(pipeline.server, "GET", "/_rivulet/health").status == 200
    pipeline.handler.write_text("def lambda_handler(event, context):\n    return 'mended'\n")
    assert pipeline.wait_for_lines(1) == ["mended"]


def alive(process):
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_no_handler_outlives_its_server_and_neither_does_what_a_handler_started(rivulet):
    pipeline = Pipeline(rivulet, "pid.py", """
        import os, subprocess

        child = subprocess.Popen(["sleep", "1000"])

        def lambda_handler(event, context):
            return [os.getpid(), child.pid]
    """, sink=True)
    pipeline.put(1)
    first = pipeline.wait_for_lines(2)
    assert all(map(alive, first))
    pipeline.server.restart_after_kill()
    wait_until(lambda: not any(map(alive, first)), what="the end of the handler and its child after kill -9")
    pipeline.connect()
    pipeline.put(2)
    second = pipeline.wait_for_lines(4)[2:]
    assert all(map(alive, second))
    assert pipeline.server.stop() == 0
    assert not any(map(alive, second))


def test_a_server_told_to_stop_does_not_wait_for_a_handler_that_takes_its_time(rivulet):
    pipeline = Pipeline(rivulet, "slow.py", """
        import os, time

        def lambda_handler(event, context):
            print("busy", os.getpid())
            time.sleep(600)
    """, timeout=900)
    pipeline.put(1)
    process = pipeline.server.output.wait_for(r"busy (\d+)", 20).group(1)
    started = time.monotonic()
    assert pipeline.server.stop() == 0
    assert time.monotonic() - started < 5
    assert not alive(process)


def test_a_handler_edited_while_the_server_runs_is_run_as_it_is_now(rivulet):
    pipeline = Pipeline(rivulet, "version.py", "def lambda_handler(event, context):\n    return 'before'\n", sink=True)
    pipeline.put(1)
    assert pipeline.wait_for_lines(1) == ["before"]
    pipeline.handler.write_text("def lambda_handler(event, context):\n    return 'after'\n")
    pipeline.put(2)
    assert pipeline.wait_for_lines(2) == ["before", "after"]


def test_a_stream_deleted_and_created_anew_is_processed_from_its_beginning(rivulet):
    pipeline = Pipeline(rivulet, "echo.py", ECHO, sink=True)
    pipeline.put(1)
    assert pipeline.wait_for_lines(1) == [{"n": 1}]
    pipeline.kinesis.delete_stream(StreamName=STREAM)
    pipeline.kinesis.get_waiter("stream_not_exists").wait(StreamName=STREAM, WaiterConfig={"Delay": 1})
    pipeline.kinesis.create_stream(StreamName=STREAM, ShardCount=1)
    wait_active(pipeline.kinesis, STREAM)
    pipeline.put(2)
    assert {line["n"] for line in pipeline.wait_for_lines(2)} == {1, 2}


def test_records_of_a_key_stay_in_order_over_reshardings_under_load(rivulet):
    pipeline = Pipeline(rivulet, "order.py", """
        import base64, json

        def lambda_handler(event, context):
            for record in event["Records"]:
                number = json.loads(base64.b64decode(record["kinesis"]["data"]))["n"]
                print("SAW", record["kinesis"]["partitionKey"], number)
    """, shards=2, batch_size=7)
    keys = ["a", "b", "c", "d", "e"]
    for number in range(200):
        if number in (50, 150):
            wait_active(pipeline.kinesis, STREAM)
            pipeline.kinesis.update_shard_count(StreamName=STREAM, TargetShardCount=4 if number == 50 else 3,
                                                ScalingType="UNIFORM_SCALING")
        for key in keys:
            pipeline.put(number, key=key)

    def seen():
        found = re.findall(r"^SAW (\w) (\d+)$", pipeline.log(), re.MULTILINE)
        return found if len(found) >= 200 * len(keys) else None

    found = wait_until(seen, 60, "every record")
    for key in keys:
        assert [int(number) for of, number in found if of == key] == list(range(200))


def test_a_sink_object_holds_the_lines_of_one_batch_and_null_makes_none(rivulet):
    pipeline = Pipeline(rivulet, "odd.py", """
        import base64, json

        def lambda_handler(event, context):
            numbers = [json.loads(base64.b64decode(record["kinesis"]["data"]))["n"] for record in event["Records"]]
            return [{"n": number, "text": "two\\nlines"} for number in numbers if number % 2] or None
    """, sink=True, batch_size=2)
    pipeline.put(0, 2, 1, 3, 5, 4)
    lines = pipeline.wait_for_lines(3)
    assert [line["n"] for line in lines] == [1, 3, 5]
    assert [len(body.splitlines()) for _, body in sorted(pipeline.objects().items())] == [2, 1]


def test_a_mapping_from_latest_on_sees_only_what_comes_after_it(rivulet):
    pipeline = Pipeline(rivulet, "echo.py", ECHO, sink=True, mapped=False)
    pipeline.put(0)
    pipeline.server.stop()
    pipeline.server.config.write_text(configuration("echo.py", sink=True, starting_position="LATEST"))
    pipeline.server.start()
    pipeline.server.restart_after_kill()
    pipeline.connect()
    pipeline.put(1)
    assert pipeline.wait_for_lines(1) == [{"n": 1}]
