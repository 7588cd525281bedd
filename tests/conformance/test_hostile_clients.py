"""Clients that are slow, greedy, broken or hostile on HTTP/1.1: each costs itself its connection, and nobody else."""

import re
import resource
import socket
import time

import pytest

from clients import connect, kinesis_headers, request
from rivulet_server import wait_until

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
QUICK = ["--idle-timeout", "1500", "--header-timeout", "600", "--body-timeout", "600"]


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """A server whose patience is short enough for a test."""
    from rivulet_server import Server
    server = Server(tmp_path_factory.mktemp("impatient"), arguments=QUICK).start()
    yield server
    server.kill()


def dial(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def read_to_end(sock):
    received = b""
    try:
        while chunk := sock.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def is_healthy(server):
    return request(server, "GET", "/_rivulet/health").status == 200


def drip(sock, data, pause):
    """Sends byte by byte until the other side closes; returns the seconds that took."""
    begun = time.monotonic()
    sock.settimeout(pause)
    for byte in data:
        try:
            sock.sendall(bytes([byte]))
            if not sock.recv(65536):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - begun


def test_a_header_that_comes_byte_by_byte_does_not_get_more_time(impatient):
    with dial(impatient) as sock:
        assert drip(sock, HEAD + b"X: " + b"x" * 1000, 0.05) < 10
    assert is_healthy(impatient)


def test_a_body_that_comes_byte_by_byte_is_given_up(impatient):
    headers = "".join(f"{name}: {value}\r\n" for name, value in kinesis_headers("ListStreams").items()).encode()
    for framing in (b"Content-Length: 100000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n186a0\r\n"):
        with dial(impatient) as sock:
            sock.sendall(HEAD + headers + framing)
            assert drip(sock, b" " * 1000, 0.05) < 10
    assert is_healthy(impatient)


def test_a_slow_body_that_goes_on_is_taken(impatient):
    body = b"{" + b" " * 100_000 + b"}"
    with dial(impatient) as sock:
        headers = "".join(f"{name}: {value}\r\n" for name, value in kinesis_headers("ListStreams").items()).encode()
        sock.sendall(HEAD + headers + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body))
        for at in range(0, len(body), 20_000):
            time.sleep(0.2)  # what a slow network does: the whole takes longer than the time for 16 KiB
            sock.sendall(body[at:at + 20_000])
        assert read_to_end(sock).startswith(b"HTTP/1.1 200 ")


def test_a_connection_that_says_nothing_is_closed(impatient):
    with dial(impatient) as silent, dial(impatient) as half_a_preface, dial(impatient) as half_a_handshake:
        half_a_preface.sendall(b"PRI * HT")
        half_a_handshake.sendall(b"\x16\x03\x01\x02\x00\x01")
        for sock in (silent, half_a_preface, half_a_handshake):
            assert read_to_end(sock) == b""


def test_an_idle_http2_connection_is_told_goodbye(impatient):
    with dial(impatient) as sock:
        sock.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        assert b"\x07\x00\x00\x00\x00\x00" in read_to_end(sock)


def test_an_http2_body_that_does_not_come_is_given_up(impatient):
    from http2_client import Http2Client
    with Http2Client(impatient) as http2:
        http2.request(headers=kinesis_headers("ListStreams"), body=b"{", end=False)
        http2.until_closed()
    assert is_healthy(impatient)


def test_a_client_that_takes_no_answer_is_given_up(impatient, tmp_path):
    from clients import client
    s3 = client(impatient, "s3")
    s3.create_bucket(Bucket="untaken")
    s3.put_object(Bucket="untaken", Key="large", Body=b"x" * 20_000_000)
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(20)
        sock.connect(("127.0.0.1", impatient.port))
        sock.sendall(b"GET /untaken/large HTTP/1.1\r\nHost: s3.localhost\r\n\r\n")

        def closed_by_server():
            rows = open("/proc/net/tcp").read().splitlines()[1:]
            mine = f":{sock.getsockname()[1]:04X}"
            return not any(row.split()[2].endswith(mine) and row.split()[3] == "01" for row in rows)

        wait_until(closed_by_server, 15, "the server giving up")
    assert is_healthy(impatient)


def test_a_gigantic_header_is_too_large(shared):
    for head, status in ((HEAD + b"X: " + b"x" * 200_000, b"431"), (HEAD + b"X: y\r\n" * 50_000, b"431"),
                         (b"GET /" + b"x" * 200_000, b"414")):
        with dial(shared) as sock:
            try:
                sock.sendall(head)
            except OSError:
                pass
            assert read_to_end(sock).startswith(b"HTTP/1.1 " + status)
    assert is_healthy(shared)


