"""TLS on the same port: real clients that verify the server's certificate, as they do unless told otherwise."""

import json
import os
import shutil
import socket
import ssl
import stat
import subprocess

import boto3
import pytest
from botocore.config import Config

from clients import kinesis_headers, request
from http2_client import Http2Client
from rivulet_server import BINARY, client_environment
from streams import create_stream, put_all, read_stream


def authority(server):
    return server.data_dir / "tls" / "authority.pem"


def https(server, host="localhost"):
    return f"https://{host}:{server.port}"


def trusting(server):
    return ssl.create_default_context(cafile=authority(server))


def boto3_over_tls(server, service="kinesis", **changes):
    settings = {"endpoint_url": https(server), "region_name": "us-east-1", "aws_access_key_id": "test",
                "aws_secret_access_key": "test", "config": Config(retries={"max_attempts": 0}), **changes}
    if "verify" not in settings:
        settings["verify"] = str(authority(server))
    return boto3.client(service, **settings)


def run(arguments, server, **environment):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60,
                          env={**client_environment(), "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                               "AWS_DEFAULT_REGION": "us-east-1", **environment})


def test_boto3_verifies_the_certificate_and_works(shared):
    kinesis = boto3_over_tls(shared)
    create_stream(kinesis, "encrypted")
    put_all(kinesis, "encrypted", [("k", b"x" * 100_000), ("k", b"y")])
    assert [len(record["Data"]) for record in read_stream(kinesis, "encrypted")] == [100_000, 1]


def test_boto3_refuses_the_certificate_of_an_authority_it_was_not_told_of(shared):
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        boto3_over_tls(shared, verify=True).list_streams()


def test_large_objects_pass_both_ways(shared):
    s3 = boto3_over_tls(shared, "s3", endpoint_url=https(shared, "127.0.0.1"))
    s3.create_bucket(Bucket="encrypted")
    content = os.urandom(5_000_000)
    s3.put_object(Bucket="encrypted", Key="large", Body=content)
    assert s3.get_object(Bucket="encrypted", Key="large")["Body"].read() == content


def test_the_aws_cli_works_with_the_bundle_it_is_told_of(shared):
    done = run(["aws", "kinesis", "list-streams", "--endpoint-url", https(shared)], shared,
               AWS_CA_BUNDLE=str(authority(shared)))
    assert done.returncode == 0, done.stderr
    assert "StreamNames" in json.loads(done.stdout)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_curl_agrees_on_a_version_of_http(shared, host, version):
    done = run(["curl", "--silent", "--show-error", "--cacert", str(authority(shared)), version, "--write-out",
                "%{http_version}", "--output", "/dev/null", https(shared, host) + "/_rivulet/health"], shared)
    assert done.stdout == version.removeprefix("--http"), done.stderr


NODE_CLIENT = """
const http2 = require('http2');
const session = http2.connect(process.argv[1]);
const request = session.request({':path': '/_rivulet/health'});
request.on('response', head => console.log(session.alpnProtocol, head[':status']));
request.on('end', () => session.close());
request.resume();
request.end();
"""


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")
def test_node_speaks_http2_through_tls(shared):
    node = ["node", "-e", NODE_CLIENT, https(shared)]
    assert run(node, shared, NODE_EXTRA_CA_CERTS=str(authority(shared))).stdout == "h2 200\n"
    assert "UNABLE_TO_VERIFY_LEAF_SIGNATURE" in run(node, shared).stderr


def test_http2_through_tls_carries_many_requests(shared):
    with Http2Client(shared, tls=trusting(shared)) as http2:
        streams = [http2.request(headers=kinesis_headers("ListStreams"), body=b"{}") for _ in range(50)]
        assert {http2.answer(stream)[0] for stream in streams} == {200}


@pytest.mark.parametrize("version, works", [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True),
                                            (ssl.TLSVersion.TLSv1_3, True)])
def test_tls_is_spoken_from_1_2(shared, version, works):
    context = trusting(shared)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
        if works:
            with context.wrap_socket(sock, server_hostname="localhost") as secure:
                assert secure.version() == version.name.replace("_", ".")
        else:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(sock, server_hostname="localhost")


