"""`auth: sigv4`: real clients with right and wrong secrets."""

import base64
import datetime
import hashlib
import http.client
import textwrap
import urllib.parse
import urllib.request

import boto3
import botocore.auth
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from clients import request
from pipelines import configuration
from rivulet_server import Server, wait_until
from sigv4 import ChunkedUpload
from streams import create_stream, wait_active

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SESSION_KEY, SESSION_SECRET, SESSION_TOKEN = "ASIDEXAMPLE", "another/secret", "a+session/token=="
CONFIGURATION = f"""\
auth: sigv4
credentials:
  - access_key_id: {KEY}
    secret_access_key: {SECRET}
  - access_key_id: {SESSION_KEY}
    secret_access_key: {SESSION_SECRET}
    session_token: {SESSION_TOKEN}
    account: 111122223333
"""


@pytest.fixture(scope="module")
def verifying(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("verifying"), CONFIGURATION).start()
    yield server
    server.kill()
    print(f"--- what the server said last:\n{server.output.text()[-8000:]}")


def client(server, service, key=KEY, secret=SECRET, token=None, **config):
    return boto3.client(service, endpoint_url=server.url, region_name="us-east-1", aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token,
                        config=Config(retries={"max_attempts": 0}, **config))


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_kinesis_lets_the_right_secret_in(verifying):
    kinesis = client(verifying, "kinesis")
    create_stream(kinesis, "signed")
    kinesis.put_record(StreamName="signed", PartitionKey="k", Data=b"x" * 100_000)
    theirs = client(verifying, "kinesis", SESSION_KEY, SESSION_SECRET, SESSION_TOKEN)
    assert theirs.list_streams()["StreamNames"] == [], "another account's credentials"
    assert ":111122223333:" in create_stream(theirs, "own")["StreamARN"]


def test_kinesis_refuses_wrong_secrets_keys_and_tokens(verifying):
    code, message = refused(client(verifying, "kinesis", secret="guess").list_streams)
    assert code == "InvalidSignatureException"
    assert message.startswith(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this "
        "request should have been\n'POST\n/\n\ncontent-type:application/x-amz-json-1.1\n")
    unrecognized = ("UnrecognizedClientException", "The security token included in the request is invalid.")
    assert refused(client(verifying, "kinesis", key="NOBODY").list_streams) == unrecognized
    assert refused(client(verifying, "kinesis", SESSION_KEY, SESSION_SECRET).list_streams) == unrecognized
    assert refused(client(verifying, "kinesis", SESSION_KEY, SESSION_SECRET, "x").list_streams) == unrecognized


@pytest.fixture
def clock_off_by(monkeypatch):
    """Lets botocore sign for another time than now."""
    def shift(**difference):
        def shifted(*_, **__):
            return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(**difference)
        for name in ("get_current_datetime", "_get_current_datetime"):
            if hasattr(botocore.auth, name):
                monkeypatch.setattr(botocore.auth, name, shifted)
    return shift


def test_an_old_and_a_future_signature_have_expired(verifying, clock_off_by):
    clock_off_by(minutes=-6)
    code, message = refused(client(verifying, "kinesis").list_streams)
    assert code == "InvalidSignatureException" and message.startswith("Signature expired: ")
    assert " is now earlier than " in message and message.endswith(" - 5 min.)")
    clock_off_by(minutes=6)
    code, message = refused(client(verifying, "kinesis").list_streams)
    assert code == "InvalidSignatureException" and message.startswith("Signature not yet current: ")
    clock_off_by(minutes=-16)
    assert refused(client(verifying, "s3").list_buckets)[0] == "RequestTimeTooSkewed"
    clock_off_by(minutes=-6)
    client(verifying, "s3").list_buckets()


class QueryAuth(SigV4QueryAuth):
    """botocore's own would move the body into the query."""

    def payload(self, request):
        return hashlib.sha256(b"{}").hexdigest()


def test_kinesis_takes_a_presigned_request(verifying):
    def presigned(secret):
        signed = AWSRequest("POST", f"{verifying.url}/", headers={
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Kinesis_20131202.ListStreams"})
        QueryAuth(Credentials(KEY, secret), "kinesis", "us-east-1", expires=60).add_auth(signed)
        return request(verifying, path="/?" + urllib.parse.urlsplit(signed.url).query, body="{}", headers={
            **dict(signed.headers), "Host": f"127.0.0.1:{verifying.port}"})
    assert presigned(SECRET).status == 200
    assert presigned("guess").json()["__type"] == "InvalidSignatureException"


KEYS = ["plain", "two words", "a+b=c&d", "ü/ñ", "deep/er/key~", "per%20cent", "(a)!'*"]


def test_s3_lets_the_right_secret_in(verifying):
    s3 = client(verifying, "s3", s3={"addressing_style": "path"})
    bucket = "signed"
    s3.create_bucket(Bucket=bucket)
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), Metadata={"name": "some  value"})
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="two w")
    assert [entry["Key"] for entry in listed["Contents"]] == ["two words"]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "ü/ñ"})
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in KEYS]})


