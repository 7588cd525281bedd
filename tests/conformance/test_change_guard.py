"""What changes the server under /_rivulet/ is done for this machine alone, and for no page that a browser shows."""

import json
import socket

import pytest

from clients import request
from http2_client import Http2Client


def ask(server, directory, **headers):
    headers = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return request(server, "POST", "/_rivulet/snapshots", json.dumps({"directory": str(directory)}), headers)


@pytest.mark.parametrize("status, headers", [
    (403, {"Origin": "http://example.com"}),
    (403, {"Origin": "http://127.0.0.1.example.com"}),
    (403, {"Origin": "null"}),
    (415, {"Content_Type": "text/plain"}),
    (415, {"Content_Type": "application/x-www-form-urlencoded"}),
])
def test_a_page_of_elsewhere_gets_no_snapshot(shared, tmp_path, status, headers):
    answer = ask(shared, tmp_path / "snapshot", **headers)
    assert answer.status == status
    assert set(answer.json()) == {"error"}
    assert not (tmp_path / "snapshot").exists()


def test_a_page_of_this_machine_gets_one(shared, tmp_path):
    answer = ask(shared, tmp_path / "snapshot", Origin=f"http://localhost:{shared.port}")
    assert answer.status == 200
    assert (tmp_path / "snapshot" / "snapshot.json").exists()


def test_http2_from_this_machine_gets_one(shared, tmp_path):
    with Http2Client(shared) as http2:
        body = json.dumps({"directory": str(tmp_path / "snapshot")}).encode()
        stream = http2.request("POST", "/_rivulet/snapshots", {"content-type": "application/json"}, body)
        assert http2.answer(stream)[0] == 200


def own_address():
    """An address of this machine that is not loopback, or None. Nothing is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address


def test_another_address_gets_none_but_may_ask_how_the_server_is(rivulet, tmp_path):
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    server = rivulet(arguments=["--bind", "0.0.0.0"])
    body = json.dumps({"directory": str(tmp_path / "snapshot")})
    headers = {"Content-Type": "application/json"}
    answer = request(server, "POST", "/_rivulet/snapshots", body, headers, host=address)
    assert answer.status == 403 and set(answer.json()) == {"error"}
    assert not (tmp_path / "snapshot").exists()
    assert request(server, "GET", "/_rivulet/health", host=address).status == 200
    assert request(server, "POST", "/_rivulet/snapshots", body, headers).status == 200
