"""`rivulet snapshot create` while the server runs, and `restore` into another data directory."""

import fcntl
import http.client
import json
import os
import subprocess

import pytest

from clients import client
from rivulet_server import BINARY, wait_until
from streams import create_stream, list_shards, put_all, read_stream, update_shard_count


def snapshot(*arguments, check=True):
    done = subprocess.run([str(BINARY), "snapshot", *map(str, arguments)], capture_output=True, text=True, timeout=60)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def test_a_restored_snapshot_has_the_streams_records_buckets_and_objects_of_its_moment(rivulet, tmp_path):
    server = rivulet()
    kinesis, s3 = client(server, "kinesis"), client(server, "s3")
    create_stream(kinesis, "prepared", 2)
    put_all(kinesis, "prepared", [(f"k{number}", b"%d" % number) for number in range(200)])
    update_shard_count(kinesis, "prepared", 3)
    put_all(kinesis, "prepared", [(f"k{number}", b"%d" % number) for number in range(200, 300)])
    s3.create_bucket(Bucket="fixtures")
    s3.create_bucket(Bucket="empty")
    large = bytes(range(256)) * 20_000
    s3.put_object(Bucket="fixtures", Key="a/b/large", Body=large)
    s3.put_object(Bucket="fixtures", Key="data.json", Body=b"{}", ContentType="application/json",
                  Metadata={"origin": "test"})
    shards, records = list_shards(kinesis, "prepared"), read_stream(kinesis, "prepared")

    said = snapshot("create", tmp_path / "snapshot", "--port", server.port)
    assert "2 buckets with 2 objects" in said.stdout
    put_all(kinesis, "prepared", [("k", b"too late")])
    s3.delete_object(Bucket="fixtures", Key="data.json")

    other = rivulet(start=False)
    snapshot("restore", tmp_path / "snapshot", "--data-dir", other.data_dir)
    other.start()
    kinesis, s3 = client(other, "kinesis"), client(other, "s3")
    assert list_shards(kinesis, "prepared") == shards
    assert read_stream(kinesis, "prepared") == records
    assert {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]} == {"fixtures", "empty"}
    assert s3.get_object(Bucket="fixtures", Key="a/b/large")["Body"].read() == large
    found = s3.get_object(Bucket="fixtures", Key="data.json")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (
        b"{}", "application/json", {"origin": "test"})
    put_all(kinesis, "prepared", [("k", b"goes on")])
    assert len(read_stream(kinesis, "prepared")) == len(records) + 1


def test_a_snapshot_overwrites_nothing(rivulet, tmp_path):
    server = rivulet()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    refused = snapshot("create", tmp_path / "full", "--port", server.port, check=False)
    assert refused.returncode == 1 and "There is something at" in refused.stderr
    snapshot("create", tmp_path / "snapshot", "--port", server.port)
    refused = snapshot("restore", tmp_path / "snapshot", "--data-dir", server.data_dir, check=False)
    assert refused.returncode == 1 and "There is something at" in refused.stderr
    assert (tmp_path / "full" / "file").read_text() == "mine"


@pytest.mark.parametrize("form, complaint", [(None, "is no snapshot"), ({"format": 99}, "has form 99")])
def test_what_is_no_snapshot_of_a_known_form_is_refused(tmp_path, form, complaint):
    (tmp_path / "other").mkdir()
    if form:
        (tmp_path / "other" / "snapshot.json").write_text(json.dumps(form))
    refused = snapshot("restore", tmp_path / "other", "--data-dir", tmp_path / "data", check=False)
    assert refused.returncode == 1 and complaint in refused.stderr
    assert not (tmp_path / "data").exists()


@pytest.fixture
def snapshot_of_objects(rivulet, tmp_path):
    """A snapshot with two objects, and the file that the second one's bytes are in."""
    server = rivulet()
    s3 = client(server, "s3")
    s3.create_bucket(Bucket="fixtures")
    for key in ("a", "b"):
        s3.put_object(Bucket="fixtures", Key=key, Body=key.encode())
    create_stream(client(server, "kinesis"), "prepared", 1)
    snapshot("create", tmp_path / "snapshot", "--port", server.port)
    server.stop()
    return tmp_path / "snapshot", tmp_path / "snapshot" / "objects" / "2"


def expect_whole(server):
    s3 = client(server, "s3")
    assert [s3.get_object(Bucket="fixtures", Key=key)["Body"].read() for key in ("a", "b")] == [b"a", b"b"]
    assert client(server, "kinesis").list_streams()["StreamNames"] == ["prepared"]


