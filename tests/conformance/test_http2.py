"""HTTP/2 in clear text, by prior knowledge and by upgrade: what good clients need and what others must not do."""

import base64
import json
import random
import shutil
import socket
import struct
import subprocess

import h2.errors
import h2.events
import pytest

import cbor
from clients import client, kinesis_headers, request
from http2_client import Http2Client
from rivulet_server import client_environment, wait_until
from streams import create_stream, read_stream

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, HEADERS, DATA, RST_STREAM, PING, CONTINUATION = 4, 1, 0, 3, 6, 9


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def put_body(stream, data, key="k"):
    return json.dumps({"StreamName": stream, "PartitionKey": key, "Data": base64.b64encode(data).decode()}).encode()


def is_healthy(server):
    return request(server, "GET", "/_rivulet/health").status == 200


def test_a_request_over_http2_is_answered_like_one_over_http1(shared):
    plain = request(shared, body="{}", headers=kinesis_headers("ListStreams"))
    with Http2Client(shared) as http2:
        status, headers, body = http2.answer(http2.request(headers=kinesis_headers("ListStreams"), body=b"{}"))
    assert (status, body) == (plain.status, plain.body)
    names = {name.lower() for name in plain.headers.keys()}
    assert {name for name in headers if not name.startswith(":")} == names
    assert headers["content-length"] == str(len(body))


def test_many_requests_run_beside_each_other_on_one_connection(shared, kinesis):
    create_stream(kinesis, "beside")
    with Http2Client(shared) as http2:
        streams = [http2.request(headers=kinesis_headers("PutRecord"), body=put_body("beside", b"%d" % number))
                   for number in range(100)]
        assert {http2.answer(stream)[0] for stream in streams} == {200}
    records = read_stream(kinesis, "beside")
    assert sorted(int(record["Data"]) for record in records) == list(range(100))


def test_a_body_larger_than_every_window_is_taken_whole(shared, kinesis):
    create_stream(kinesis, "large-bodies")
    records = [{"Data": base64.b64encode(bytes([65 + number]) * 1_000_000).decode(), "PartitionKey": "k"}
               for number in range(8)]
    body = json.dumps({"StreamName": "large-bodies", "Records": records}).encode()
    with Http2Client(shared) as http2:
        status, _, answer = http2.answer(http2.request(headers=kinesis_headers("PutRecords"), body=body))
    assert (status, json.loads(answer)["FailedRecordCount"]) == (200, 0)
    assert [record["Data"][:1] for record in read_stream(kinesis, "large-bodies")] == [b"%c" % (65 + n)
                                                                                      for n in range(8)]


def test_an_answer_larger_than_the_clients_window_comes_as_the_window_opens(shared, s3):
    s3.create_bucket(Bucket="windows")
    content = random.Random(1).randbytes(3_000_000)
    s3.put_object(Bucket="windows", Key="large", Body=content)
    with Http2Client(shared, receive_window=1000) as http2:
        status, headers, body = http2.answer(http2.request("GET", "/windows/large"))
    assert (status, headers["content-length"]) == (200, "3000000")
    assert body == content


