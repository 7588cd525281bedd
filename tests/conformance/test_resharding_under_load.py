"""Producers write and readers read, as real ones do, while shards split, merge and scale."""

import itertools
import random
import threading
import time

from clients import client
from streams import create_stream, hash_range, iterator, open_shards, wait_active

WRITERS = 3
KEYS = 8  # of each writer
DEADLINE_SECONDS = 60


class Writer(threading.Thread):
    """Puts numbers under its own keys, each key's in order: by PutRecord one by one, by PutRecords in order."""

    def __init__(self, server, stream, number):
        super().__init__(daemon=True)
        self.kinesis, self.stream, self.number = client(server, "kinesis"), stream, number
        self.stopping = threading.Event()
        self.put = {f"writer-{number}-key-{key}": 0 for key in range(KEYS)}
        self.fault = None

    def next_entry(self, key):
        self.put[key] += 1
        return {"PartitionKey": key, "Data": b"%d" % (self.put[key] - 1)}

    def run(self):
        try:
            ordering = {}
            for key in itertools.cycle(self.put):
                if self.stopping.is_set():
                    return
                if self.number % 2:
                    entries = [self.next_entry(each) for each in self.put for _ in range(3)]
                    answer = self.kinesis.put_records(StreamName=self.stream, Records=entries)
                    assert answer["FailedRecordCount"] == 0, answer
                else:
                    answer = self.kinesis.put_record(StreamName=self.stream, **self.next_entry(key), **ordering)
                    ordering = {"SequenceNumberForOrdering": answer["SequenceNumber"]}
        except Exception as fault:  # noqa: BLE001: whatever it is, the test shows it
            self.fault = fault


class Reader:
    """Reads every shard from beginning to end, and goes on to a shard's children when all their parents ended."""

    def __init__(self, server, stream):
        self.server, self.stream = server, stream
        self.lock = threading.Lock()
        self.found, self.shards, self.ended, self.threads = {}, set(), set(), []
        self.nothing_will_come = threading.Event()
        self.fault = None

    def start(self, shard_ids):
        with self.lock:
            for shard_id in shard_ids:
                if shard_id not in self.shards:
                    self.shards.add(shard_id)
                    thread = threading.Thread(target=self.read, args=(shard_id,), daemon=True)
                    self.threads.append(thread)
                    thread.start()

    def read(self, shard_id):
        try:
            kinesis = client(self.server, "kinesis")
            position = iterator(kinesis, self.stream, shard_id)
            while position:
                nothing_will_come = self.nothing_will_come.is_set()
                answer = kinesis.get_records(ShardIterator=position)
                position = answer.get("NextShardIterator")
                with self.lock:
                    for record in answer["Records"]:
                        self.found.setdefault(record["PartitionKey"], []).append(int(record["Data"]))
                if position and not answer["Records"]:
                    if nothing_will_come and answer["MillisBehindLatest"] == 0:
                        return
                    self.nothing_will_come.wait(0.01)  # as a consumer paces itself
            with self.lock:
                self.ended.add(shard_id)
                ready = [child["ShardId"] for child in answer["ChildShards"]
                         if set(child["ParentShards"]) <= self.ended]
            self.start(ready)
        except Exception as fault:  # noqa: BLE001
            self.fault = fault

    def finish(self):
        """Returns when the writers' last record has been read; call it when they have ended."""
        self.nothing_will_come.set()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            with self.lock:
                running = [thread for thread in self.threads if thread.is_alive()]
            if not running:
                return
            assert time.monotonic() < deadline, "the readers do not come to an end"
            running[0].join(0.1)


def split_one(kinesis, stream, chance):
    shard = chance.choice(open_shards(kinesis, stream))
    first, last = hash_range(shard)
    kinesis.split_shard(StreamName=stream, ShardToSplit=shard["ShardId"],
                        NewStartingHashKey=str(first + (last - first) // 2))


def merge_two(kinesis, stream, chance):
    shards = sorted(open_shards(kinesis, stream), key=hash_range)
    lower = chance.randrange(len(shards) - 1)
    kinesis.merge_shards(StreamName=stream, ShardToMerge=shards[lower]["ShardId"],
                         AdjacentShardToMerge=shards[lower + 1]["ShardId"])


def scale(kinesis, stream, chance):
    now = len(open_shards(kinesis, stream))
    kinesis.update_shard_count(StreamName=stream, TargetShardCount=chance.randint((now + 1) // 2, min(2 * now, 9)),
                               ScalingType="UNIFORM_SCALING")


def test_readers_that_follow_the_children_get_every_record_once_and_in_order(shared, kinesis):
    stream = "under-load"
    chance = random.Random(20131202)
    create_stream(kinesis, stream, 2)
    reader = Reader(shared, stream)
    reader.start(shard["ShardId"] for shard in open_shards(kinesis, stream))
    writers = [Writer(shared, stream, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        for change in [split_one, scale, merge_two, split_one, split_one, merge_two, scale, merge_two, scale]:
            change(kinesis, stream, chance)
            wait_active(kinesis, stream)
    finally:
        for writer in writers:
            writer.stopping.set()
        for writer in writers:
            writer.join()
    assert [writer.fault for writer in writers] == [None] * WRITERS
    reader.finish()
    assert reader.fault is None
    put = {key: count for writer in writers for key, count in writer.put.items()}
    assert sum(put.values()) > 500
    assert reader.found == {key: list(range(count)) for key, count in put.items() if count}
