"""Builds and runs the programs of the matrix, each in its own language, with what a user would set and no more."""

import os
import re
import shutil
import subprocess
import tomllib

import pytest

from rivulet_server import ROOT, client_environment

MATRIX = ROOT / "tests" / "matrix"
BUILD = ROOT / "build" / "matrix"
REGION = "us-east-1"

STEPS = ("create", "put", "batch put", "iterators", "update shard count", "polling", "typed errors", "delete")

BUILD_SECONDS = 600
STORY_SECONDS = 240


def pinned_versions():
    """Client as its program names it -> the version that its folder pins."""
    python = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "tests" / "requirements.txt").read_text(), re.MULTILINE))
    go = dict(re.findall(r"^\s+(\S+) v(\S+)$", (MATRIX / "go" / "go.mod").read_text(), re.MULTILINE))
    rust = tomllib.loads((MATRIX / "rust" / "Cargo.toml").read_text())["dependencies"]
    return {
        "aws-cli": python["awscli"],
        "boto3": python["boto3"],
        "github.com/aws/aws-sdk-go-v2/service/kinesis": go["github.com/aws/aws-sdk-go-v2/service/kinesis"],
        "aws-sdk-kinesis": rust["aws-sdk-kinesis"]["version"].lstrip("="),
    }


def need(tool, version_command, at_least):
    """Skips the test when the tool is absent or older than what the pinned client needs."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    said = subprocess.run(version_command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    found = re.search(r"\d+(\.\d+)*", re.sub(r"\x1b\[[\d;]*m", "", said.stdout + said.stderr))
    if said.returncode != 0 or not found:
        pytest.skip(f"{' '.join(version_command)} says no version")
    if tuple(map(int, found.group().split("."))) < at_least:
        pytest.skip(f"{tool} {found.group()} is older than {'.'.join(map(str, at_least))}")


def build(*command, folder, **environment):
    """Runs one step of a build in a folder; a failure is the test's failure."""
    result = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=BUILD_SECONDS)
    assert result.returncode == 0, f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout[-8000:]}"


def environment_for(endpoint, **more):
    """What a user sets: where the server is, a region and credentials. Nothing of the machine's AWS settings is seen."""
    return {**client_environment(), "AWS_ENDPOINT_URL": endpoint.url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", **more}


def check_version(output, client):
    """The program has said which version it runs, and it is the pinned one. Returns its words."""
    version = pinned_versions()[client]
    line = next((line for line in output.splitlines() if line.startswith("client: ")), "")
    assert f"{client} {version}" in line, f"{client} {version} is pinned, but the program says {line!r}"
    return line.removeprefix("client: ")


def tell_story(command, client, endpoint, stream, record_property, steps=STEPS):
    """Runs a program on the stream of that name and checks that it took every step."""
    result = subprocess.run([*map(str, command), stream], env=environment_for(endpoint), stdin=subprocess.DEVNULL,
                            text=True, capture_output=True, timeout=STORY_SECONDS)
    done = [line.removeprefix("done: ") for line in result.stdout.splitlines() if line.startswith("done: ")]
    assert result.returncode == 0 and done == list(steps), \
        f"exit status {result.returncode} after {done}\n{result.stdout[-4000:]}\n{result.stderr[-8000:]}"
    record_property("client", f"{check_version(result.stdout, client)} over {endpoint.scheme}")