def test_no_server_starts_on_a_restore_that_was_killed_half_way_and_it_can_be_done_again(rivulet, snapshot_of_objects):
    whole, second = snapshot_of_objects
    other = rivulet(start=False)
    second.unlink()
    os.mkfifo(second)  # who reads it waits for somebody to write
    restoring = subprocess.Popen([str(BINARY), "snapshot", "restore", str(whole), "--data-dir", str(other.data_dir)])
    try:
        first = other.data_dir / ".partial" / "s3" / "fixtures" / "a"
        wait_until(first.exists, what="the first object's copy")
    finally:
        restoring.kill()
        restoring.wait()
    refused = subprocess.run([str(BINARY), "serve", "--port", "0", "--data-dir", str(other.data_dir)],
                             capture_output=True, text=True, timeout=20)
    assert refused.returncode == 1 and "was not restored to the end" in refused.stderr, refused.stderr
    second.unlink()
    second.write_bytes(b"b")
    snapshot("restore", whole, "--data-dir", other.data_dir)
    assert {path.name for path in other.data_dir.iterdir()} == {"log", "s3"}
    expect_whole(other.start())


def test_an_empty_directory_is_filled_where_it_is_as_a_mounted_one_must_be(rivulet, tmp_path):
    server = rivulet()
    create_stream(client(server, "kinesis"), "prepared", 1)
    other = rivulet(start=False)
    for directory in (tmp_path / "snapshot", other.data_dir):
        directory.mkdir()
    before = [directory.stat().st_ino for directory in (tmp_path / "snapshot", other.data_dir)]
    snapshot("create", tmp_path / "snapshot", "--port", server.port)
    snapshot("restore", tmp_path / "snapshot", "--data-dir", other.data_dir)
    assert [directory.stat().st_ino for directory in (tmp_path / "snapshot", other.data_dir)] == before
    assert client(other.start(), "kinesis").list_streams()["StreamNames"] == ["prepared"]


def test_two_snapshots_do_not_grow_in_one_directory(rivulet, tmp_path):
    server = rivulet()
    partial = tmp_path / "snapshot" / ".partial"
    partial.mkdir(parents=True)
    (partial / "part").write_text("of the other one")
    other = os.open(partial, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    refused = snapshot("create", tmp_path / "snapshot", "--port", server.port, check=False)
    assert refused.returncode == 1 and "Another one is filling" in refused.stderr, refused.stderr
    assert (partial / "part").read_text() == "of the other one"
    os.close(other)
    snapshot("create", tmp_path / "snapshot", "--port", server.port)
    assert {path.name for path in (tmp_path / "snapshot").iterdir()} == {
        "log", "objects", "objects.ndjson", "snapshot.json"}


@pytest.mark.parametrize("missing", ["objects/2", "objects.ndjson", "log/CURRENT", "log"])
def test_a_snapshot_that_is_not_whole_is_refused_and_leaves_nothing(rivulet, snapshot_of_objects, missing):
    whole, _ = snapshot_of_objects
    (whole / missing).rename(whole / "elsewhere")
    other = rivulet(start=False)
    refused = snapshot("restore", whole, "--data-dir", other.data_dir, check=False)
    assert refused.returncode == 1 and missing in refused.stderr, refused.stderr
    assert list(other.directory.iterdir()) == []
    (whole / "elsewhere").rename(whole / missing)
    snapshot("restore", whole, "--data-dir", other.data_dir)
    expect_whole(other.start())


@pytest.mark.parametrize("line", ["{", '{"file":"1"}', '{"bucket":"other","owner":["000000000000"]}'],
                         ids=["no JSON", "no bucket", "half an owner"])
def test_a_damaged_list_of_objects_is_refused_and_leaves_nothing(rivulet, snapshot_of_objects, line):
    whole, _ = snapshot_of_objects
    with (whole / "objects.ndjson").open("a") as objects:
        objects.write(line + "\n")
    other = rivulet(start=False)
    refused = snapshot("restore", whole, "--data-dir", other.data_dir, check=False)
    assert refused.returncode == 1 and "list of objects is damaged" in refused.stderr, refused.stderr
    assert list(other.directory.iterdir()) == []


def test_nobody_to_ask_is_told(free_port, tmp_path):
    refused = snapshot("create", tmp_path / "snapshot", "--port", free_port, check=False)
    assert refused.returncode == 1 and "No server answers on port" in refused.stderr


def test_what_is_no_utf8_comes_back_from_a_snapshot_as_it_was(rivulet, tmp_path):
    def ask(server, method, **more):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request(method, "/fixtures/note", **more)
        answer = connection.getresponse()
        answer.read()
        return answer

    server = rivulet()
    client(server, "s3").create_bucket(Bucket="fixtures")
    assert ask(server, "PUT", body=b"x", headers={"x-amz-meta-note": b"caf\xe9"}).status == 200
    snapshot("create", tmp_path / "snapshot", "--port", server.port)
    other = rivulet(start=False)
    snapshot("restore", tmp_path / "snapshot", "--data-dir", other.data_dir)
    other.start()
    assert ask(other, "HEAD").getheader("x-amz-meta-note") == ask(server, "HEAD").getheader("x-amz-meta-note")
