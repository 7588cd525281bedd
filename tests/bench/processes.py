"""Child processes: each is a session of its own, and all of them end with this program, however it ends."""

import atexit
import contextlib
import os
import pathlib
import signal
import subprocess
import sys

_running = set()


def start(command, **options):
    process = subprocess.Popen([str(part) for part in command], start_new_session=True, **options)
    _running.add(process)
    return process


def _session_of(stat):
    """Of a text like /proc/PID/stat: what follows the name, which may have spaces, is state, parent, group, session."""
    return int(stat.rsplit(")", 1)[1].split()[3])


def _kill_session(process):
    """Its group alone would not do: ninja gives every compiler a group of its own."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if _session_of((folder / "stat").read_text()) == process.pid:
                os.kill(int(folder.name), signal.SIGKILL)


def end(process, patience=0):
    """Asks the process to end and gives it `patience` seconds; then kills it, and whatever is left of its session."""
    try:
        if patience and process.poll() is None:
            process.terminate()
            process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _kill_session(process)
        process.wait()
        _running.discard(process)


def _reason_in(text):
    """The first line that speaks of an error, or else the last one."""
    lines = text.strip().splitlines() or ["it says nothing"]
    return next((line for line in lines if "error" in line.lower()), lines[-1])


def output_of(command, timeout=None, **options):
    """What a command that ends by itself writes on standard output; raises RuntimeError if it fails."""
    process = start(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                    **options)
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{command[0]} has not ended after {timeout} s") from None
    finally:
        end(process)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} failed ({process.returncode}): {_reason_in(errors + output)}")
    return output


def _end_all():
    for process in list(_running):
        _kill_session(process)
        process.wait()


def end_all_at_exit():
    """Makes the signals that ask a program to end unwind it, so that servers and folders go away."""
    atexit.register(_end_all)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, frame: sys.exit(128 + got))