def test_a_large_answer_of_records_is_whole_in_every_format_and_version(shared, kinesis):
    create_stream(kinesis, "large-answers")
    data = [random.Random(number).randbytes(70_000 + number) for number in range(12)]
    for start in range(0, len(data), 4):
        kinesis.put_records(StreamName="large-answers", Records=[
            {"Data": each, "PartitionKey": "k"} for each in data[start:start + 4]])
    iterator = kinesis.get_shard_iterator(StreamName="large-answers", ShardId="shardId-000000000000",
                                          ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    by_json = kinesis_headers("GetRecords"), json.dumps({"ShardIterator": iterator}).encode()
    by_cbor = (kinesis_headers("GetRecords", Content_Type="application/x-amz-cbor-1.1"),
               cbor.dumps({"ShardIterator": iterator}))

    def data_by_json(body):
        return [base64.b64decode(record["Data"]) for record in json.loads(body)["Records"]]

    def data_by_cbor(body):
        return [record["Data"] for record in cbor.loads(body)["Records"]]

    for (headers, body), data_of in ((by_json, data_by_json), (by_cbor, data_by_cbor)):
        plain = request(shared, headers=headers, body=body)
        assert plain.status == 200
        assert plain.headers["Content-Length"] == str(len(plain.body))
        assert data_of(plain.body) == data
        with Http2Client(shared, receive_window=50_000) as http2:
            status, fields, answer = http2.answer(http2.request(headers=headers, body=body))
        assert (status, fields["content-length"]) == (200, str(len(answer)))
        assert data_of(answer) == data


def test_a_client_that_takes_nothing_holds_up_no_other_stream(shared, s3):
    s3.create_bucket(Bucket="held-up")
    s3.put_object(Bucket="held-up", Key="large", Body=b"x" * 1_000_000)
    with Http2Client(shared, receive_window=10) as http2:
        http2.keep_windows_shut = True
        stuck = [http2.request("GET", "/held-up/large") for _ in range(20)]
        small = http2.request("HEAD", "/held-up/large")
        assert http2.answer(small)[0] == 200
        http2.h2.reset_stream(stuck[0])
        http2.flush()
        assert http2.answer(http2.request("HEAD", "/held-up/large"))[0] == 200


def test_a_body_that_is_not_what_its_length_says_resets_its_stream_alone(shared):
    with Http2Client(shared) as http2:
        longer = http2.request(headers={**kinesis_headers("ListStreams"), "content-length": "1"}, body=b"{}")
        reset = http2.wait_for(h2.events.StreamReset, longer)
        assert reset.error_code == h2.errors.ErrorCodes.PROTOCOL_ERROR
        shorter = http2.request(headers={**kinesis_headers("ListStreams"), "content-length": "9"}, body=b"{}")
        assert http2.wait_for(h2.events.StreamReset, shorter).error_code == h2.errors.ErrorCodes.PROTOCOL_ERROR
        assert http2.answer(http2.request(headers=kinesis_headers("ListStreams"), body=b"{}"))[0] == 200


def test_a_body_that_is_too_large_is_refused_before_it_has_come(shared):
    with Http2Client(shared) as http2:
        stream = http2.request(headers={**kinesis_headers("PutRecords"), "content-length": "1000000000"}, end=False)
        assert http2.wait_for(h2.events.ResponseReceived, stream).headers[0] == (":status", "413")
        # The rest is not wanted (RFC 9113, section 8.1).
        assert http2.wait_for(h2.events.StreamReset, stream).error_code == h2.errors.ErrorCodes.NO_ERROR
        assert http2.answer(http2.request(headers=kinesis_headers("ListStreams"), body=b"{}"))[0] == 200


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(shared):
    with Http2Client(shared) as http2:
        stream = http2.request(headers={**kinesis_headers("ListStreams"), "expect": "100-continue"}, end=False)
        told = http2.wait_for(h2.events.InformationalResponseReceived, stream)
        assert dict(told.headers) == {":status": "100"}
        http2.send(stream, b"{}", end=True)
        assert http2.answer(stream)[0] == 200


def test_trailers_end_a_request(shared):
    with Http2Client(shared) as http2:
        stream = http2.request(headers=kinesis_headers("ListStreams"), body=b"{}", end=False)
        http2.h2.send_headers(stream, [("x-checksum", "abc")], end_stream=True)
        http2.flush()
        assert http2.answer(stream)[0] == 200


def test_a_gigantic_header_is_too_large_and_the_connection_goes_on(shared):
    with Http2Client(shared) as http2:
        large = {**kinesis_headers("ListStreams"), **{f"x-{number}": "y" * 7000 for number in range(10)}}
        assert http2.answer(http2.request(headers=large, body=b"{}"))[0] == 431
        assert http2.answer(http2.request(headers=kinesis_headers("ListStreams"), body=b"{}"))[0] == 200


@pytest.mark.parametrize("field", [("Upper-Case", "x"), ("connection", "close"), ("transfer-encoding", "chunked"),
                                   ("te", "gzip"), ("x", "a\nb"), ("bad name", "x"), (":method", "GET"),
                                   ("content-length", "x"), ("host", "elsewhere")],
                         ids=lambda field: field[0].strip(":"))
def test_a_header_that_http2_does_not_allow_is_refused(shared, field):
    with Http2Client(shared) as http2:
        stream = http2.h2.get_next_available_stream_id()
        fields = [(":method", "GET"), (":scheme", "http"), (":authority", http2.authority), (":path", "/"), field]
        http2.h2.send_headers(stream, fields, end_stream=True)
        http2.flush()
        event = http2.wait_for((h2.events.StreamReset, h2.events.ResponseReceived), stream)
        if isinstance(event, h2.events.ResponseReceived):
            assert dict(event.headers)[":status"] == "400"
        else:
            assert event.error_code == h2.errors.ErrorCodes.PROTOCOL_ERROR
    assert is_healthy(shared)


def test_the_limit_of_streams_is_said_and_kept(shared):
    with Http2Client(shared) as http2:
        http2.wait_for(h2.events.RemoteSettingsChanged)
        most = http2.h2.remote_settings.max_concurrent_streams
        assert 100 <= most <= 1000
        # h2 keeps to the limit itself, so the frames are made by hand: POST / that stays open.
        for number in range(most):
            http2.raw(frame(HEADERS, 4, 2 * number + 1, b"\x83\x86\x84\x41\x01x"))
        http2.raw(frame(PING, 0, 0, b"all well"))
        assert http2.wait_for(h2.events.PingAckReceived)
        http2.raw(frame(HEADERS, 4, 2 * most + 1, b"\x83\x86\x84\x41\x01x"))
        assert http2.wait_for(h2.events.ConnectionTerminated).error_code == h2.errors.ErrorCodes.PROTOCOL_ERROR
    assert is_healthy(shared)


def settings_flood():
    return b"".join(frame(SETTINGS, 0, 0) for _ in range(20_000))


def ping_flood():
    return b"".join(frame(PING, 0, 0, b"12345678") for _ in range(20_000))


def rapid_reset():
    return b"".join(frame(HEADERS, 5, 2 * number + 1, b"\x83\x86\x84\x41\x01x") +
                    frame(RST_STREAM, 0, 2 * number + 1, struct.pack(">I", 8)) for number in range(5000))


def continuation_flood():
    return frame(HEADERS, 1, 1, b"\x83\x86\x84\x41\x01x") + b"".join(
        frame(CONTINUATION, 0, 1, b"\x00\x01a\x01b") for _ in range(10_000))


@pytest.mark.parametrize("flood", [settings_flood, ping_flood, rapid_reset, continuation_flood],
                         ids=lambda flood: flood.__name__)
def test_a_flood_ends_its_connection_and_hurts_nobody_else(shared, flood):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
        try:
            sock.sendall(PREFACE + frame(SETTINGS, 0, 0) + flood())
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
        except OSError:
            pass
    assert is_healthy(shared)


@pytest.mark.parametrize("name, data", [
    ("preface cut", PREFACE[:20]),
    ("preface wrong", b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + frame(SETTINGS, 0, 0)),
    ("no settings", PREFACE + frame(PING, 0, 0, b"12345678")),
    ("frame too large", PREFACE + frame(SETTINGS, 0, 0) + frame(DATA, 0, 1, b"x" * 20_000)),
    ("data on no stream", PREFACE + frame(SETTINGS, 0, 0) + frame(DATA, 0, 1, b"x")),
    ("even stream", PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, 5, 2, b"\x83\x86\x84\x41\x01x")),
    ("bad compression", PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, 5, 1, b"\xff\xff\xff\xff\xff\xff")),
    ("settings of odd size", PREFACE + frame(SETTINGS, 0, 0, b"12345")),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_connection_that_breaks_the_protocol_is_told_so_and_closed(shared, name, data):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := sock.recv(65536):
            received += chunk
    if name != "preface cut":
        assert b"\x07\x00\x00\x00\x00\x00" in received, "no GOAWAY"
    assert is_healthy(shared)


def test_random_frames_hurt_nobody_else(shared):
    chance = random.Random(4566)
    for _ in range(60):
        data = PREFACE + frame(SETTINGS, 0, 0)
        for _ in range(chance.randrange(1, 40)):
            payload = chance.randbytes(chance.choice([0, 1, 4, 5, 6, 8, 9, 40, 300]))
            data += frame(chance.randrange(0, 12), chance.choice([0, 1, 4, 5, 8, 0x24, 0xff]),
                          chance.choice([0, 1, 1, 3, 5, 2, 2**31 - 1]), payload)
        with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
            try:
                sock.sendall(data[:chance.randrange(len(data) // 2, len(data) + 1)])
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass
            except OSError:
                pass
    assert is_healthy(shared)


def test_a_client_that_vanishes_with_streams_open_hurts_nobody_else(shared):
    for _ in range(5):
        http2 = Http2Client(shared)
        for _ in range(50):
            http2.request(headers=kinesis_headers("PutRecords"), body=b"{", end=False)
        http2.socket.close()
    assert is_healthy(shared)


def test_a_change_whose_caller_resets_its_stream_is_still_followed_to_its_end(shared, kinesis):
    names = [f"reset-{number}" for number in range(30)]
    with Http2Client(shared) as http2:
        for name in names:
            body = json.dumps({"StreamName": name, "ShardCount": 1}).encode()
            stream = http2.request(headers=kinesis_headers("CreateStream"), body=body)
            http2.h2.reset_stream(stream)
            http2.flush()
        http2.answer(http2.request(headers=kinesis_headers("ListStreams"), body=b"{}"))

    def settled():
        found = {each["StreamName"]: each["StreamStatus"]
                 for page in kinesis.get_paginator("list_streams").paginate() for each in page["StreamSummaries"]}
        return all(found.get(name, "ACTIVE") == "ACTIVE" for name in names)

    wait_until(settled, 10, "the end of every CREATING")


def test_bodies_that_were_reset_leave_room_for_others_on_their_connection(shared, kinesis):
    create_stream(kinesis, "after-resets")
    with Http2Client(shared) as http2:
        for _ in range(40):
            stream = http2.request(headers=kinesis_headers("PutRecords"), body=bytes(200_000), end=False)
            http2.h2.reset_stream(stream)
            http2.flush()
        stream = http2.request(headers=kinesis_headers("PutRecord"), body=put_body("after-resets", b"x" * 600_000))
        assert http2.answer(stream)[0] == 200


def test_half_a_header_is_waited_for_as_long_as_any_header(rivulet):
    server = rivulet(environment={"RIVULET_HEADER_TIMEOUT": "400"})
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.settimeout(20)
        connection.sendall(PREFACE + frame(SETTINGS, 0, 0) + frame(HEADERS, 0, 1, bytes([0x83])))
        while connection.recv(4096):
            pass


def test_a_stopping_server_says_goodbye_and_finishes_what_runs(rivulet):
    server = rivulet()
    kinesis = client(server, "kinesis")
    create_stream(kinesis, "farewell")
    with Http2Client(server) as http2:
        body = put_body("farewell", b"last")
        running = http2.request(headers=kinesis_headers("PutRecord"), body=body[:10], end=False)
        assert http2.answer(http2.request(headers=kinesis_headers("ListStreams"), body=b"{}"))[0] == 200
        server.process.terminate()
        goaway = http2.wait_for(h2.events.ConnectionTerminated)
        assert (goaway.error_code, goaway.last_stream_id) == (h2.errors.ErrorCodes.NO_ERROR, running + 2)
        # The Python client takes a GOAWAY for the end; a real one sends the rest of what it began.
        http2.raw(frame(DATA, 1, running, body[10:]))
        received = b""
        while chunk := http2.socket.recv(65536):
            received += chunk
    assert b"SequenceNumber" in received
    assert server.process.wait(20) == 0
    server.start()
    assert [record["Data"] for record in read_stream(client(server, "kinesis"), "farewell")] == [b"last"]


def test_http1_is_left_for_http2_when_a_client_asks_for_it(shared):
    settings = base64.urlsafe_b64encode(struct.pack(">HI", 3, 100)).rstrip(b"=").decode()
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
        sock.sendall(b"GET /_rivulet/health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                     b"Upgrade: h2c\r\nHTTP2-Settings: " + settings.encode() + b"\r\n\r\n")
        received = b""
        while b"\r\n\r\n" not in received:
            received += sock.recv(65536)
        assert received.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
        sock.sendall(PREFACE + frame(SETTINGS, 0, 0))
        while b'"status"' not in received:
            chunk = sock.recv(65536)
            assert chunk
            received += chunk


@pytest.mark.parametrize("fields", ["Connection: Upgrade\r\nUpgrade: h2c\r\n",
                                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: ***\r\n",
                                    "Connection: Upgrade\r\nUpgrade: websocket\r\n"])
def test_an_upgrade_that_cannot_be_is_ignored(shared, fields):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
        sock.sendall(f"GET /_rivulet/health HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n".encode())
        assert sock.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


NODE_CLIENT = """
const http2 = require('http2');
const [url, number, fields, body] = process.argv.slice(1);
const count = Number(number), headers = JSON.parse(fields);
const session = http2.connect(url);
let answered = 0;
for (let i = 0; i < count; ++i) {
  const request = session.request({':method': 'POST', ':path': '/', ...headers});
  let text = '';
  request.on('response', head => { if (head[':status'] !== 200) { console.log(head); process.exit(1); } });
  request.on('data', piece => text += piece);
  request.on('end', () => {
    JSON.parse(text).SequenceNumber;
    if (++answered === count) { console.log('all'); session.close(); }
  });
  request.end(body);
}
"""


@pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")
def test_nodes_own_http2_client_puts_a_thousand_records_on_one_connection(shared, kinesis):
    create_stream(kinesis, "from-node")
    done = subprocess.run(["node", "-e", NODE_CLIENT, shared.url, "1000", json.dumps(kinesis_headers("PutRecord")),
                           put_body("from-node", b"x").decode()], capture_output=True, text=True, timeout=60,
                          env=client_environment())
    assert done.stdout == "all\n", done.stderr
    assert len(read_stream(kinesis, "from-node")) == 1000


def test_curl_speaks_http2_by_prior_knowledge_and_by_upgrade(shared):
    for flag in ("--http2-prior-knowledge", "--http2"):
        done = subprocess.run(["curl", "--silent", "--show-error", flag, "--write-out", "%{http_version} %{http_code}",
                               "--output", "/dev/null", shared.url + "/_rivulet/health"], capture_output=True,
                              text=True, timeout=20, env=client_environment())
        assert done.stdout == "2 200", done.stderr
