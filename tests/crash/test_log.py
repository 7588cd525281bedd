"""kill -9 at random moments while records are put and shards are changed: what was acknowledged is there, once and in
order.

The seed is printed; RIVULET_TEST_SEED=... runs the same moments again, RIVULET_TEST_ROUNDS=... more of them.
"""

import os
import random
import subprocess
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from clients import client
from rivulet_server import wait_until
from streams import (create_stream, list_shards, open_shards, parents_first, put_all, read_shard, read_stream,
                     update_shard_count, wait_active)

ROUNDS = int(os.environ.get("RIVULET_TEST_ROUNDS", "30"))
# Reading everything back takes longer than a round: it is done every so many rounds, and after the last.
ROUNDS_BETWEEN_CHECKS = 6
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


class Resharder(threading.Thread):
    """Changes the number of shards as long as the server lets it."""

    def __init__(self, server, chance):
        super().__init__()
        self.kinesis, self.chance = client(server, "kinesis"), chance

    def run(self):
        while True:
            try:
                count = len(open_shards(self.kinesis, "load"))
                target = self.chance.choice([n for n in (2, 3, 4, 5) if count / 2 <= n <= count * 2 and n != count])
                self.kinesis.update_shard_count(StreamName="load", TargetShardCount=target,
                                                ScalingType="UNIFORM_SCALING")
            except ClientError:
                time.sleep(0.01)  # another change is under way, or there were too many today
            except BotoCoreError:
                return


@pytest.mark.timeout(60 + 10 * ROUNDS)
def test_acknowledged_records_survive_kills_at_random_moments_once_and_in_order(rivulet):
    seed = int(os.environ.get("RIVULET_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"RIVULET_TEST_SEED={seed}")
    chance = random.Random(seed)
    server = rivulet()
    create_stream(client(server, "kinesis"), "load", 3)
    acknowledged = {f"writer-{number}": [] for number in range(WRITERS)}
    next_number = dict.fromkeys(acknowledged, 0)

    for turn in range(1, ROUNDS + 1):
        writers = [Writer(server, key, next_number[key]) for key in acknowledged]
        resharder = Resharder(server, random.Random(chance.random()))
        for thread in (*writers, resharder):
            thread.start()
        time.sleep(chance.uniform(0.02, 0.8))  # the moment of the crash is what is random here
        server.kill()
        resharder.join()
        for writer in writers:
            writer.join()
            assert writer.trouble is None, writer.trouble
            acknowledged[writer.key] += writer.acknowledged
            next_number[writer.key] = writer.next
        server.start()
        if turn % ROUNDS_BETWEEN_CHECKS == 0 or turn == ROUNDS:
            kinesis = client(server, "kinesis")
            wait_active(kinesis, "load")
            check(kinesis, acknowledged, f"round {turn}")
    assert sum(map(len, acknowledged.values())) > 0


def check(kinesis, acknowledged, turn):
    shards = parents_first(list_shards(kinesis, "load"))
    covered = sorted((int(shard["HashKeyRange"]["StartingHashKey"]), int(shard["HashKeyRange"]["EndingHashKey"]))
                     for shard in shards if "EndingSequenceNumber" not in shard["SequenceNumberRange"])
    assert covered[0][0] == 0 and covered[-1][1] == 2**128 - 1, f"{turn}: hash keys without a shard"
    assert all(end + 1 == start for (_, end), (start, _) in zip(covered, covered[1:])), f"{turn}: gaps or overlaps"
    found = {key: [] for key in acknowledged}
    for shard in shards:
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


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 MiB; `fill` leaves nothing of it, `grow` gives it more. Needs the right to mount one."""

    class SmallDisk:
        path = tmp_path / "disk"

        def fill(self):
            with pytest.raises(OSError), open(self.path / "filler", "ab", buffering=0) as file:
                while True:
                    file.write(bytes(4096))

        def grow(self):
            subprocess.run(["mount", "-o", "remount,size=256m", str(self.path)], check=True)

    SmallDisk.path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(SmallDisk.path)],
                             capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    yield SmallDisk()
    subprocess.run(["umount", "--lazy", str(SmallDisk.path)], check=True)


@pytest.mark.timeout(120)
def test_a_full_disk_refuses_writes_until_there_is_room_and_serves_reads_meanwhile(rivulet, small_disk):
    server = rivulet(start=False)
    server.data_dir = small_disk.path / "data"
    server.start()
    kinesis = client(server, "kinesis")
    create_stream(kinesis, "full", 1)
    stored, chance = [], random.Random(1)

    def put():
        stored.extend(put_all(kinesis, "full", [("k", chance.randbytes(100_000)) for _ in range(10)]))

    def check_read():
        numbers = [record["SequenceNumber"] for record in read_stream(client(server, "kinesis"), "full")]
        acknowledged = {result["SequenceNumber"] for result in stored}
        assert acknowledged <= set(numbers)
        assert numbers == sorted(set(numbers), key=int)

    refusals = 0
    while refusals < 5:
        try:
            put()
            assert len(stored) < 2000, "the disk is never full"
        except ClientError as error:
            # What every SDK tries again.
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 500
            refusals += 1
            check_read()

    def is_stored():
        try:
            put()
            return True
        except ClientError:
            return False

    # What the server itself notes of it has no room either, each of the times that it looks for some.
    small_disk.fill()
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        assert not is_stored()
    check_read()
    small_disk.grow()
    wait_until(is_stored, 30, "writing to a disk that has room again")
    check_read()
    server.restart_after_kill()
    check_read()


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
