"""Starts the built binary for a test, reads what it says, and ends it by its process id."""

import os
import pathlib
import re
import signal
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(os.environ.get("RIVULET_BINARY", ROOT / "build" / "release" / "rivulet"))
VENV = ROOT / "build" / "venv"
OLD_SDK_VENV = ROOT / "build" / "venv-old-sdk"

START_SECONDS = 20
STOP_SECONDS = 20


def client_environment(venv=VENV):
    """The environment of a user's shell: the given Python first on the PATH, and nothing of AWS or Rivulet set."""
    others = ("AWS_", "RIVULET_", "PYENV_", "MAKE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    kept["PATH"] = f"{venv / 'bin'}:{os.environ['PATH']}"
    kept["VIRTUAL_ENV"] = str(venv)
    return kept


def wait_until(condition, seconds=30, what="the condition", pause=0.05):
    """Asks `condition` until it gives something true, and returns that; fails the test when the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about within {seconds} seconds")
        time.sleep(pause)


class Output:
    """What a process prints, line by line, as it comes."""

    def __init__(self, stream):
        self._lines = []
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream):
        with stream:
            for line in stream:
                with self._changed:
                    self._lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def text(self):
        with self._changed:
            return "\n".join(self._lines)

    def wait_for(self, pattern, seconds):
        """The match of `pattern` in a line, or None when the time is up or the process has closed its output."""
        found = None

        def seen():
            nonlocal found
            found = next((match for line in self._lines if (match := re.search(pattern, line))), None)
            return found is not None or self._ended

        with self._changed:
            self._changed.wait_for(seen, timeout=seconds)
        return found

    def join(self, seconds):
        self._thread.join(timeout=seconds)


class Server:
    """One data directory and the server processes that run on it, one after the other."""

    def __init__(self, directory, config=None, arguments=(), environment=None, venv=VENV, data_dir=None):
        self.directory = pathlib.Path(directory)
        self.data_dir = pathlib.Path(data_dir) if data_dir else self.directory / "data"
        self.arguments = list(arguments)
        self.environment = {**client_environment(venv), **(environment or {})}
        self.config = None
        if config is not None:
            self.config = self.directory / "rivulet.yaml"
            self.config.write_text(config)
        self.port = 0
        self.process = None
        self.output = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def command(self):
        command = [str(BINARY), "serve", "--port", str(self.port)]
        if "--ephemeral" not in self.arguments:
            command += ["--data-dir", str(self.data_dir)]
        if self.config:
            command += ["--config", str(self.config)]
        return command + self.arguments

    def start(self):
        """Starts the binary and returns once it says `Ready.`; the first start chooses the port, later ones keep it."""
        self.process = subprocess.Popen(self.command(), cwd=self.directory, env=self.environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        self.output = Output(self.process.stdout)
        if not self.output.wait_for(r"^Ready\.$", START_SECONDS):
            status = self.process.poll()
            self.kill()
            raise AssertionError(f"the server is not ready (exit status {status}); it said:\n{self.output.text()}")
        listening = self.output.wait_for(r"Listening on http://[^ ]*:(\d+)", 1)
        assert listening, f"the server does not say where it listens:\n{self.output.text()}"
        self.port = int(listening.group(1))
        return self

    def stop(self):
        """Asks it to end as a service manager does, and returns its exit status."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server does not end within {STOP_SECONDS} seconds of SIGTERM; "
                                 f"it said:\n{self.output.text()}") from None
        self.output.join(STOP_SECONDS)
        self.process = None
        return status

    def kill(self):
        """kill -9, as a crash would."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.output.join(STOP_SECONDS)
        self.process = None

    def restart_after_kill(self):
        self.kill()
        return self.start()

    def restart(self):
        status = self.stop()
        assert status == 0, f"exit status {status}; the server said:\n{self.output.text()}"
        return self.start()

    def fail_to_start(self, seconds=START_SECONDS, **popen):
        """Runs it where it must refuse to serve; returns (exit status, standard output, standard error)."""
        popen.setdefault("env", self.environment)
        process = subprocess.Popen(self.command(), cwd=self.directory, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"the server did not refuse to start; it said:\n{out}\n{err}") from None
        return process.returncode, out, err
