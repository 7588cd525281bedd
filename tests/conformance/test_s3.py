"""The object store by boto3, the AWS CLI and bare HTTP, and the files it keeps the objects in."""

import hashlib
import socket
import urllib.error
import urllib.parse
import urllib.request

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from clients import authorization, aws, client, request
from rivulet_server import wait_until


@pytest.fixture
def bucket(s3, request):
    name = "b-" + hashlib.md5(request.node.nodeid.encode()).hexdigest()
    s3.create_bucket(Bucket=name)
    return name


def folder(server, bucket):
    return server.data_dir / "s3" / bucket


def tree(directory):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def keys(s3, bucket, **more):
    return [entry["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, **more)
            for entry in page.get("Contents", [])]


def test_an_object_comes_back_byte_for_byte_with_what_was_said_of_it(s3, bucket):
    body = bytes(range(256)) * 1000
    put = s3.put_object(Bucket=bucket, Key="a/b/c.bin", Body=body, ContentType="image/png",
                        Metadata={"colour": "blue"}, CacheControl="no-cache")
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="a/b/c.bin")
    assert got["Body"].read() == body
    head = s3.head_object(Bucket=bucket, Key="a/b/c.bin")
    for answer in (got, head):
        assert answer["ContentLength"] == len(body)
        assert answer["ContentType"] == "image/png"
        assert answer["Metadata"] == {"colour": "blue"}
        assert answer["CacheControl"] == "no-cache"
        assert answer["ETag"] == put["ETag"]


def test_an_object_is_a_plain_file_in_the_folder_of_its_bucket(shared, s3, bucket):
    s3.put_object(Bucket=bucket, Key="2026-01-31/42.json", Body=b'{"x": 1}\n')
    assert (folder(shared, bucket) / "2026-01-31" / "42.json").read_bytes() == b'{"x": 1}\n'


def test_a_file_dropped_into_the_folder_is_an_object(shared, s3, bucket):
    (folder(shared, bucket) / "by-hand").mkdir()
    (folder(shared, bucket) / "by-hand" / "x.txt").write_text("hello")
    assert keys(s3, bucket) == ["by-hand/x.txt"]
    assert s3.get_object(Bucket=bucket, Key="by-hand/x.txt")["Body"].read() == b"hello"


def test_a_put_replaces_and_a_delete_removes(shared, s3, bucket):
    for body in (b"first", b"second, and longer"):
        s3.put_object(Bucket=bucket, Key="d/x", Body=body)
        assert s3.get_object(Bucket=bucket, Key="d/x")["Body"].read() == body
    s3.delete_object(Bucket=bucket, Key="d/x")
    s3.delete_object(Bucket=bucket, Key="d/x")
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="d/x")
    assert caught.value.response["Error"]["Code"] == "NoSuchKey"
    assert caught.value.response["Error"]["Message"] == "The specified key does not exist."
    assert tree(folder(shared, bucket)) == []


def test_absent_keys_and_buckets_are_told_apart(s3, bucket):
    with pytest.raises(ClientError) as caught:
        s3.head_object(Bucket=bucket, Key="absent")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket="no-such-bucket-here", Key="absent")
    assert caught.value.response["Error"]["Code"] == "NoSuchBucket"
    assert caught.value.response["Error"]["Message"] == "The specified bucket does not exist"


def test_buckets_are_listed(s3, bucket):
    listed = {entry["Name"]: entry["CreationDate"] for entry in s3.list_buckets()["Buckets"]}
    assert bucket in listed


@pytest.mark.parametrize("name", ["Upper", "ab", "a" * 64, "under_score", "-dash", "dot..dot", "192.168.1.1", ".meta"])
def test_a_bad_bucket_name_is_refused_and_makes_no_folder(shared, name):
    before = tree(shared.data_dir / "s3") if (shared.data_dir / "s3").exists() else []
    answer = request(shared, "PUT", "/" + name, headers={"Authorization": authorization("s3"),
                                                         "X-Amz-Date": "20260101T000000Z"})
    assert answer.status == 400, answer.body
    assert b"<Code>InvalidBucketName</Code>" in answer.body
    assert (tree(shared.data_dir / "s3") if (shared.data_dir / "s3").exists() else []) == before


