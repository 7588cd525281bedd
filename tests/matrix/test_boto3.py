"""boto3: HTTP/1.1, JSON."""

from programs import MATRIX, tell_story
from rivulet_server import VENV

PROGRAM = [VENV / "bin" / "python", MATRIX / "boto3" / "program.py"]


def test_boto3_tells_the_story(endpoint, stream, record_property):
    tell_story(PROGRAM, "boto3", endpoint, stream, record_property)
