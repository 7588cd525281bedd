"""The wire itself: what clients that are no SDK, and SDKs in trouble, get to see."""

import base64
import json
import re
import socket

import pytest

from clients import authorization, client, connect, kinesis_headers, request
from streams import create_stream, read_stream

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def call(server, operation, body="{}", **changes):
    return request(server, body=body, headers=kinesis_headers(operation, **changes))


def test_the_health_page_answers_json(shared):
    answer = request(shared, "GET", "/_rivulet/health")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert isinstance(answer.json(), dict)


def test_every_answer_bears_the_two_request_ids(shared):
    for body in ("{}", "not json"):
        answer = call(shared, "ListStreams", body)
        assert re.fullmatch(UUID, answer.headers["x-amzn-RequestId"])
        assert len(base64.b64decode(answer.headers["x-amz-id-2"])) == 72


def test_an_answer_is_of_the_content_type_of_its_request(shared):
    answer = call(shared, "ListStreams")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert "StreamNames" in answer.json()


def test_the_path_of_a_request_is_not_looked_at(shared):
    answer = request(shared, path="/any/path?x=y", body="{}", headers=kinesis_headers("ListStreams"))
    assert answer.status == 200


def test_a_connection_is_used_again(shared):
    connection = connect(shared)
    for _ in range(5):
        connection.request("POST", "/", body="{}", headers=kinesis_headers("ListStreams"))
        sock = connection.sock
        response = connection.getresponse()
        assert response.status == 200
        response.read()
        assert connection.sock is sock
    connection.close()


def raw_request(operation, body, extra=""):
    headers = "".join(f"{name}: {value}\r\n" for name, value in kinesis_headers(operation).items())
    return f"POST / HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {len(body)}\r\n{extra}\r\n{body}".encode()


