"""Builds and runs the programs of the matrix, each in its own language, with what a user would set and no more."""

import json
import os
import re
import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ElementTree

import pytest

from rivulet_server import ROOT, client_environment

MATRIX = ROOT / "tests" / "matrix"
BUILD = ROOT / "build" / "matrix"
REGION = "us-east-1"

STEPS = ("create", "put", "batch put", "iterators", "split", "merge", "update shard count", "polling", "fan-out",
         "tags", "typed errors", "delete")
WITHOUT_FAN_OUT = tuple(step for step in STEPS if step != "fan-out")

BUILD_SECONDS = 600
STORY_SECONDS = 240


def pinned_versions():
    """Client as its program names it -> the version that its folder pins."""
    python = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "tests" / "requirements.txt").read_text(), re.MULTILINE))
    javascript = json.loads((MATRIX / "javascript" / "package.json").read_text())["dependencies"]
    go = dict(re.findall(r"^\s+(\S+) v(\S+)$", (MATRIX / "go" / "go.mod").read_text(), re.MULTILINE))
    rust = tomllib.loads((MATRIX / "rust" / "Cargo.toml").read_text())["dependencies"]
    pom = ElementTree.parse(MATRIX / "java" / "pom.xml").getroot()
    java = {each.tag.split("}")[1]: each.text for each in pom.find("{*}properties")}
    return {
        "aws-cli": python["awscli"],
        "boto3": python["boto3"],
        "@aws-sdk/client-kinesis": javascript["@aws-sdk/client-kinesis"],
        "github.com/aws/aws-sdk-go-v2/service/kinesis": go["github.com/aws/aws-sdk-go-v2/service/kinesis"],
        "aws-sdk-kinesis": rust["aws-sdk-kinesis"]["version"].lstrip("="),
        "aws-sdk-java": java["sdk.version"],
        "amazon-kinesis-client": java["kcl.version"],
        "amazon-kinesis-producer": java["kpl.version"],
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


def npm_install(name):
    """A folder under build/matrix with the packages of tests/matrix/NAME, and that folder's files."""
    need("npm", ["npm", "--version"], (9,))
    need("node", ["node", "--version"], (20,))
    source, folder = MATRIX / name, BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "installed-from"
    lock = (source / "package-lock.json").read_text()
    shutil.copytree(source, folder, dirs_exist_ok=True)
    if not stamp.exists() or stamp.read_text() != lock:
        build("npm", "ci", "--no-audit", "--no-fund", folder=folder)
        stamp.write_text(lock)
    return folder


def environment_for(endpoint, **more):
    """What a user sets: where the server is, a region and credentials, and over TLS whom to trust, in the variable that
    each SDK reads. Nothing of the machine's own AWS settings is seen."""
    trust = dict.fromkeys(("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"), str(endpoint.authority))
    return {**client_environment(), "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", **(trust if endpoint.authority else {}), **more}


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
