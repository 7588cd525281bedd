"""What every suite that runs the built binary shares: servers that are ended whatever the test does."""

import itertools
import socket

import pytest

from clients import client
from rivulet_server import Server


@pytest.fixture
def rivulet(tmp_path, request):
    """Makes servers: rivulet(config=YAML text, arguments=[...]) is a started one, unless start=False."""
    servers = []
    numbers = itertools.count()

    def make(config=None, arguments=(), start=True, **more):
        directory = tmp_path / f"server{next(numbers)}"
        directory.mkdir()
        more["environment"] = {**SHORT, **more.get("environment", {})}
        server = Server(directory, config, arguments, **more)
        servers.append(server)
        return server.start() if start else server

    yield make
    for server in servers:
        server.kill()
        if server.output is not None:
            print(f"--- what the server in {server.directory.name} said last:\n{server.output.text()[-8000:]}")


# How long streams are CREATING, UPDATING and DELETING for most tests, and consumers CREATING and DELETING, in
# milliseconds: seen, but not waited for.
SHORT = {f"RIVULET_{change}_STREAM_TIME": "100" for change in ("CREATE", "UPDATE", "DELETE")}
SHORT |= {f"RIVULET_{change}_CONSUMER_TIME": "20" for change in ("CREATE", "DELETE")}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for all tests of a file that only add streams of their own."""
    server = Server(tmp_path_factory.mktemp("shared"), environment=SHORT).start()
    yield server
    server.kill()
    print(f"--- what the shared server said last:\n{server.output.text()[-8000:]}")


@pytest.fixture
def kinesis(shared):
    return client(shared, "kinesis")


@pytest.fixture
def s3(shared):
    return client(shared, "s3")


@pytest.fixture
def free_port():
    """A port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
