"""What every suite that runs the built binary shares: servers that are ended whatever the test does."""

import itertools

import pytest

from clients import client
from rivulet_server import Server


@pytest.fixture
def rivulet(tmp_path, request):
    """Makes servers: rivulet(config=YAML text, arguments=[...]) is a started one; start=False leaves that to the test."""
    servers = []
    numbers = itertools.count()

    def make(config=None, arguments=(), start=True, **more):
        directory = tmp_path / f"server{next(numbers)}"
        directory.mkdir()
        server = Server(directory, config, arguments, **more)
        servers.append(server)
        return server.start() if start else server

    yield make
    for server in servers:
        server.kill()
        if server.output is not None:
            print(f"--- what the server in {server.directory.name} said last:\n{server.output.text()[-8000:]}")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for all tests of a file that only add streams of their own."""
    server = Server(tmp_path_factory.mktemp("shared")).start()
    yield server
    server.kill()
    print(f"--- what the shared server said last:\n{server.output.text()[-8000:]}")


@pytest.fixture
def kinesis(shared):
    return client(shared, "kinesis")


@pytest.fixture
def s3(shared):
    return client(shared, "s3")