def test_s3_refuses_wrong_secrets_keys_and_nobody(verifying):
    assert refused(client(verifying, "s3", secret="guess").list_buckets) == (
        "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check "
                                 "your key and signing method.")
    assert refused(client(verifying, "s3", key="NOBODY").list_buckets)[0] == "InvalidAccessKeyId"
    assert refused(client(verifying, "s3", SESSION_KEY, SESSION_SECRET, "x").list_buckets)[0] == "InvalidToken"
    answer = request(verifying, "GET", "/some-bucket/key")
    assert answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.body


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_presigned_url_works_as_it_is_and_for_nothing_else(verifying):
    s3 = client(verifying, "s3", signature_version="s3v4", s3={"addressing_style": "path"})
    s3.create_bucket(Bucket="presigned")
    for name in ("a key", "other"):
        s3.put_object(Bucket="presigned", Key=name, Body=name.encode())
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "a key"}, ExpiresIn=60)
    assert fetch(url) == (200, b"a key")
    for changed in (url.replace("a%20key", "other"), url.replace("Expires=60", "Expires=600"), url + "&versionId=1"):
        status, body = fetch(changed)
        assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body
    guessed = client(verifying, "s3", secret="guess", signature_version="s3v4").generate_presigned_url(
        "get_object", Params={"Bucket": "presigned", "Key": "a key"})
    assert b"<Code>SignatureDoesNotMatch</Code>" in fetch(guessed)[1]


@pytest.mark.parametrize("trailing", [False, True], ids=["plain", "trailer"])
def test_an_upload_in_signed_chunks_is_stored_only_if_all_signatures_are_right(verifying, trailing):
    s3 = client(verifying, "s3", s3={"addressing_style": "path"})
    bucket = f"chunks-{trailing}".lower()
    s3.create_bucket(Bucket=bucket)
    chunks = [b"a" * 65536, b"b" * 1000]
    digest = base64.b64encode(hashlib.sha256(b"".join(chunks)).digest()).decode()

    def put(spoil=lambda body: body, secret=SECRET):
        upload = ChunkedUpload(KEY, secret, f"127.0.0.1:{verifying.port}", f"/{bucket}/k", chunks,
                               f"x-amz-checksum-sha256:{digest}" if trailing else None)
        connection = http.client.HTTPConnection("127.0.0.1", verifying.port, timeout=20)
        connection.request("PUT", f"/{bucket}/k", body=spoil(upload.body), headers=upload.headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    for spoiled in (put(lambda body: body.replace(b"bbb", b"bcb", 1)), put(secret="guess")):
        assert spoiled[0] == 403 and b"<Code>SignatureDoesNotMatch</Code>" in spoiled[1]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    assert put()[0] == 200
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"".join(chunks)


def test_handlers_are_let_in(rivulet):
    server = rivulet(config=CONFIGURATION + configuration("handler.py"), start=False)
    (server.directory / "handler.py").write_text(textwrap.dedent("""
        import os, boto3
        s3 = boto3.client("s3")
        def lambda_handler(event, context):
            for number, record in enumerate(event["Records"]):
                s3.put_object(Bucket=os.environ["BUCKET"], Key=f"{number}", Body=record["kinesis"]["partitionKey"])
    """))
    server.start()
    kinesis, s3 = client(server, "kinesis"), client(server, "s3")
    wait_active(kinesis, "events")
    kinesis.put_record(StreamName="events", PartitionKey="from the handler", Data=b"x")

    def stored():
        return s3.list_objects_v2(Bucket="results").get("Contents")
    wait_until(stored, 60, "the handler's object")
    assert s3.get_object(Bucket="results", Key="0")["Body"].read() == b"from the handler"


@pytest.mark.parametrize("config, complaint", [
    ("auth: sigv4\n", "auth: sigv4 lets nobody in without `credentials`"),
    ("auth: v4\n", "auth: expected none or sigv4"),
    ("credentials: [{access_key_id: a}]\n", 'credentials: "secret_access_key" is missing'),
    ("credentials: [{access_key_id: a, secret_access_key: b, account: 1}]\n", "expected an account id of 12 digits"),
    ("credentials:\n  - {access_key_id: a, secret_access_key: b}\n  - {access_key_id: a, secret_access_key: c}\n",
     'the access key id "a" comes twice'),
])
def test_settings_that_make_no_sense_are_refused(rivulet, config, complaint):
    status, _, err = rivulet(config=config, start=False).fail_to_start()
    assert status != 0 and complaint in err