SMUGGLING = {
    "both lengths": b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both the other way": b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "the same length twice": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\n{}",
    "a signed length": b"Content-Length: +2\r\n\r\n{}",
    "a hexadecimal length": b"Content-Length: 0x2\r\n\r\n{}",
    "a negative length": b"Content-Length: -2\r\n\r\n{}",
    "an overflowing length": b"Content-Length: 18446744073709551618\r\n\r\n{}",
    "chunked twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked not last": b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "another coding": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "hidden chunked": b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Content-Length : 2\r\n\r\n{}",
    "a folded line": b"X: a\r\n Content-Length: 2\r\n\r\n{}",
    "a bare line feed": b"X: a\nContent-Length: 2\r\n\r\n{}",
    "a bare carriage return": b"X: a\rContent-Length: 2\r\n\r\n{}",
    "a zero byte": b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "a second host": b"Host: elsewhere\r\nContent-Length: 2\r\n\r\n{}",
    "a name with a space": b"Bad Name: x\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("form", SMUGGLING)
def test_a_request_that_two_servers_could_read_differently_is_refused(shared, form):
    headers = "".join(f"{name}: {value}\r\n" for name, value in kinesis_headers("ListStreams").items()).encode()
    with dial(shared) as sock:
        sock.sendall(HEAD + headers + SMUGGLING[form] + b"GET /_rivulet/health HTTP/1.1\r\nHost: x\r\n\r\n")
        sock.shutdown(socket.SHUT_WR)
        received = read_to_end(sock)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("chunks", [b"x\r\n{}\r\n0\r\n\r\n", b"2\n{}\n0\n\n", b"-2\r\n{}\r\n0\r\n\r\n",
                                    b"2\r\n{}0\r\n\r\n", b"fffffffffffffffff\r\n{}",
                                    b"2;" + b"x" * 500_000 + b"\r\n{}\r\n0\r\n\r\n"],
                         ids=["no number", "bare line feeds", "negative", "no line end", "too large", "long extension"])
def test_a_chunk_that_is_none_ends_the_request(shared, chunks):
    headers = "".join(f"{name}: {value}\r\n" for name, value in kinesis_headers("ListStreams").items()).encode()
    with dial(shared) as sock:
        try:
            sock.sendall(HEAD + headers + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        assert b" 200 " not in read_to_end(sock)
    assert is_healthy(shared)


def test_a_body_shorter_than_it_was_said_to_be_changes_nothing(shared, kinesis):
    headers = "".join(f"{name}: {value}\r\n" for name, value in kinesis_headers("CreateStream").items()).encode()
    with dial(shared) as sock:
        sock.sendall(HEAD + headers + b'Content-Length: 100\r\n\r\n{"StreamName":"cut-short","ShardCount":1}')
        sock.shutdown(socket.SHUT_WR)
        assert b" 200 " not in read_to_end(sock)
    assert "cut-short" not in kinesis.list_streams()["StreamNames"]


def test_what_follows_a_body_is_another_request(shared):
    headers = "".join(f"{name}: {value}\r\n" for name, value in kinesis_headers("ListStreams").items()).encode()
    with dial(shared) as sock:
        sock.sendall(HEAD + headers + b"Content-Length: 2\r\n\r\n{}more than was said\r\n\r\n")
        sock.shutdown(socket.SHUT_WR)
        received = read_to_end(sock)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert re.findall(rb"HTTP/1.1 (\d)", received) in ([b"2", b"4"], [b"2", b"5"])


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(shared):
    headers = "".join(f"{name}: {value}\r\n" for name, value in kinesis_headers("ListStreams").items()).encode()
    with dial(shared) as sock:
        sock.sendall(HEAD + headers + b"Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        assert sock.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"{}")
        assert read_to_end(sock).startswith(b"HTTP/1.1 200 ")
    with dial(shared) as sock:
        sock.sendall(HEAD + headers + b"Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")
        assert read_to_end(sock).startswith(b"HTTP/1.1 413 ")


def test_a_compressed_body_is_no_json_for_a_service_that_takes_none(shared):
    import gzip
    body = gzip.compress(b"{}")
    answer = request(shared, body=body, headers=kinesis_headers("ListStreams", Content_Encoding="gzip"))
    assert (answer.status, answer.json()) == (400, {"__type": "SerializationException"})


def resident_bytes(server):
    with open(f"/proc/{server.process.pid}/statm") as facts:
        return int(facts.read().split()[1]) * resource.getpagesize()


def test_connections_above_the_limit_are_told_to_come_again(rivulet):
    server = rivulet(arguments=["--connection-limit", "20"])
    held = [dial(server) for _ in range(20)]
    wait_until(lambda: refused(server), 10, "the limit being reached")
    held.pop().close()
    wait_until(lambda: is_healthy(server), 10, "a place becoming free")
    for sock in held:
        sock.close()
    assert server.stop() == 0


def refused(server):
    answer = request(server, "GET", "/_rivulet/health")
    return answer.status == 503 and int(answer.headers["Retry-After"]) > 0


def test_thousands_of_idle_connections_cost_little_and_leave_room_for_others(rivulet):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = rivulet()
    before = resident_bytes(server)
    idle = []
    try:
        for _ in range(3000):
            idle.append(dial(server))
        for sock in idle[:500]:
            sock.sendall(b"GET /_rivulet/health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert sock.recv(4096).startswith(b"HTTP/1.1 200")
        assert is_healthy(server)
        grown = resident_bytes(server) - before
        assert grown < 3000 * 16 * 1024, f"{grown} bytes for {len(idle)} connections"
    finally:
        for sock in idle:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert server.stop() == 0
