"""Starting and stopping: what the server says, and what it refuses to start with."""

import os
import shutil
import socket
import subprocess
import tempfile

import pytest

from clients import client, request
from rivulet_server import BINARY, client_environment, wait_until
from streams import create_stream, list_shards, put_all, read_stream, wait_active

NOBODY = 65534


def refusal(server, **popen):
    """The one line with which the server refuses to start; it must exit with status 1 and never say Ready."""
    status, out, err = server.fail_to_start(**popen)
    assert status == 1, f"exit status {status}\n{out}\n{err}"
    assert "Ready." not in out
    lines = [line for line in err.splitlines() if line.strip()]
    assert len(lines) == 1, err
    return lines[0]


def test_the_server_says_where_it_listens_and_then_that_it_is_ready(rivulet):
    server = rivulet()
    lines = server.output.text().splitlines()
    assert lines.index(f"Listening on http://127.0.0.1:{server.port}") < lines.index("Ready.")
    assert request(server, "GET", "/_rivulet/health").status == 200


def test_the_server_ends_by_itself_when_it_is_asked_to(rivulet):
    server = rivulet()
    assert server.stop() == 0


@pytest.mark.parametrize("flags", [["--no-such-flag"], ["--port"], ["extra"]])
def test_flags_that_make_no_sense_are_refused_with_status_2(flags):
    result = subprocess.run([str(BINARY), "serve", *flags], capture_output=True, text=True, timeout=20,
                            env=client_environment())
    assert result.returncode == 2, result.stderr
    assert result.stderr.strip()


@pytest.mark.parametrize("value", ["many", "70000", "-1", "1.5"])
def test_a_flags_bad_value_is_refused_with_what_was_expected(rivulet, value):
    server = rivulet(start=False, arguments=["--port=" + value])
    assert f"port: expected a whole number from 0 to 65535, not \"{value}\"" in refusal(server)


def test_the_help_names_every_setting_in_its_forms():
    result = subprocess.run([str(BINARY), "serve", "--help"], capture_output=True, text=True, timeout=20, check=True,
                            env=client_environment())
    for flag in ("--port", "--bind", "--data-dir", "--ephemeral", "--config"):
        assert flag in result.stdout
    assert "RIVULET_DATA_DIR" in result.stdout


def test_a_setting_may_come_from_the_environment_or_the_file_and_the_flag_wins(rivulet):
    server = rivulet(config="region: eu-central-1\nstreams:\n  placed: {shards: 1}\n",
                     environment={"RIVULET_REGION": "eu-west-2"})
    assert wait_active(client(server, "kinesis", region="eu-west-2"), "placed")
    server = rivulet(config="region: eu-central-1\nstreams:\n  placed: {shards: 1}\n",
                     environment={"RIVULET_REGION": "eu-west-2"}, arguments=["--region", "ap-south-1"])
    assert wait_active(client(server, "kinesis", region="ap-south-1"), "placed")


def test_what_kubernetes_says_of_a_service_of_that_name_is_no_setting(rivulet):
    server = rivulet(environment={"RIVULET_SERVICE_HOST": "10.0.0.1", "RIVULET_PORT": "tcp://10.0.0.1:4566",
                                  "RIVULET_PORT_4566_TCP_ADDR": "10.0.0.1"})
    assert request(server, "GET", "/_rivulet/health").status == 200


def test_half_a_starting_timestamp_is_refused(rivulet):
    server = rivulet(start=False, config="""
        event_source_mappings:
          - {stream: s, function: f, starting_position: AT_TIMESTAMP, starting_timestamp: "2026-01"}
        """)
    assert "expected a time in UTC" in refusal(server)


def test_a_certificate_that_is_a_directory_is_named(rivulet, tmp_path):
    server = rivulet(start=False, arguments=["--tls-certificate", str(tmp_path), "--tls-key", str(tmp_path)])
    assert f"{tmp_path}: Is a directory" in refusal(server)


def test_a_taken_port_is_named(rivulet):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = rivulet(start=False)
        server.port = taken.getsockname()[1]
        assert str(server.port) in refusal(server)


def test_a_data_directory_of_another_server_is_named(rivulet, tmp_path):
    first = rivulet()
    second = rivulet(start=False, data_dir=first.data_dir)
    assert str(first.data_dir) in refusal(second)
    assert request(first, "GET", "/_rivulet/health").status == 200


def test_a_data_directory_that_cannot_be_made_is_named(rivulet, tmp_path):
    (tmp_path / "file").write_text("not a directory")
    server = rivulet(start=False, data_dir=tmp_path / "file" / "data")
    assert str(tmp_path / "file") in refusal(server)
    assert (tmp_path / "file").read_text() == "not a directory"


def test_a_data_directory_without_write_permission_is_named(rivulet, monkeypatch):
    directory = tempfile.mkdtemp(prefix="rivulet-test-", dir="/tmp")
    try:
        # Root may write anywhere, so as root the server runs as nobody here, from a place nobody may look into.
        shutil.copy(BINARY, directory)
        monkeypatch.setattr("rivulet_server.BINARY", os.path.join(directory, "rivulet"))
        data_dir = os.path.join(directory, "data")
        os.mkdir(data_dir)
        os.chmod(data_dir, 0o555)
        os.chmod(directory, 0o755)
        server = rivulet(start=False, data_dir=data_dir)
        server.directory = directory
        popen = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        assert data_dir in refusal(server, **popen)
        assert os.listdir(data_dir) == []
    finally:
        shutil.rmtree(directory)


