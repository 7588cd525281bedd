"""The AWS CLI, version 1: HTTP/1.1, JSON; over TLS, as tests/conformance uses it in clear."""

from programs import MATRIX, WITHOUT_FAN_OUT, tell_story


def test_the_aws_cli_tells_the_story(encrypted, stream, record_property):
    tell_story([MATRIX / "cli" / "program.sh"], "aws-cli", encrypted, stream, record_property,
               (*WITHOUT_FAN_OUT[:8], "register consumer", *WITHOUT_FAN_OUT[8:]))