def exchange(server, data):
    """Sends the bytes and returns all that comes back until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
        sock.sendall(data)
        received = b""
        while chunk := sock.recv(65536):
            received += chunk
    return received


def test_pipelined_requests_are_answered_in_their_order(shared, kinesis):
    create_stream(kinesis, "pipelined")
    puts = [json.dumps({"StreamName": "pipelined", "PartitionKey": "k",
                        "Data": base64.b64encode(b"%d" % number).decode()}) for number in range(20)]
    received = exchange(shared, b"".join(raw_request("PutRecord", body) for body in puts) +
                        raw_request("ListStreams", "{}", "Connection: close\r\n"))
    assert received.count(b"HTTP/1.1 200 OK") == 21
    answered = re.findall(rb'"SequenceNumber":\s*"(\d+)"', received)
    records = read_stream(kinesis, "pipelined")
    assert [record["Data"] for record in records] == [b"%d" % number for number in range(20)]
    assert [record["SequenceNumber"].encode() for record in records] == answered


def test_a_chunked_body_is_a_body(shared):
    body = b"8\r\n{\"Limit\"\r\n4\r\n: 1}\r\n0\r\n\r\n"
    headers = "".join(f"{name}: {value}\r\n" for name, value in kinesis_headers("ListStreams").items())
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\n{headers}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert exchange(shared, head.encode() + body).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("garbage", [b"\r\n\r\n\r\n\r\n", b"nonsense\r\n\r\n", b"GET\r\n\r\n",
                                     b"\x00" * 100 + b"\r\n\r\n",
                                     b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
                                     b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"],
                         ids=["blank", "word", "method", "zeros", "length", "long"])
def test_what_is_no_http_ends_its_connection_and_hurts_nobody_else(shared, garbage):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
        try:
            sock.sendall(garbage)
            sock.shutdown(socket.SHUT_WR)
            answer = sock.recv(65536)
        except OSError:
            answer = b""
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert call(shared, "ListStreams").status == 200


def test_a_client_that_goes_away_in_the_middle_of_a_request_hurts_nobody_else(shared):
    for cut in (10, 60, 300):
        with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
            sock.sendall(raw_request("PutRecord", "x" * 1000)[:cut])
    assert call(shared, "ListStreams").status == 200


def test_anything_but_post_is_denied_in_xml(shared):
    headers = {"Authorization": authorization(), "X-Amz-Date": "20260101T000000Z"}
    for method in ("GET", "PUT", "DELETE"):
        answer = request(shared, method, headers=headers)
        assert answer.status == 403
        assert answer.body.decode().rstrip("\n") == (
            "<AccessDeniedException>\n"
            "  <Message>Unable to determine service/operation name to be authorized</Message>\n"
            "</AccessDeniedException>")


def test_an_unknown_content_type_with_a_target_is_an_unknown_operation(shared):
    answer = call(shared, "ListStreams", Content_Type="text/plain")
    assert (answer.status, answer.body) == (404, b"<UnknownOperationException/>\n")


def test_an_unknown_content_type_without_a_target_is_denied(shared):
    answer = call(shared, "ListStreams", Content_Type="text/plain", X_Amz_Target=None)
    assert answer.status == 403 and answer.body.startswith(b"<AccessDeniedException>")


@pytest.mark.parametrize("body, status, kind", [
    ("{", 400, "SerializationException"),
    (None, 400, "SerializationException"),
    ("{}", 404, "UnknownOperationException"),
])
def test_plain_json_is_let_in_only_to_be_refused(shared, body, status, kind):
    answer = call(shared, "ListStreams", body, Content_Type="application/json")
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"Output": {"__type": f"com.amazon.coral.service#{kind}"}, "Version": "1.0"}


@pytest.mark.parametrize("target", ["Kinesis_20131202.Unheard", "Kinesis_20131202.", "Nothing_1.ListStreams"])
def test_an_unknown_target_is_an_unknown_operation(shared, target):
    answer = call(shared, "ListStreams", X_Amz_Target=target)
    assert answer.status == 400
    assert answer.json() == {"__type": "UnknownOperationException"}


@pytest.mark.parametrize("body", ["{", "[]", "\"text\"", "12", "nonsense", "{}x"])
def test_a_body_that_is_no_json_object_is_a_serialization_error(shared, body):
    answer = call(shared, "ListStreams", body)
    assert (answer.status, answer.json()) == (400, {"__type": "SerializationException"})


def test_a_request_without_a_body_is_a_serialization_error(shared):
    answer = call(shared, "ListStreams", body=None)
    assert (answer.status, answer.json()) == (400, {"__type": "SerializationException"})


def test_a_request_without_credentials_is_told_so(shared):
    answer = call(shared, "ListStreams", Authorization=None, X_Amz_Date=None)
    assert answer.status in (400, 403)
    assert answer.json() == {"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"}


def test_an_authorization_without_its_parts_is_told_which(shared):
    answer = call(shared, "ListStreams", Authorization="AWS4-HMAC-SHA256 x=y", X_Amz_Date=None)
    assert answer.json() == {
        "__type": "IncompleteSignatureException",
        "message": "Authorization header requires 'Credential' parameter. "
                   "Authorization header requires 'Signature' parameter. "
                   "Authorization header requires 'SignedHeaders' parameter. "
                   "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                   "Authorization=AWS4-HMAC-SHA256 x=y"}


def test_credentials_in_header_and_query_at_once_are_refused(shared):
    headers = kinesis_headers("ListStreams")
    answer = request(shared, path="/?X-Amz-Algorithm=AWS4-HMAC-SHA256", body="{}", headers=headers)
    assert answer.json() == {
        "__type": "InvalidSignatureException",
        "message": "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."}


def test_a_signature_in_the_query_is_told_what_it_lacks(shared):
    headers = kinesis_headers("ListStreams", Authorization=None, X_Amz_Date=None)
    parts = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"]
    answer = request(shared, path="/?X-Amz-Algorithm=", body="{}", headers=headers)
    assert answer.json() == {
        "__type": "IncompleteSignatureException",
        "message": "".join(f"AWS query-string parameters must include '{part}'. " for part in parts) +
                   "Re-examine the query-string parameters."}
    whole = "/?" + "&".join(f"{part}=a" for part in parts)
    assert request(shared, path=whole, body="{}", headers=headers).status == 200


def test_the_checks_come_in_the_order_of_the_service(shared):
    """Syntax, target, credentials, types, constraints, resource: each request has all later faults too."""
    absent, nameless, mistyped = '{"StreamName": "absent"}', '{"StreamName": ""}', '{"StreamName": 1}'
    nobody = {"Authorization": None, "X_Amz_Date": None}

    def kind(body, operation="DescribeStream", **changes):
        return call(shared, operation, body, **changes).json()["__type"]
    assert kind("{", "Unheard", **nobody) == "SerializationException"
    assert kind(mistyped, "Unheard", **nobody) == "UnknownOperationException"
    assert kind(mistyped, **nobody) == "MissingAuthenticationTokenException"
    assert kind('{"StreamName": "", "Limit": "x"}') == "SerializationException"
    assert kind(nameless) == "ValidationException"
    assert kind(absent) == "ResourceNotFoundException"


@pytest.mark.parametrize("operation, body, text", [
    ("DescribeStream", {"StreamName": True}, "class java.lang.Boolean can not be converted to an String"),
    ("DescribeStream", {"StreamName": 1},
     "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String"),
    ("DescribeStream", {"StreamName": []}, "Start of list found where not expected"),
    ("DescribeStream", {"StreamName": {}}, "Start of structure or map found where not expected."),
    ("ListStreams", {"Limit": "1"}, "class java.lang.String can not be converted to an Integer"),
    ("ListStreams", {"Limit": True}, "class java.lang.Boolean can not be converted to an Integer"),
    ("DeleteStream", {"EnforceConsumerDeletion": "maybe"}, "'MAYBE' can not be converted to an Boolean"),
    ("DeleteStream", {"EnforceConsumerDeletion": 1},
     "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an Boolean"),
    ("CreateStream", {"Tags": "none"}, "Expected map or null"),
    ("CreateStream", {"Tags": []}, "Start of list found where not expected"),
    ("PutRecords", {"Records": {}}, "Start of structure or map found where not expected."),
    ("PutRecord", {"StreamName": "x", "PartitionKey": "k", "Data": "abc"},
     "'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
    ("PutRecord", {"StreamName": "x", "PartitionKey": "k", "Data": "ab*="},
     "'ab*=' can not be converted to a Blob: Invalid Base64 character: '*'"),
    ("PutRecords", {"StreamName": "x", "Records": "none"}, "Expected list or null"),
    ("PutRecords", {"StreamName": "x", "Records": [1]}, "Expected null"),
    ("GetShardIterator", {"StreamName": "x", "ShardId": "0", "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": "now"},
     "class java.lang.String can not be converted to milliseconds since epoch"),
])
def test_a_value_of_the_wrong_type_is_named_as_the_service_names_it(shared, operation, body, text):
    answer = call(shared, operation, json.dumps(body))
    assert answer.status == 400
    assert answer.json() == {"__type": "SerializationException", "Message": text}


def test_null_is_absence_and_unknown_members_are_ignored(shared):
    answer = call(shared, "ListStreams", json.dumps({"Limit": None, "Colour": "blue"}))
    assert answer.status == 200


def test_a_body_over_the_size_limit_is_too_large(shared):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as sock:
        sock.sendall(raw_request("PutRecords", "").replace(b"Content-Length: 0", b"Content-Length: 1000000000"))
        assert sock.recv(65536).startswith(b"HTTP/1.1 413 ")
    assert call(shared, "PutRecords", " " * 20_000_000 + "{}").status == 413
    assert call(shared, "ListStreams").status == 200


def test_a_browser_is_let_in(shared):
    answer = call(shared, "ListStreams", Origin="https://example.org")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Expose-Headers"] == (
        "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date")

    answer = request(shared, "OPTIONS", headers={
        "Origin": "https://example.org", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-amz-target"})
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type,x-amz-target"
    assert answer.headers["Access-Control-Max-Age"] == "172800"
    assert re.fullmatch(UUID, answer.headers["x-amzn-RequestId"])
    assert "x-amz-id-2" not in answer.headers


def test_many_connections_are_served_at_once(shared, kinesis):
    create_stream(kinesis, "crowd")
    connections = [connect(shared) for _ in range(200)]
    body = json.dumps({"StreamName": "crowd", "PartitionKey": "k", "Data": "eA=="})
    for connection in connections:
        connection.request("POST", "/", body=body, headers=kinesis_headers("PutRecord"))
    assert {connection.getresponse().status for connection in connections} == {200}
    for connection in connections:
        connection.close()
    assert len(read_stream(client(shared, "kinesis"), "crowd")) == 200
