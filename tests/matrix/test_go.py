"""The AWS SDK for Go v2."""

import pytest

from programs import BUILD, MATRIX, build, need, tell_story


@pytest.fixture(scope="module")
def program():
    need("go", ["go", "version"], (1, 24))
    binary = BUILD / "go" / "matrix"
    build("go", "build", "-buildvcs=false", "-o", str(binary), ".", folder=MATRIX / "go")
    return [binary]


def test_the_go_sdk_tells_the_story(program, endpoint, stream, record_property):
    tell_story(program, "github.com/aws/aws-sdk-go-v2/service/kinesis", endpoint, stream, record_property)