HARD_KEYS = ["../../x", "..", ".", "a//b", "/leading", "trailing/", "//", "a/../../../etc/passwd", "./x", "a/./b",
             "%2e%2e/x", "%", "a%2Fb", "sp ace", "plus+sign", "quest?ion", "ha#sh", "new\nline", "tab\t", "käse/猫",
             "😀", "back\\slash", "quote\"'&<>", "~", "*", "a" * 255, "a" * 256, "é" * 512, "猫" * 341, "x" * 1024,
             "/".join("d" * 3 for _ in range(255))]


def test_hard_keys_are_keys_like_others_and_stay_in_the_bucket(shared, s3, bucket):
    assert all(len(key.encode()) <= 1024 for key in HARD_KEYS)
    around = sorted(path.name for path in shared.data_dir.parent.iterdir())
    inside = sorted(path.name for path in shared.data_dir.iterdir())
    for number, key in enumerate(HARD_KEYS):
        s3.put_object(Bucket=bucket, Key=key, Body=b"%d" % number)
    for number, key in enumerate(HARD_KEYS):
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"%d" % number, key
    assert keys(s3, bucket) == sorted(HARD_KEYS, key=str.encode)
    for path in folder(shared, bucket).rglob("*"):
        assert path.resolve().is_relative_to(folder(shared, bucket).resolve())
    assert sorted(path.name for path in shared.data_dir.parent.iterdir()) == around
    assert sorted(path.name for path in shared.data_dir.iterdir()) == inside
    for key in HARD_KEYS:
        s3.delete_object(Bucket=bucket, Key=key)
    assert keys(s3, bucket) == []
    assert tree(folder(shared, bucket)) == []


@pytest.mark.parametrize("path", ["../../x", "%2e%2e/%2e%2e/x", "..%2f..%2fx", "a/../../../x"])
def test_a_path_that_climbs_stays_in_the_bucket(shared, s3, bucket, path):
    headers = {"Authorization": authorization("s3"), "X-Amz-Date": "20260101T000000Z"}
    answer = request(shared, "PUT", f"/{bucket}/{path}", body=b"climber", headers=headers)
    assert answer.status == 200, answer.body
    assert keys(s3, bucket) == [urllib.parse.unquote(path)]
    assert not (shared.data_dir / "x").exists() and not (shared.data_dir / "s3" / "x").exists()


def test_a_key_of_more_than_1024_bytes_is_too_long(s3, bucket):
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="x" * 1025, Body=b"")
    assert caught.value.response["Error"]["Code"] == "KeyTooLongError"


