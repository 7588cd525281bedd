"""The AWS CLI, version 1."""

from programs import MATRIX, STEPS, tell_story


def test_the_aws_cli_tells_the_story(endpoint, stream, record_property):
    tell_story([MATRIX / "cli" / "program.sh"], "aws-cli", endpoint, stream, record_property,
               (*STEPS[:6], "register consumer", *STEPS[6:]))
