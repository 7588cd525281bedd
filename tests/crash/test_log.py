"""kill -9 at random moments while records are put: what was acknowledged is there, once and in order.

The seed is printed; RIVULET_TEST_SEED=... runs the same moments again, RIVULET_TEST_ROUNDS=... more of them.
"""

import os
import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from clients import client
from streams import create_stream, list_shards, put_all, read_shard, read_stream, update_shard_count, wait_active

ROUNDS = int(os.environ.get("RIVULET_TEST_ROUNDS", "8"))
WRITERS = 4


class Writer(threading.Thread):
    """Puts numbered records to one partition key until the server goes away; knows which were acknowledged."""

    def __init__(self, server, key, start):
        super().__init__()
        self.kinesis, self.key = client(server, "kinesis"), key
        self.next, self.acknowledged, self.trouble = start, [], None

    def run(self):
        batched = False
        while True:
            numbers = range(self.next, self.next + (20 if batched else 1))
            self.next = numbers.stop
            entries = [(self.key, b"%d" % number) for number in numbers]
            try:
                results = put_all(self.kinesis, "load", entries)
            except (BotoCoreError, ClientError) as error:
                if isinstance(error, ClientError):
                    self.trouble = error
                return
            self.acknowledged += [(int(result["SequenceNumber"]), number)
                                  for result, number in zip(results, numbers)]
            batched = not batched


@pytest.mark.timeout(300)
def test_acknowledged_records_survive_kills_at_random_moments_once_and_in_order(rivulet):
    seed = int(os.environ.get("RIVULET_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"RIVULET_TEST_SEED={seed}")
    chance = random.Random(seed)
    server = rivulet()
    create_stream(client(server, "kinesis"), "load", 3)
    acknowledged = {f"writer-{number}": [] for number in range(WRITERS)}
    next_number = dict.fromkeys(acknowledged, 0)

    for turn in range(ROUNDS):
        writers = [Writer(server, key, next_number[key]) for key in acknowledged]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.02, 0.8))  # the moment of the crash is what is random here
        server.kill()
        for writer in writers:
            writer.join()
            assert writer.trouble is None, writer.trouble
            acknowledged[writer.key] += writer.acknowledged
            next_number[writer.key] = writer.next
        server.start()
        kinesis = client(server, "kinesis")
        assert wait_active(kinesis, "load")["OpenShardCount"] == 3
        check(kinesis, acknowledged, f"round {turn}")
    assert sum(map(len, acknowledged.values())) > 0


def check(kinesis, acknowledged, turn):
    found = {key: [] for key in acknowledged}
    for shard in list_shards(kinesis, "load"):
        numbers = []
        for record in read_shard(kinesis, "load", shard["ShardId"]):
            numbers.append(int(record["SequenceNumber"]))
            found[record["PartitionKey"]].append((int(record["SequenceNumber"]), int(record["Data"])))
        assert all(before < after for before, after in zip(numbers, numbers[1:])), f"{turn}: out of order"
    for key, records in found.items():
        data = [number for _, number in records]
        assert data == sorted(set(data)), f"{turn}: {key} has records twice or out of order"
        missing = set(acknowledged[key]) - set(records)
        assert not missing, f"{turn}: {key} lost {len(missing)} acknowledged records"


def test_streams_and_their_changes_survive_a_kill_at_once_after_the_answer(rivulet):
    server = rivulet()
    kinesis = client(server, "kinesis")
    create_stream(kinesis, "scaled", 2)
    put_all(kinesis, "scaled", [("k", b"%d" % number) for number in range(100)])
    kinesis.create_stream(StreamName="young", ShardCount=3)
    kinesis.update_shard_count(StreamName="scaled", TargetShardCount=4, ScalingType="UNIFORM_SCALING")
    server.restart_after_kill()
    kinesis = client(server, "kinesis")
    assert wait_active(kinesis, "young")["OpenShardCount"] == 3
    assert wait_active(kinesis, "scaled")["OpenShardCount"] == 4
    kinesis.increase_stream_retention_period(StreamName="young", RetentionPeriodHours=100)
    kinesis.delete_stream(StreamName="scaled")
    server.restart_after_kill()
    kinesis = client(server, "kinesis")
    kinesis.get_waiter("stream_not_exists").wait(StreamName="scaled", WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    assert wait_active(kinesis, "young")["RetentionPeriodHours"] == 100


def test_shards_and_records_are_the_same_after_a_kill(rivulet):
    server = rivulet()
    kinesis = client(server, "kinesis")
    create_stream(kinesis, "same", 2)
    put_all(kinesis, "same", [(f"k{number}", b"%d" % number) for number in range(100)])
    update_shard_count(kinesis, "same", 3)
    put_all(kinesis, "same", [(f"k{number}", b"%d" % number) for number in range(100, 200)])
    before = (list_shards(kinesis, "same"), read_stream(kinesis, "same"))
    server.restart_after_kill()
    kinesis = client(server, "kinesis")
    assert (list_shards(kinesis, "same"), read_stream(kinesis, "same")) == before
    kinesis.put_record(StreamName="same", PartitionKey="k0", Data=b"x")
    assert len(read_stream(kinesis, "same")) == len(before[1]) + 1
