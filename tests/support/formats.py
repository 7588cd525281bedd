"""One Kinesis client a format, whose answers compare: bytes are bytes and times are times in both."""

import base64
import datetime
import json

import botocore.loaders

import cbor
from clients import connect, kinesis_headers

MODEL = botocore.loaders.create_loader().load_service_model("kinesis", "service-2", "2013-12-02")


def _to_json(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {key: _to_json(entry) for key, entry in value.items()}
    return [_to_json(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def _from_json(value, name):
    """What the model's shape `name` makes of a JSON value."""
    shape = MODEL["shapes"][name]
    if shape["type"] == "blob":
        return base64.b64decode(value, validate=True)
    if shape["type"] == "timestamp":
        return cbor.EPOCH + datetime.timedelta(milliseconds=round(value * 1000))
    if shape["type"] == "list":
        return [_from_json(entry, shape["member"]["shape"]) for entry in value]
    if shape["type"] == "structure":
        return {key: _from_json(entry, shape["members"][key]["shape"]) for key, entry in value.items()}
    return value


class Caller:
    """Calls operations by name, over one connection. An answer is (status, members)."""

    def __init__(self, server, kind):
        self.kind = kind
        self.connection = connect(server)

    def send(self, operation, body):
        headers = kinesis_headers(operation, Content_Type=f"application/x-amz-{self.kind}-1.1")
        self.connection.request("POST", "/", body=body, headers=headers)
        response = self.connection.getresponse()
        answer = response.read()
        if answer:
            assert response.headers["Content-Type"] == f"application/x-amz-{self.kind}-1.1"
        return response.status, answer

    def __call__(self, operation, **members):
        raise NotImplementedError


class JsonCaller(Caller):
    def __init__(self, server):
        super().__init__(server, "json")

    def __call__(self, operation, **members):
        status, body = self.send(operation, json.dumps(_to_json(members)))
        answer = json.loads(body) if body else {}
        output = MODEL["operations"].get(operation, {}).get("output")
        return status, _from_json(answer, output["shape"]) if status == 200 and output else answer


class CborCaller(Caller):
    def __init__(self, server):
        super().__init__(server, "cbor")

    def __call__(self, operation, **members):
        status, body = self.send(operation, cbor.dumps(members))
        return status, cbor.loads(body) if body else {}
