"""The server that the programs of the matrix speak to."""

import dataclasses
import itertools
import pathlib

import pytest

from programs import BUILD_SECONDS, MATRIX
from rivulet_server import Server

# How long streams are CREATING, UPDATING and DELETING, in milliseconds: seen, but not waited for.
SHORT = {f"RIVULET_{change}_STREAM_TIME": "100" for change in ("CREATE", "UPDATE", "DELETE")}


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """How clients reach the server: the URL that they are given, and the authority of its certificate, if by TLS."""
    scheme: str
    port: int
    authority: pathlib.Path | None

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


@pytest.fixture(scope="session")
def clear(server):
    return Endpoint("http", server.port, None)


@pytest.fixture(scope="session")
def encrypted(server):
    return Endpoint("https", server.port, server.data_dir / "tls" / "authority.pem")


@pytest.fixture(params=["http", "https"])
def endpoint(request, clear, encrypted):
    return clear if request.param == "http" else encrypted


_numbers = itertools.count()


@pytest.fixture
def stream():
    """The name of a stream that nobody has made."""
    return f"matrix-{next(_numbers)}"


def pytest_collection_modifyitems(items):
    """Each program may be built first, which needs more time than other tests have. What takes its time to start is
    started before that."""
    for item in items:
        if item.path.parent == MATRIX:
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))
    items.sort(key=lambda item: item.name != "test_workers_start_on_a_stream_with_records")
