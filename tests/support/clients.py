"""The clients that the tests speak to a server with: boto3, the AWS CLI, and bare HTTP."""

import http.client
import json
import subprocess

import boto3
from botocore.config import Config

from rivulet_server import VENV, client_environment

REGION = "us-east-1"
ACCOUNT = "000000000000"
AUTHORIZATION = ("AWS4-HMAC-SHA256 Credential={access_key}/20260101/{region}/{service}/aws4_request, "
                 "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64)


def client(server, service, region=REGION, access_key="test", **config):
    """A boto3 client for `server` that does not hide a failure behind retries."""
    config.setdefault("retries", {"max_attempts": 0})
    config.setdefault("connect_timeout", 5)
    config.setdefault("read_timeout", 60)
    return boto3.client(service, endpoint_url=server.url, region_name=region, aws_access_key_id=access_key,
                        aws_secret_access_key="test", config=Config(**config))


def aws(server, *arguments, check=True, input=None, region=REGION):
    """Runs the AWS CLI as a user would; returns the finished process, with text output."""
    environment = client_environment()
    environment.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION=region,
                       AWS_ENDPOINT_URL=server.url, AWS_CONFIG_FILE="/dev/null", AWS_PAGER="")
    result = subprocess.run([str(VENV / "bin" / "aws"), *arguments], env=environment, input=input, text=True,
                            capture_output=True, timeout=60)
    if check and result.returncode != 0:
        raise AssertionError(f"aws {' '.join(arguments)}: exit status {result.returncode}\n"
                             f"{result.stdout}{result.stderr}")
    return result


def aws_json(server, *arguments):
    return json.loads(aws(server, *arguments, "--output", "json").stdout)


def authorization(service="kinesis", access_key="test", region=REGION):
    """An Authorization header of the right form; a local server does not check the signature."""
    return AUTHORIZATION.format(access_key=access_key, region=region, service=service)


def kinesis_headers(operation, **changes):
    """The headers of a Kinesis request; a change of None leaves one out. Underscores stand for hyphens."""
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": f"Kinesis_20131202.{operation}",
        "X-Amz-Date": "20260101T000000Z",
        "Authorization": authorization(),
    }
    for name, value in changes.items():
        name = next((known for known in headers if known.lower() == name.replace("_", "-").lower()),
                    name.replace("_", "-"))
        if value is None:
            headers.pop(name, None)
        else:
            headers[name] = value
    return headers


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


def connect(server, host="127.0.0.1"):
    return http.client.HTTPConnection(host, server.port, timeout=20)


def request(server, method="POST", path="/", body=None, headers=None, host="127.0.0.1"):
    """One request on a connection of its own, sent just as given."""
    connection = connect(server, host)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()
