"""Bytes that are no UTF-8, where an answer tells again what a request said: every answer can be read."""

import json
import socket
import xml.etree.ElementTree as ElementTree

import pytest

import cbor
from clients import authorization, client, kinesis_headers, request

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
FOREIGN = authorization(access_key="caf\xff").encode("latin-1")
BROKEN = FOREIGN.replace(b"SignedHeaders=host;x-amz-date, ", b"")


def by_json(server, **headers):
    answer = request(server, body="{}", headers=kinesis_headers("ListStreams", **headers))
    return answer.status, json.loads(answer.body.decode("utf-8"))


def by_cbor(server, **headers):
    answer = request(server, body=b"\xa0", headers=kinesis_headers(
        "ListStreams", Content_Type="application/x-amz-cbor-1.1", **headers))
    return answer.status, cbor.loads(answer.body)


@pytest.mark.parametrize("ask", [by_json, by_cbor])
def test_a_header_that_an_error_tells_again_is_replaced_where_it_is_no_utf8(shared, ask):
    status, answer = ask(shared, Authorization=BROKEN)
    assert status == 400
    assert "caf" + REPLACEMENT in answer["message"]


@pytest.mark.parametrize("ask", [by_json, by_cbor])
def test_a_name_that_is_no_utf8_is_no_document(shared, ask):
    body = {by_json: b'{"StreamName":"\xff"}', by_cbor: b"\xa1\x6aStreamName\x61\xff"}[ask]
    kind = {by_json: "json", by_cbor: "cbor"}[ask]
    answer = request(shared, body=body, headers=kinesis_headers(
        "DescribeStream", Content_Type=f"application/x-amz-{kind}-1.1"))
    assert answer.status == 400
    assert b"SerializationException" in answer.body and b"\xff" not in answer.body


@pytest.mark.parametrize("path", [
    "/foreign?list-type=2&prefix=caf%FF", "/foreign?prefix=caf%FF&delimiter=%FF", "/foreign?marker=caf%C3",
    "/foreign?list-type=2&start-after=caf%ED%A0%80",
])
def test_a_parameter_that_s3_tells_again_is_replaced_where_it_is_no_utf8(shared, path):
    client(shared, "s3").create_bucket(Bucket="foreign")
    answer = request(shared, "GET", path, headers={
        "Authorization": authorization("s3"), "X-Amz-Date": "20260101T000000Z"})
    told = ElementTree.fromstring(answer.body.decode("utf-8"))
    assert "caf" + REPLACEMENT in "".join(told.itertext())


@pytest.mark.parametrize("target", [b"/foreign/%FF", b"/foreign/caf\xff", b"/caf\xff/key"])
def test_a_path_that_an_error_of_s3_tells_again_can_be_read(shared, target):
    lines = [b"GET " + target + b" HTTP/1.1", b"Host: localhost", b"Connection: close", b"X-Amz-Date: 20260101T000000Z",
             b"Authorization: " + authorization("s3").encode()]
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 4")
    if body:
        ElementTree.fromstring(body.decode("utf-8"))