def test_a_client_that_offers_no_protocol_the_server_knows_is_told_so(shared):
    context = trusting(shared)
    context.set_alpn_protocols(["spdy/3"])
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
        with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
            context.wrap_socket(sock, server_hostname="localhost")


def test_a_client_without_alpn_may_speak_either_version(shared):
    for first in (b"GET /_rivulet/health HTTP/1.1\r\nHost: x\r\n\r\n",
                  b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"):
        with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
            with trusting(shared).wrap_socket(sock, server_hostname="localhost") as secure:
                secure.sendall(first)
                answer = secure.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200") or answer[3] == 4


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01", b"\x16\x03\x01\x40\x00" + b"\x01" * 500, b"\x16\x03" * 1000,
                                     b"\x16\x03\x01\x00\x05hello" + b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x03\xff\xff"])
def test_what_only_looks_like_tls_ends_its_connection_and_hurts_nobody_else(shared, garbage):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
        try:
            sock.sendall(garbage)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
        except OSError:
            pass
    assert request(shared, "GET", "/_rivulet/health").status == 200


def test_the_authority_is_kept_and_its_key_is_for_nobody_else(rivulet):
    server = rivulet()
    before = authority(server).read_text()
    assert request(server, "GET", "/_rivulet/authority.pem").body.decode() == before
    for key in (server.data_dir / "tls").glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    server.restart()
    assert authority(server).read_text() == before
    assert boto3_over_tls(server).list_streams()["StreamNames"] == []


def test_more_names_can_be_asked_for(rivulet):
    server = rivulet(arguments=["--tls-names", "streams.test, 10.0.0.7"])
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
        with trusting(server).wrap_socket(sock, server_hostname="streams.test") as secure:
            names = {value for _, value in secure.getpeercert()["subjectAltName"]}
    assert {"streams.test", "10.0.0.7", "localhost", "127.0.0.1", socket.gethostname()} <= names


def test_a_certificate_of_ones_own_is_shown(rivulet, tmp_path):
    maker = rivulet()
    own = [str(tmp_path / name) for name in ("own.pem", "own.key")]
    shutil.copy(maker.data_dir / "tls" / "server.pem", own[0])
    shutil.copy(maker.data_dir / "tls" / "server.key", own[1])
    server = rivulet(arguments=["--tls-certificate", own[0], "--tls-key", own[1]])
    assert not (server.data_dir / "tls").exists()
    assert boto3_over_tls(server, verify=str(authority(maker))).list_streams()["StreamNames"] == []

    refused = rivulet(arguments=["--tls-certificate", own[0]], start=False)
    status, _, err = refused.fail_to_start()
    assert status == 1 and "tls_key" in err


def test_an_ephemeral_server_speaks_tls_and_gives_its_authority(rivulet, tmp_path):
    server = rivulet(arguments=["--ephemeral"])
    bundle = tmp_path / "authority.pem"
    bundle.write_bytes(request(server, "GET", "/_rivulet/authority.pem").body)
    assert boto3_over_tls(server, verify=str(bundle)).list_streams()["StreamNames"] == []


def test_the_cert_command_says_where_the_authority_is_and_makes_it_if_need_be(rivulet, tmp_path):
    data_dir = tmp_path / "fresh"
    done = run([str(BINARY), "cert", "--data-dir", str(data_dir)], None)
    assert done.returncode == 0, done.stderr
    made = data_dir / "tls" / "authority.pem"
    assert str(made) in done.stdout.splitlines()[2]
    for told in ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "keytool"):
        assert told in done.stdout
    server = rivulet(data_dir=data_dir)
    assert boto3_over_tls(server, verify=str(made)).list_streams()["StreamNames"] == []


def test_a_server_that_others_can_reach_says_so(rivulet):
    server = rivulet(arguments=["--bind", "0.0.0.0"])
    assert server.output.wait_for("Open to other machines", 5)
    assert rivulet().output.wait_for("Open to other machines", 0.2) is None
