"""The AWS SDK for JavaScript v3: HTTP/2, in clear with prior knowledge, and JSON."""

import pytest

from programs import npm_install, tell_story


@pytest.fixture(scope="module")
def program():
    return ["node", npm_install("javascript") / "program.mjs"]


def test_the_javascript_sdk_tells_the_story(program, endpoint, stream, record_property):
    tell_story(program, "@aws-sdk/client-kinesis", endpoint, stream, record_property)
