"""The whole pipeline with the server killed in the middle: every event is in the bucket, once, and none is invented."""

import decimal
import json
import shutil
import threading

from botocore.exceptions import BotoCoreError, ClientError

import pytest

from clients import aws, client
from rivulet_server import ROOT, wait_until
from streams import open_shards, wait_active

EXAMPLE = ROOT / "config" / "examples"
STREAM, BUCKET = "purchases", "analytics-data"
BY_CLI, BY_SDK, BATCH = 5, 3000, 100


def event(number):
    return {"timestamp": "2026-01-31T12:00:00.000+00:00", "user_id": f"user-{number % 50}", "event_type": "purchase",
            "amount": number + 0.25}


class Producer(threading.Thread):
    """Puts events by boto3 and puts a batch again when no answer came: at least once, as a careful producer does.

    `acknowledged` has the sequence numbers that were answered; a batch whose answer was lost may be stored twice.
    """

    def __init__(self, server, numbers):
        super().__init__()
        self.server, self.numbers = server, numbers
        self.acknowledged, self.unanswered, self.trouble = {}, set(), None

    def run(self):
        try:
            for start in range(0, len(self.numbers), BATCH):
                self.put(self.numbers[start:start + BATCH])
        except Exception as error:
            self.trouble = error

    def put(self, numbers):
        records = [{"Data": json.dumps(event(number)).encode(), "PartitionKey": f"user-{number % 50}"}
                   for number in numbers]

        def attempt():
            try:
                return client(self.server, "kinesis").put_records(StreamName=STREAM, Records=records)
            except (BotoCoreError, ClientError):
                self.unanswered.update(numbers)
                return None

        answer = wait_until(attempt, 60, "an answer to a put", pause=0.1)
        assert answer["FailedRecordCount"] == 0
        for number, result in zip(numbers, answer["Records"]):
            self.acknowledged[result["SequenceNumber"]] = number


@pytest.fixture
def example(rivulet, tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "example")
    server = rivulet(start=False, arguments=["--config", str(tmp_path / "example" / "rivulet.yaml")])
    server.start()
    wait_active(client(server, "kinesis"), STREAM)
    return server


def stored(server):
    """The objects: sequence number -> content. The files in the bucket's folder are the objects."""
    found = {}
    for path in (server.data_dir / "s3" / BUCKET).rglob("*.json"):
        assert path.parent.name == "2026-01-31"
        assert path.stem not in found
        found[path.stem] = json.loads(path.read_text())
    return found


@pytest.mark.timeout(400)
def test_every_event_is_in_the_bucket_exactly_once_although_the_server_was_killed(example):
    by_cli = {}
    for number in range(BY_CLI):
        put = aws(example, "kinesis", "put-record", "--stream-name", STREAM, "--partition-key", "cli", "--data",
                  json.dumps(event(number)), "--output", "json")
        by_cli[json.loads(put.stdout)["SequenceNumber"]] = number

    producer = Producer(example, list(range(BY_CLI, BY_CLI + BY_SDK)))
    producer.start()
    for share in (0.2, 0.6):
        wait_until(lambda: len(producer.acknowledged) >= share * BY_SDK or not producer.is_alive(), 120, pause=0.001)
        example.restart_after_kill()
        wait_active(client(example, "kinesis"), STREAM)
        if share == 0.2:
            client(example, "kinesis").update_shard_count(StreamName=STREAM, TargetShardCount=5,
                                                          ScalingType="UNIFORM_SCALING")
    producer.join()
    assert producer.trouble is None
    acknowledged = {**by_cli, **producer.acknowledged}
    assert sorted(acknowledged.values()) == list(range(BY_CLI + BY_SDK))
    assert len(open_shards(client(example, "kinesis"), STREAM)) == 5

    wait_until(lambda: acknowledged.keys() <= stored(example).keys(), 240, "every event in the bucket", pause=0.5)
    objects = stored(example)
    for sequence_number, number in acknowledged.items():
        assert decimal.Decimal(objects[sequence_number]["amount"]) == decimal.Decimal(str(number + 0.25))
    # What else is there was stored although its answer was lost with the server, and put again by the producer.
    for sequence_number in objects.keys() - acknowledged.keys():
        assert int(decimal.Decimal(objects[sequence_number]["amount"])) in producer.unanswered
    listed = aws(example, "s3", "ls", "--recursive", f"s3://{BUCKET}").stdout.splitlines()
    assert len(listed) == len(objects)
