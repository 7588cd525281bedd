"""The AWS SDK for Java v2: the synchronous client, and the asynchronous one with Netty, HTTP/2 and CBOR."""

from java import java
from programs import WITHOUT_FAN_OUT, tell_story


def test_the_synchronous_java_client_tells_the_story(endpoint, stream, record_property):
    tell_story(java("Sync", endpoint), "aws-sdk-java", endpoint, stream, record_property, WITHOUT_FAN_OUT)


def test_the_asynchronous_java_client_tells_the_story(endpoint, stream, record_property):
    tell_story(java("Async", endpoint), "aws-sdk-java", endpoint, stream, record_property)
