"""The Kinesis Client Library's workers, by polling and by fan-out, through a reshard; the Kinesis Producer Library."""

import itertools
import os
import re
import signal
import subprocess
import sys

import pytest

from clients import client
from java import java
from programs import BUILD, MATRIX, build, check_version, environment_for
from rivulet_server import Output, wait_until
from streams import read_stream

STREAM = "matrix-kcl"
# A worker takes up to half a minute to see whether others are there, a minute to look at the shards for the first time,
# and looks every 20 seconds for leases to take.
WORKER_SECONDS = 150
KPL_SECONDS = 60
AGGREGATED = 500  # user records, of which hundreds fit into one record


@pytest.fixture(scope="session")
def lease_table(tmp_path_factory):
    """The endpoint of a DynamoDB on this machine: moto's server, in a Python environment of its own."""
    folder, requirements = BUILD / "lease-table", MATRIX / "lease-table" / "requirements.txt"
    stamp = folder / "installed-from"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        build(sys.executable, "-m", "venv", "--clear", str(folder), folder=MATRIX)
        build(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
              "--requirement", str(requirements), folder=MATRIX)
        stamp.write_text(requirements.read_text())
    process = subprocess.Popen([folder / "bin" / "moto_server", "--host", "127.0.0.1", "--port", "0"],
                               cwd=tmp_path_factory.mktemp("lease-table"), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        listening = Output(process.stdout).wait_for(r"Running on (http://127\.0\.0\.1:\d+)", 30)
        assert listening, "moto's server does not say where it listens"
        yield listening.group(1)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Worker:
    """One worker of the Kinesis Client Library; it ends when its standard input does."""

    def __init__(self, retrieval, endpoint, lease_table):
        self.retrieval, self.endpoint = retrieval, endpoint
        self.process = subprocess.Popen([*java("Kcl", endpoint), STREAM, retrieval], stdin=subprocess.PIPE,
                                        env=environment_for(endpoint, AWS_ENDPOINT_URL_DYNAMODB=lease_table),
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.output = Output(self.process.stdout)

    def records(self):
        """Each user record that was processed: (shard, data)."""
        return re.findall(r"^record: (\S+) (.*)$", self.output.text(), re.MULTILINE)

    def ended_shards(self):
        return re.findall(r"^ended: (\S+)$", self.output.text(), re.MULTILINE)

    def wait_for(self, data, ended):
        """Waits until all of `data` was processed and `ended` shards were read to their end; nothing came twice."""
        def complete():
            assert self.process.poll() is None, f"the worker ended:\n{self.output.text()[-8000:]}"
            return len(self.records()) >= len(data) and len(self.ended_shards()) >= ended
        try:
            wait_until(complete, WORKER_SECONDS, f"{len(data)} records by {self.retrieval}", pause=0.2)
        except AssertionError:
            print(f"--- the worker by {self.retrieval} said last:\n{self.output.text()[-12000:]}")
            raise
        assert sorted(each for _, each in self.records()) == sorted(data)

    def stop(self):
        self.process.stdin.close()
        return self.process.wait(timeout=90)

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Story:
    """A stream with two workers on it, and all that was put into it."""

    def __init__(self, server, endpoints, lease_table):
        self.kinesis = client(server, "kinesis")
        self.kinesis.create_stream(StreamName=STREAM, ShardCount=2)
        self.wait_active()
        self.sent = []
        self.numbers = itertools.count()
        self.put(20)
        self.workers = {retrieval: Worker(retrieval, endpoint, lease_table)
                        for retrieval, endpoint in endpoints.items()}

    def wait_active(self):
        wait_until(lambda: self.kinesis.describe_stream_summary(StreamName=STREAM)
                   ["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE", 30, "an ACTIVE stream")

    def put(self, count):
        data = [f"plain-{next(self.numbers)}" for _ in range(count)]
        self.kinesis.put_records(StreamName=STREAM, Records=[{"Data": each, "PartitionKey": each} for each in data])
        self.sent += data

    def reshard(self):
        """Shard 0 in two, and shard 1 with its new neighbour into one: three shards end, two are open."""
        quarter = 2 ** 126
        self.kinesis.split_shard(StreamName=STREAM, ShardToSplit="shardId-000000000000",
                                 NewStartingHashKey=str(quarter))
        self.wait_active()
        self.put(20)
        self.kinesis.merge_shards(StreamName=STREAM, ShardToMerge="shardId-000000000003",
                                  AdjacentShardToMerge="shardId-000000000001")
        self.wait_active()
        self.put(20)


@pytest.fixture(scope="session")
def story(server, clear, encrypted, lease_table):
    told = Story(server, {"polling": clear, "fan-out": encrypted}, lease_table)
    yield told
    for worker in told.workers.values():
        worker.kill()


def test_workers_start_on_a_stream_with_records(story):
    """Run before other languages are built, this leaves the workers the minute and a half that they take."""
    assert all(worker.process.poll() is None for worker in story.workers.values())


@pytest.mark.parametrize("retrieval", ["polling", "fan-out"])
def test_workers_read_every_record_once_by(story, retrieval, record_property):
    worker = story.workers[retrieval]
    worker.wait_for(story.sent, ended=0)
    said = check_version(worker.output.text(), "amazon-kinesis-client")
    record_property("client", f"{said} over {worker.endpoint.scheme}")


def test_workers_take_apart_what_the_producer_library_has_aggregated(story, encrypted, record_property):
    before = len(read_stream(story.kinesis, STREAM))
    produced = subprocess.run([*java("Kpl", encrypted), STREAM, str(AGGREGATED)], env=environment_for(encrypted),
                              stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=KPL_SECONDS)
    assert produced.returncode == 0, f"{produced.stdout[-4000:]}\n{produced.stderr[-8000:]}"
    assert produced.stdout.count("put: shardId-") == AGGREGATED
    assert len(read_stream(story.kinesis, STREAM)) - before < AGGREGATED / 10
    story.sent += [f"aggregated-{number}" for number in range(AGGREGATED)]
    for worker in story.workers.values():
        worker.wait_for(story.sent, ended=0)
    record_property("client", f"{check_version(produced.stdout, 'amazon-kinesis-producer')} over https")


def test_workers_follow_a_split_and_a_merge(story):
    story.reshard()
    for worker in story.workers.values():
        worker.wait_for(story.sent, ended=3)
        assert {"shardId-000000000000", "shardId-000000000001", "shardId-000000000003"} == set(worker.ended_shards())


def test_workers_give_their_leases_back_when_they_stop(story):
    for worker in story.workers.values():
        assert worker.stop() == 0, worker.output.text()[-8000:]
