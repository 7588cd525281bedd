"""Every command of the README, in its order, as a reader would type it; and its tables against the program.

The ```sh blocks run in one shell. A block that starts a server runs in a terminal of its own. A ```json or ```text
block right after a ```sh block is what it prints; sequence numbers may differ. Only the port and the data directory are
other than the reader's, so that nothing on the machine is in the way.
"""

import os
import re
import shlex
import signal
import subprocess

import pytest

from rivulet_server import BINARY, ROOT, START_SECONDS, STOP_SECONDS, Output, client_environment

README = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORT = 4566
SERVERS = ("make run", "build/release/rivulet serve")
ITSELF = "make test"  # this very test is a part of it


def blocks():
    """(commands, what they print or None) for each sh block."""
    found = [(match.group(1), match.group(2), match.start(), match.end()) for match in BLOCK.finditer(README)]
    for index, (kind, text, _, end) in enumerate(found):
        if kind != "sh":
            continue
        following = found[index + 1] if index + 1 < len(found) else None
        shown = None
        if following and following[0] in ("json", "text") and not README[end:following[2]].strip():
            shown = following[1]
        yield text, shown


def comparable(text):
    """What is printed without what is another one each time."""
    return re.sub(r"\b\d{56}\b", "<sequence number>", text).strip()


class Terminals:
    """One shell that runs block after block, and the server in the other terminal."""

    def __init__(self, port, data_dir):
        environment = client_environment()
        environment.update(RIVULET_PORT=str(port), RIVULET_DATA_DIR=str(data_dir), AWS_CONFIG_FILE="/dev/null")
        self.environment, self.port, self.data_dir = environment, port, data_dir
        self.server = self.output = None
        self.shell = subprocess.Popen(["bash"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def as_typed(self, commands):
        return commands.replace(f"127.0.0.1:{PORT}", f"127.0.0.1:{self.port}").replace("rivulet-data/",
                                                                                         f"{self.data_dir}/")

    def serve(self, command):
        self.end_server()
        self.server = subprocess.Popen(["bash", "-c", "exec " + command], cwd=ROOT, env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       start_new_session=True)
        self.output = Output(self.server.stdout)
        ready = self.output.wait_for(r"^Ready\.$", 60 + START_SECONDS)
        assert ready, f"{command}: not ready; it said:\n{self.output.text()}"

    def run(self, commands):
        """Types the block and returns what it printed; each command must succeed."""
        script = f"set -e\n{self.as_typed(commands)}\nset +e\necho; echo __DONE__\n"
        self.shell.stdin.write(script)
        self.shell.stdin.flush()
        printed = []
        for line in self.shell.stdout:
            if line == "__DONE__\n":
                return "".join(printed)[:-1]
            printed.append(line)
        raise AssertionError(f"a command failed:\n{commands}\nIt printed:\n{''.join(printed)}")

    def end_server(self):
        if self.server is None:
            return
        os.killpg(self.server.pid, signal.SIGINT)  # Ctrl-C
        try:
            self.server.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
            raise AssertionError("the server does not end at Ctrl-C") from None
        finally:
            self.server = None

    def close(self):
        os.killpg(self.shell.pid, signal.SIGKILL)
        self.shell.wait()
        self.end_server()


@pytest.fixture
def terminals(tmp_path, free_port):
    opened = Terminals(free_port, tmp_path / "rivulet-data")
    yield opened
    opened.close()
    if opened.output:
        print(opened.output.text()[-8000:])


@pytest.mark.timeout(600)
def test_every_command_of_the_readme_works_and_prints_what_it_is_said_to(terminals):
    ran = 0
    for commands, shown in blocks():
        if commands.strip() == ITSELF:
            subprocess.run(shlex.split(ITSELF) + ["--dry-run"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        elif commands.startswith(SERVERS):
            terminals.serve(commands.strip())
        else:
            printed = terminals.run(commands)
            if shown is not None:
                # What goes before is progress, shown on standard error.
                printed_last = "".join(printed.splitlines(keepends=True)[-len(shown.splitlines()):])
                assert comparable(printed_last) == comparable(terminals.as_typed(shown)), commands
        ran += 1
    assert ran >= 10


def test_the_readme_lists_every_setting_with_its_default_and_meaning():
    listed = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`)? ?\| (.*?) \|$", README, re.MULTILINE)
    assert len(listed) >= 10
    help_text = subprocess.run([str(BINARY), "serve", "--help"], capture_output=True, text=True, timeout=20, check=True,
                               env=client_environment()).stdout
    words = " ".join(help_text.split())
    for key, default, meaning in listed:
        assert "--" + key.replace("_", "-") in words
        assert "RIVULET_" + key.upper() in words
        assert meaning in words, f"{key}: {meaning}"
        assert f"(default: {default})" in words or default in ("", "false")
    assert len(listed) == len(set(re.findall(r"RIVULET_[A-Z_]+", words)))
