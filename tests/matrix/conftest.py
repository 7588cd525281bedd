"""The server that the programs of the matrix speak to."""

import dataclasses
import itertools

import pytest

from programs import BUILD_SECONDS, MATRIX
from rivulet_server import Server

# How long streams are CREATING, UPDATING and DELETING, in milliseconds: seen, but not waited for.
SHORT = {f"RIVULET_{change}_STREAM_TIME": "100" for change in ("CREATE", "UPDATE", "DELETE")}


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """How clients reach the server."""
    scheme: str
    port: int

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for every program; each has a stream of its own."""
    started = Server(tmp_path_factory.mktemp("matrix"), environment=SHORT).start()
    yield started
    started.kill()
    print(f"--- what the server said last:\n{started.output.text()[-8000:]}")


@pytest.fixture
def endpoint(server):
    return Endpoint("http", server.port)


_numbers = itertools.count()


@pytest.fixture
def stream():
    """The name of a stream that nobody has made."""
    return f"matrix-{next(_numbers)}"


def pytest_collection_modifyitems(items):
    """Each program may be built first, which needs more time than other tests have."""
    for item in items:
        if item.path.parent == MATRIX:
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))