BAD_CONFIGS = {
    "not yaml": ("streams:\n  purchases: [3\n", 3, ["YAML"]),
    "a tab": ("streams:\n\tpurchases: {shards: 1}\n", 2, []),
    "no map": ("- streams\n", 1, ["map"]),
    "unknown key": ("region: us-east-1\nstraems:\n  purchases: {shards: 1}\n", 2, ["straems", "streams"]),
    "unknown key without a value": ("region: us-east-1\nstraems:\n", 2, ["straems"]),
    "unknown key of a stream": ("streams:\n  purchases:\n    shrads: 3\n", 3, ["shrads", "shards"]),
    "a word for a number": ("streams:\n  purchases:\n    shards: three\n", 3, ["shards", "three"]),
    "no shards at all": ("streams:\n  purchases:\n    shards: 0\n", 3, ["shardCount", "0"]),
    "a bad stream name": ("streams:\n  'bad name!': {shards: 1}\n", 2, ["bad name!"]),
    "a bad bucket name": ("buckets:\n  - Not_A_Bucket\n", 2, ["Not_A_Bucket"]),
    "a bad port": ("port: 99999\n", 1, ["port", "99999"]),
    "an unknown durability": ("durability: eternal\n", 1, ["durability", "eternal", "process", "power"]),
    "a runtime nobody has": (
        "functions:\n  f:\n    runtime: cobol\n    file: f.cob\n", 3, ["runtime", "cobol", "python3", "nodejs"]),
    "a missing handler file": (
        "functions:\n  f:\n    runtime: python3\n    file: handlers/none.py\n", None, ["handlers/none.py"]),
    "a mapping without its function": (
        "streams:\n  s: {shards: 1}\nevent_source_mappings:\n  - stream: s\n    function: nobody\n"
        "    starting_position: LATEST\n", None, ["nobody"]),
    "a mapping without its stream": (
        "functions:\n  f: {runtime: python3, file: here.py}\nevent_source_mappings:\n  - stream: nowhere\n"
        "    function: f\n    starting_position: LATEST\n", None, ["nowhere"]),
    "a good stream and a bad bucket": (
        "streams:\n  s: {shards: 1}\nbuckets: [good-bucket, Not_A_Bucket]\n", 3, ["Not_A_Bucket"]),
    "a batch of none": (
        "streams:\n  s: {shards: 1}\nfunctions:\n  f: {runtime: python3, file: here.py}\n"
        "event_source_mappings:\n  - stream: s\n    function: f\n    batch_size: 0\n", 6,
        ["batch size", "1 to 10000", "0"]),
    "a sink into no bucket": (
        "streams:\n  s: {shards: 1}\nfunctions:\n  f: {runtime: python3, file: here.py}\n"
        "event_source_mappings:\n  - stream: s\n    function: f\n    sink: {bucket: no-bucket}\n", 6, ["no-bucket"]),
}


@pytest.mark.parametrize("case", BAD_CONFIGS)
def test_a_configuration_in_error_is_refused_with_file_and_line_and_what_was_expected(rivulet, case):
    text, line, words = BAD_CONFIGS[case]
    server = rivulet(config=text, start=False)
    (server.directory / "here.py").write_text("def lambda_handler(event, context): pass\n")
    said = refusal(server)
    assert str(server.config) in said
    if line is not None:
        assert f"{server.config}:{line}" in said
    for word in words:
        assert word in said
    # Half a configuration is none: what the file declares rightly was not made either.
    server.config.write_text("region: us-east-1\n")
    server.start()
    assert client(server, "kinesis").list_streams()["StreamNames"] == []
    assert client(server, "s3").list_buckets()["Buckets"] == []


def test_a_configuration_file_that_is_not_there_is_named(rivulet):
    server = rivulet(start=False, arguments=["--config", "nowhere.yaml"])
    assert "nowhere.yaml" in refusal(server)


def test_declared_streams_and_buckets_are_made_once_and_left_alone_after(rivulet):
    server = rivulet(config="streams:\n  declared: {shards: 2, retention_hours: 48}\nbuckets: [declared-bucket]\n")
    kinesis = client(server, "kinesis")
    summary = wait_active(kinesis, "declared")
    assert (summary["OpenShardCount"], summary["RetentionPeriodHours"]) == (2, 48)
    put_all(kinesis, "declared", [("k", b"kept")])
    client(server, "s3").put_object(Bucket="declared-bucket", Key="kept", Body=b"kept")
    server.config.write_text("streams:\n  declared: {shards: 7}\nbuckets: [declared-bucket]\n")
    server.restart()
    kinesis = client(server, "kinesis")
    assert len(list_shards(kinesis, "declared")) == 2
    assert [record["Data"] for record in read_stream(kinesis, "declared")] == [b"kept"]
    assert client(server, "s3").get_object(Bucket="declared-bucket", Key="kept")["Body"].read() == b"kept"


def test_an_ephemeral_server_leaves_nothing_behind(rivulet, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    server = rivulet(arguments=["--ephemeral"], environment={"TMPDIR": str(temporary)})
    kinesis, s3 = client(server, "kinesis"), client(server, "s3")
    create_stream(kinesis, "passing")
    put_all(kinesis, "passing", [("k", b"x")])
    assert len(read_stream(kinesis, "passing")) == 1
    s3.create_bucket(Bucket="passing")
    s3.put_object(Bucket="passing", Key="x", Body=b"x")
    assert server.stop() == 0
    left = [path for place in (temporary, server.directory) for path in place.rglob("*")]
    assert left == []
    server.start()
    assert client(server, "kinesis").list_streams()["StreamNames"] == []


def test_a_server_with_open_connections_still_ends_in_time(rivulet):
    server = rivulet()
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(10)]
    half = socket.create_connection(("127.0.0.1", server.port))
    half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
    wait_until(lambda: request(server, "GET", "/_rivulet/health").status == 200)
    assert server.stop() == 0
    for connection in (*idle, half):
        connection.close()