def test_a_key_may_be_the_beginning_of_another(s3, bucket):
    for key in ("a", "a/b", "a/b/c", "z/y/x", "z/y", "z"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert keys(s3, bucket) == ["a", "a/b", "a/b/c", "z", "z/y", "z/y/x"]
    for key in keys(s3, bucket):
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()


def test_a_symbolic_link_leads_nowhere(shared, s3, bucket, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (folder(shared, bucket) / "link").symlink_to(tmp_path)
    with pytest.raises(ClientError):
        s3.get_object(Bucket=bucket, Key="link/secret")
    with pytest.raises(ClientError):
        s3.put_object(Bucket=bucket, Key="link/planted", Body=b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret"]


def test_a_listing_has_prefixes_delimiters_and_pages(s3, bucket):
    names = sorted(f"{day}/{number:03}.json" for day in ("2026-01-01", "2026-01-02") for number in range(60))
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=b"x")
    assert keys(s3, bucket, PaginationConfig={"PageSize": 7}) == names
    assert keys(s3, bucket, Prefix="2026-01-02/") == names[60:]
    assert keys(s3, bucket, StartAfter=names[100]) == names[101:]
    grouped = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [entry["Prefix"] for entry in grouped["CommonPrefixes"]] == ["2026-01-01/", "2026-01-02/"]
    assert grouped["KeyCount"] == 2 and "Contents" not in grouped
    first = s3.list_objects_v2(Bucket=bucket, MaxKeys=50)
    assert (first["IsTruncated"], first["KeyCount"]) == (True, 50)
    assert {"Size": 1, "ETag": '"9dd4e461268c8034f5c8564e155c67a6"'}.items() <= first["Contents"][0].items()


def test_a_range_of_an_object_is_read(s3, bucket):
    s3.put_object(Bucket=bucket, Key="range", Body=b"0123456789")
    for asked, wanted in (("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-3", b"789"),
                          ("bytes=0-99", b"0123456789")):
        answer = s3.get_object(Bucket=bucket, Key="range", Range=asked)
        assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Body"].read()) == (206, wanted)
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="range", Range="bytes=10-")
    assert caught.value.response["Error"]["Code"] == "InvalidRange"


def test_a_body_that_is_not_what_its_digest_says_is_not_stored(s3, bucket):
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="digest", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert caught.value.response["Error"]["Code"] == "BadDigest"
    assert keys(s3, bucket) == []


def test_the_aws_cli_lists_and_copies(shared, s3, bucket, tmp_path):
    source = tmp_path / "source.txt"
    source.write_text("hello\n" * 1000)
    aws(shared, "s3", "cp", str(source), f"s3://{bucket}/dir/copied.txt")
    listed = aws(shared, "s3", "ls", "--recursive", f"s3://{bucket}").stdout.split()
    assert listed[2:] == ["6000", "dir/copied.txt"]
    aws(shared, "s3", "cp", f"s3://{bucket}/dir/copied.txt", str(tmp_path / "back.txt"))
    assert (tmp_path / "back.txt").read_text() == source.read_text()


def test_objects_and_their_metadata_survive_kill_9(rivulet):
    server = rivulet()
    s3 = client(server, "s3")
    s3.create_bucket(Bucket="durable")
    for number in range(20):
        s3.put_object(Bucket="durable", Key=f"d/{number}", Body=b"%d" % number, Metadata={"number": str(number)})
    created = s3.list_buckets()["Buckets"]
    server.restart_after_kill()
    s3 = client(server, "s3")
    assert s3.list_buckets()["Buckets"] == created
    for number in range(20):
        answer = s3.get_object(Bucket="durable", Key=f"d/{number}")
        assert answer["Body"].read() == b"%d" % number
        assert answer["Metadata"] == {"number": str(number)}


def test_what_is_not_supported_says_so(s3, bucket):
    with pytest.raises(ClientError) as caught:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert caught.value.response["Error"]["Code"] == "NotImplemented"


def refused(code, call, **arguments):
    """Makes a call that must be refused with that code; returns the error."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    return caught.value.response


def test_a_bucket_and_its_objects_live_and_die_by_the_aws_cli(shared, tmp_path):
    source = tmp_path / "source"
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.txt"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    aws(shared, "s3", "mb", "s3://by-the-cli")
    assert "by-the-cli" in aws(shared, "s3", "ls").stdout
    aws(shared, "s3", "cp", "--recursive", str(source), "s3://by-the-cli/up")
    assert aws(shared, "s3", "sync", str(source), "s3://by-the-cli/up").stdout == ""
    assert aws(shared, "s3", "ls", "s3://by-the-cli/up/").stdout.split()[:2] == ["PRE", "sub/"]
    aws(shared, "s3", "mv", "s3://by-the-cli/up/a.txt", "s3://by-the-cli/moved.txt")
    aws(shared, "s3", "cp", "--recursive", "s3://by-the-cli", str(tmp_path / "back"))
    assert {str(path.relative_to(tmp_path / "back")): path.read_text()
            for path in (tmp_path / "back").rglob("*.txt")} == {
                "moved.txt": "a.txt", "up/sub/b.txt": "sub/b.txt", "up/sub/deep/c.txt": "sub/deep/c.txt"}
    full = aws(shared, "s3", "rb", "s3://by-the-cli", check=False)
    assert full.returncode != 0 and "BucketNotEmpty" in full.stderr
    aws(shared, "s3", "rm", "--recursive", "s3://by-the-cli")
    assert tree(folder(shared, "by-the-cli")) == []
    aws(shared, "s3", "rb", "s3://by-the-cli")
    assert not folder(shared, "by-the-cli").exists()


def test_a_large_object_goes_up_and_down_in_one_piece(shared, s3, bucket, tmp_path):
    body = bytes(range(256)) * 4 * 1024 * 30
    (tmp_path / "up").write_bytes(body)
    single = TransferConfig(multipart_threshold=64 * 1024 * 1024)
    s3.upload_file(str(tmp_path / "up"), bucket, "large", Config=single)
    assert s3.head_object(Bucket=bucket, Key="large")["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    # Above 8 MB this comes in ranges, several at a time.
    s3.download_file(bucket, "large", str(tmp_path / "down"))
    assert (tmp_path / "down").read_bytes() == body
    assert tree(shared.data_dir / "s3" / ".tmp") == []


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_a_checksum_is_verified_kept_and_shown(s3, bucket, algorithm):
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello", ChecksumAlgorithm=algorithm)
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]
    assert s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["Body"].read() == b"hello"
    refused("BadDigest", s3.put_object, Bucket=bucket, Key="k", Body=b"bye",
            **{f"Checksum{algorithm}": put[f"Checksum{algorithm}"]})
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_url_reads_and_writes_without_credentials(shared, bucket, version):
    s3 = client(shared, "s3", signature_version=version)
    place = {"Bucket": bucket, "Key": "shared by link.txt"}
    put = urllib.request.Request(s3.generate_presigned_url("put_object", Params=place), data=b"hello", method="PUT")
    assert urllib.request.urlopen(put, timeout=20).status == 200
    assert urllib.request.urlopen(s3.generate_presigned_url("get_object", Params=place), timeout=20).read() == b"hello"
    late = s3.generate_presigned_url("get_object", Params=place, ExpiresIn=0)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(late, timeout=20)
    body = caught.value.read()
    assert caught.value.code == 403
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in body


@pytest.mark.parametrize("header, code", [
    ("AWS4-HMAC-SHA256 Credential=test", "AuthorizationHeaderMalformed"),
    ("AWS4-HMAC-SHA256 Credential=test, SignedHeaders=host, Signature=0", "AuthorizationHeaderMalformed"),
    ("Basic dGVzdDp0ZXN0", "InvalidArgument"),
])
def test_a_malformed_authorization_gets_the_error_of_the_service(shared, s3, bucket, header, code):
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello")
    answer = request(shared, "GET", f"/{bucket}/k", headers={"Authorization": header,
                                                             "X-Amz-Date": "20260101T000000Z"})
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/xml"
    assert f"<Code>{code}</Code>".encode() in answer.body


def test_a_bucket_is_addressed_by_the_host_too(shared, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"hello")
    for host in (f"{bucket}.localhost:{shared.port}", f"{bucket}.s3.us-east-1.amazonaws.com"):
        assert request(shared, "GET", "/a/b", headers={"Host": host}).body == b"hello"


def test_many_objects_are_deleted_in_one_request(s3, bucket):
    names = [f"d/{number}" for number in range(20)] + ["sp ace", "<&>"]
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=b"")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": name} for name in names[1:]]})
    assert [entry["Key"] for entry in answer["Deleted"]] == names[1:]
    assert keys(s3, bucket) == names[:1]


def test_an_object_is_copied_with_its_metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from here", Body=b"hello", ContentType="text/css", Metadata={"x": "1"})
    s3.copy_object(Bucket=bucket, Key="to/there", CopySource={"Bucket": bucket, "Key": "from here"})
    copy = s3.get_object(Bucket=bucket, Key="to/there")
    assert (copy["Body"].read(), copy["ContentType"], copy["Metadata"]) == (b"hello", "text/css", {"x": "1"})


def test_a_put_can_demand_that_there_is_no_object_yet(s3, bucket):
    s3.put_object(Bucket=bucket, Key="once", Body=b"first", IfNoneMatch="*")
    refused("PreconditionFailed", s3.put_object, Bucket=bucket, Key="once", Body=b"second", IfNoneMatch="*")
    assert s3.get_object(Bucket=bucket, Key="once")["Body"].read() == b"first"


def test_reads_are_conditional(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"hello")["ETag"]
    assert refused("304", s3.get_object, Bucket=bucket, Key="k", IfNoneMatch=etag)
    refused("PreconditionFailed", s3.get_object, Bucket=bucket, Key="k", IfMatch='"other"')


def test_an_upload_that_breaks_off_leaves_the_object_as_it_was(shared, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"old")
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as connection:
        connection.sendall(f"PUT /{bucket}/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n".encode()
                           + b"x" * 300000)
    wait_until(lambda: tree(shared.data_dir / "s3" / ".tmp") == [], what="the unfinished file going away")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"old"


def test_an_upload_in_parts_says_that_it_is_not_supported(shared, bucket, tmp_path):
    (tmp_path / "large").write_bytes(b"x" * 9 * 1024 * 1024)
    copied = aws(shared, "s3", "cp", str(tmp_path / "large"), f"s3://{bucket}/large", check=False)
    assert copied.returncode != 0
    assert "NotImplemented" in copied.stderr and "CreateMultipartUpload" in copied.stderr
