"""The AWS SDK for Rust."""

import pytest

from programs import BUILD, MATRIX, build, need, tell_story


@pytest.fixture(scope="module")
def program():
    need("cargo", ["cargo", "--version"], (1, 94, 1))
    build("cargo", "build", "--locked", folder=MATRIX / "rust", CARGO_TARGET_DIR=str(BUILD / "rust"))
    return [BUILD / "rust" / "debug" / "matrix"]


def test_the_rust_sdk_tells_the_story(program, endpoint, stream, record_property):
    tell_story(program, "aws-sdk-kinesis", endpoint, stream, record_property)
