"""The shape tables, compared with the service model that the installed botocore brings: a newer one shows what is
missing."""

import json
import subprocess

import botocore.loaders

from rivulet_server import BINARY

# Where the service itself is not as its model says, or the answer has another form than a structure's: path -> reason.
EXCEPTIONS = {
    "DescribeStreamSummary.output.StreamDescriptionSummary.StreamId": "reserved for future use, the model says",
    "SubscribeToShard.output": "an event stream, whose events are compared by themselves",
}

BOUNDS = ("min", "max", "pattern", "enum")


def tables():
    output = subprocess.run([str(BINARY.parent / "tests" / "kinesis_shapes")], check=True, capture_output=True)
    return json.loads(output.stdout)


def model():
    return botocore.loaders.create_loader().load_service_model("kinesis", "service-2", "2013-12-02")


def differences(path, ours, name, shapes, seen=()):
    """What the model's shape `name` has that the table has otherwise, a line each."""
    if path in EXCEPTIONS:
        return
    wanted = shapes[name]
    if ours["type"] != wanted["type"]:
        yield f"{path}: is a {ours['type']}, in the model a {wanted['type']}"
        return
    for bound in BOUNDS:
        if ours.get(bound) != wanted.get(bound):
            yield f"{path}: {bound} is {ours.get(bound)}, in the model {wanted.get(bound)}"
    if sorted(ours.get("required", ())) != sorted(wanted.get("required", ())):
        yield f"{path}: requires {ours.get('required')}, in the model {wanted.get('required')}"
    for part in ("member", "key", "value"):
        if part in wanted:
            yield from differences(f"{path}.{part}", ours[part], wanted[part]["shape"], shapes)
    if "members" not in wanted:
        return
    for member, reference in wanted["members"].items():
        if f"{path}.{member}" in EXCEPTIONS:
            continue
        if member not in ours["members"]:
            yield f"{path}.{member}: missing"
        else:
            yield from differences(f"{path}.{member}", ours["members"][member], reference["shape"], shapes)
    for member in ours["members"].keys() - wanted["members"].keys():
        yield f"{path}.{member}: not in the model"
    order = [member for member in wanted["members"] if member in ours["members"]]
    if [member for member in ours["members"] if member in wanted["members"]] != order:
        yield f"{path}: the members' order, which errors are told in, is not the model's: {order}"


def all_differences():
    ours, theirs = tables(), model()
    for name, operation in theirs["operations"].items():
        if name not in ours:
            yield f"{name}: the operation is missing"
            continue
        for direction in ("input", "output"):
            path = f"{name}.{direction}"
            if direction in operation and direction in ours[name]:
                yield from differences(path, ours[name][direction], operation[direction]["shape"], theirs["shapes"])
            elif (direction in operation) != (direction in ours[name]) and path not in EXCEPTIONS:
                yield f"{path}: {'missing' if direction in operation else 'not in the model'}"
    for name in ours.keys() - theirs["operations"].keys():
        yield f"{name}: the operation is not in the model"


def test_the_tables_say_what_the_service_model_says():
    found = list(all_differences())
    assert not found, "\n" + "\n".join(found)
