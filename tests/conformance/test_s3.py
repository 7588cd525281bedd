"""The object store by boto3, the AWS CLI and bare HTTP, and the files it keeps the objects in."""

import hashlib
import urllib.parse

import pytest
from botocore.exceptions import ClientError

from clients import authorization, aws, client, request


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
